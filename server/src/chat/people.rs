//! The owner of names and inboxes: one task for all [`People`], since what it does is little.
//!
//! Like a room it never waits for the disk, nor for a connection. An inbox is heard by a few tabs only, so what goes
//! to everybody there is encoded once and left at each of them.

mod sharing;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use playground_core::chat::wire::{Ack, Request, ServerMessage};
use playground_core::chat::{
    Effect, Farewell, People, PeopleEffect, PeopleInput, SessionId, inbox_of,
};
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;

use super::effects::Effects;
use super::frames::Frames;
use super::history::History;
use super::hub::{Ask, Hub, unix_ms};
use super::line::{Item, Line, answer};
use super::store::{StoreError, Wanted};
use sharing::Sharing;

/// How many requests are handled before their effects are performed.
const TOGETHER: usize = 256;
/// How many effects wait for the disk before no more requests are handled.
const MOST_EFFECTS: usize = 65_536;
/// How long after a failure everybody's names are read again.
const PAUSE: Duration = Duration::from_millis(500);

pub(super) type Asks = UnboundedReceiver<Ask<PeopleInput>>;

/// Runs until the server stops. After a failure of the store everybody has to start again from what is durable; a
/// panic is treated like one.
pub(super) async fn run(hub: Arc<Hub>, asks: Asks) {
    let asks = Arc::new(Mutex::new(asks));
    loop {
        match Owner::recover(hub.clone()).await {
            Ok(owner) => {
                let asks = asks.clone();
                let turn = tokio::spawn(async move { owner.run(&mut *asks.lock().await).await });
                if matches!(turn.await, Ok(Exit::Stopped)) {
                    return;
                }
                tracing::error!("everybody has to say hello again");
            }
            Err(error) => tracing::warn!(%error, "who has which name cannot be read"),
        }
        refuse_waiting(&mut *asks.lock().await);
        sleep(PAUSE).await;
    }
}

/// Who waits for an answer has to start again.
fn refuse_waiting(asks: &mut Asks) {
    while let Ok(Ask { line, .. }) = asks.try_recv() {
        line.answered();
        line.end(Farewell::StoreFailed);
    }
}

/// Why the owner's turn is over.
enum Exit {
    Stopped,
    StoreFailed,
}

#[derive(Debug)]
enum Step {
    Effect(PeopleEffect),
    /// The connection is gone.
    Forget(SessionId),
}

#[derive(Debug)]
struct Owner {
    hub: Arc<Hub>,
    people: People,
    sharing: Option<Sharing>,
    /// The epoch of new inboxes.
    epoch: u64,
    effects: Effects<Step>,
    lines: HashMap<SessionId, Arc<Line>>,
    /// The connections that hear an inbox, by the name of its owner.
    inboxes: HashMap<Arc<str>, Vec<SessionId>>,
    acks: Vec<(SessionId, Ack)>,
    frames: Frames,
}

impl Owner {
    async fn recover(hub: Arc<Hub>) -> Result<Self, StoreError> {
        let epoch = unix_ms();
        let (people, sharing) = match &hub.history {
            History::Own(store) => {
                let claims = store.claims().await?;
                let recent = hub.settings.inbox_window_messages as usize;
                let mut known = Vec::with_capacity(claims.len());
                for claim in claims {
                    let inbox = store.recover(&inbox_of(&claim.name), epoch, recent).await?;
                    known.push((claim, inbox));
                }
                (People::recover(hub.settings.clone(), epoch, known), None)
            }
            History::Shared(shared) => {
                (People::follow(hub.settings.clone()), Some(Sharing::start(shared.clone())))
            }
        };
        Ok(Owner {
            hub,
            people,
            sharing,
            epoch,
            effects: Effects::new(),
            lines: HashMap::new(),
            inboxes: HashMap::new(),
            acks: Vec::new(),
            frames: Frames::default(),
        })
    }

    async fn run(mut self, asks: &mut Asks) -> Exit {
        let ticket = self.effects.ticket.clone();
        let (mut together, mut heard) = (Vec::new(), Vec::new());
        loop {
            tokio::select! {
                biased;
                () = ticket.changed() => {}
                received = asks.recv_many(&mut together, TOGETHER),
                    if self.effects.len() < MOST_EFFECTS => {
                    if received == 0 {
                        self.lines.clear();
                        return Exit::Stopped;
                    }
                    for ask in together.drain(..) {
                        self.handle(ask);
                    }
                }
                () = sharing::listen(&mut self.sharing, &mut heard) => {}
            }
            self.hear(&mut heard);
            self.perform();
            if ticket.has_failed() {
                return Exit::StoreFailed;
            }
        }
    }

    fn handle(&mut self, Ask { line, input }: Ask<PeopleInput>) {
        let session = line.session;
        line.answered();
        match &input {
            PeopleInput::Private { to, id, .. } if !self.hub.history.works() => {
                let (room, id) = (inbox_of(to), id.clone());
                return Hub::refuse_storing(&line, Request::Private, room, id, &mut self.frames);
            }
            // Whose name it is may have to be stored.
            PeopleInput::Hello { .. } if !self.hub.history.works() => {
                return line.end(Farewell::TryAgainLater);
            }
            _ => {}
        }
        let is_gone = matches!(input, PeopleInput::Gone { .. });
        self.lines.entry(session).or_insert(line);
        self.take(input);
        if is_gone {
            // A session is gone only once, and asks for nothing afterwards.
            self.effects.push(Step::Forget(session));
        }
    }

    fn take(&mut self, input: PeopleInput) {
        if matches!(input, PeopleInput::Hello { .. } | PeopleInput::Registered { .. }) {
            // What carries messages to other servers may be another version by now.
            self.people.set_server(self.hub.server());
        }
        let mut effects = Vec::new();
        self.people.handle(self.hub.clock(), input, &mut effects);
        for effect in effects {
            self.queue(effect);
        }
    }

    /// Records go to the store at once, so that all that wait share a forced write.
    fn queue(&mut self, effect: PeopleEffect) {
        let History::Own(store) = &self.hub.history else {
            return self.effects.push(Step::Effect(effect));
        };
        let ticket = &self.effects.ticket;
        match effect {
            PeopleEffect::Claim(claim) => store.claim(&claim, self.epoch, ticket),
            PeopleEffect::Store(messages) => store.append_all(messages, self.epoch, ticket),
            // Whatever follows is stored behind it.
            PeopleEffect::Forget(name) => return store.forget(name),
            effect => return self.effects.push(Step::Effect(effect)),
        }
        self.effects.push_record();
    }

    fn perform(&mut self) {
        let stored_us = self.hub.now_us();
        while let Some(step) = self.effects.pop() {
            match step {
                Step::Effect(effect) => self.carry_out(effect),
                Step::Forget(session) => drop(self.lines.remove(&session)),
            }
        }
        let fanned_out_us = self.hub.now_us();
        for (session, mut ack) in std::mem::take(&mut self.acks) {
            ack.timing.stored_us = stored_us;
            ack.timing.fanned_out_us = fanned_out_us;
            self.give(session, ServerMessage::Ack(ack));
        }
    }

    fn carry_out(&mut self, effect: PeopleEffect) {
        match effect {
            // They were given to the store when they were queued.
            PeopleEffect::Claim(_) | PeopleEffect::Store(_) | PeopleEffect::Forget(_) => {}
            PeopleEffect::ToSession(session, message) => {
                let is_welcome = matches!(message, ServerMessage::Welcome { .. });
                self.give(session, message);
                if is_welcome && self.sharing.is_some() && !self.hub.history.works() {
                    self.give(session, ServerMessage::Bus { works: false });
                }
            }
            PeopleEffect::Cut(session, farewell) => {
                if let Some(line) = self.lines.get(&session) {
                    line.end(farewell);
                }
            }
            PeopleEffect::Inbox(name, effect) => self.carry_out_inbox(name, effect),
            PeopleEffect::Register(_) | PeopleEffect::Release(_) | PeopleEffect::Tell(_) => {
                self.carry_out_shared(effect);
            }
        }
    }

    fn carry_out_inbox(&mut self, name: Arc<str>, effect: Effect) {
        match effect {
            Effect::ToEveryone(message) => {
                let frame: Bytes = self.frames.frame(&message);
                for session in self.inboxes.get(&name).into_iter().flatten() {
                    if let Some(line) = self.lines.get(session) {
                        line.leave(Item::Frame(frame.clone()));
                    }
                }
            }
            Effect::ToSession(session, message) => self.give(session, message),
            Effect::Ack(session, ack) => self.acks.push((session, ack)),
            Effect::Enter(session, joined) => {
                self.give(session, ServerMessage::Joined(joined));
                self.inboxes.entry(name).or_default().push(session);
            }
            Effect::Exit(session) => {
                if let Some(sessions) = self.inboxes.get_mut(&name) {
                    sessions.retain(|it| *it != session);
                    if sessions.is_empty() {
                        self.inboxes.remove(&name);
                    }
                }
            }
            Effect::Read(session, read) => {
                if let Some(line) = self.lines.get(&session) {
                    line.asked();
                    let then = answer(line.clone(), read.clone());
                    self.hub.history.read(inbox_of(&name), Wanted::of(&read), then);
                }
            }
            Effect::Trim { keep_from } => {
                if let History::Own(store) = &self.hub.history {
                    store.trim(inbox_of(&name), keep_from);
                }
            }
            Effect::Cut(session, farewell) => {
                if let Some(line) = self.lines.get(&session) {
                    line.end(farewell);
                }
            }
            Effect::Submit(_) | Effect::Refill { .. } => self.carry_out_shared_inbox(&name, effect),
            // None of them is for inboxes.
            Effect::Store(_) | Effect::WakeAt(_) | Effect::Tell(_) | Effect::Lost => {}
        }
    }

    fn give(&mut self, session: SessionId, message: ServerMessage) {
        if let Some(line) = self.lines.get(&session) {
            line.leave(Item::message(message, |message| self.frames.frame(message)));
        }
    }
}

/// However a turn ends: who is still there has to start again.
impl Drop for Owner {
    fn drop(&mut self) {
        for line in self.lines.values() {
            line.end(Farewell::StoreFailed);
        }
    }
}
