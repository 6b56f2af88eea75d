//! A room: one task that owns a [`Channel`], and hands out what it says.
//!
//! The task never waits for a connection, and never for the disk: effects behind a record wait in their queue, while
//! further requests are handled and their records gather for the next forced write. What goes to everybody is encoded
//! once, into the room's [`Window`].
//!
//! Where the history is shared with other servers, the channel follows the order that is kept there; its news come to
//! the task beside the requests.

mod sharing;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use playground_core::chat::wire::{Ack, Joined, Request, Run, ServerMessage};
use playground_core::chat::{
    Channel, ChannelInput, Clock, Effect, Farewell, Read, Refusal, SessionId,
};
use playground_core::sim::Time;
use tokio::time::sleep_until;

use super::effects::Effects;
use super::frames::Frames;
use super::history::History;
use super::hub::{Ask, Hub, refuse};
use super::line::{Item, Line, News, answer};
use super::rooms::{Asks, Figures};
use super::shared::OpenError;
use super::store::Wanted;
use super::window::{Draft, Window};
use sharing::Sharing;

/// How many requests are handled before their effects are performed.
const TOGETHER: usize = 256;
/// How many effects wait for the disk before no more requests are handled.
const MOST_EFFECTS: usize = 65_536;
/// How long a room without members stays in memory.
const IDLE: Duration = Duration::from_secs(60);

/// Runs a room until nobody needs it, or until its store fails.
pub(super) async fn run(hub: Arc<Hub>, name: Arc<str>, figures: Arc<Figures>, mut asks: Asks) {
    match sharing::open(&hub, name.clone()).await {
        Ok((channel, sharing)) => Room::new(hub, channel, sharing, figures).run(asks).await,
        Err(error) => {
            let is_full = matches!(error, OpenError::NoMoreRooms);
            if !is_full {
                tracing::warn!(%error, room = %name, "a room cannot be read from the store");
            }
            hub.rooms.close(&name);
            while let Ok(Ask { line, input }) = asks.try_recv() {
                if is_full {
                    refuse(
                        &line,
                        name.clone(),
                        &input,
                        Refusal::NoMoreRooms,
                        &mut Frames::default(),
                    );
                } else {
                    line.end(Farewell::TryAgainLater);
                }
                line.answered();
            }
        }
    }
}

/// A connection that the room has heard from.
#[derive(Debug)]
struct Seat {
    line: Arc<Line>,
    /// Whether what goes to everybody goes there too.
    is_member: bool,
    /// Which request of the room was its last one.
    last_ask: u64,
}

#[derive(Debug)]
enum Step {
    Effect(Effect),
    /// The connection has left, or is gone; unless it has come back since that request.
    Forget(SessionId, u64),
}

#[derive(Debug)]
struct Room {
    hub: Arc<Hub>,
    channel: Channel,
    figures: Arc<Figures>,
    effects: Effects<Step>,
    sharing: Option<Sharing>,
    /// What is shared is another history than the one that members have seen.
    is_lost: bool,
    seats: HashMap<SessionId, Seat>,
    /// How many requests there have been.
    asked: u64,
    window: Window,
    /// For everybody, from this turn: what is written already, and the messages behind it that are to be one frame.
    draft: Draft,
    run: Option<Run>,
    has_news: bool,
    acks: Vec<(SessionId, Ack)>,
    frames: Frames,
    wake_at: Option<Time>,
    /// When the window or the room itself may be dropped.
    tidy_at: Instant,
    idle_since: Instant,
}

impl Room {
    fn new(
        hub: Arc<Hub>,
        channel: Channel,
        sharing: Option<Sharing>,
        figures: Arc<Figures>,
    ) -> Self {
        let now = Instant::now();
        let window = Window::new(hub.extent);
        let tidy_at = now + hub.extent.age;
        let room = Room {
            hub,
            channel,
            figures,
            effects: Effects::new(),
            sharing,
            is_lost: false,
            seats: HashMap::new(),
            asked: 0,
            window,
            draft: Draft::default(),
            run: None,
            has_news: false,
            acks: Vec::new(),
            frames: Frames::default(),
            wake_at: None,
            tidy_at,
            idle_since: now,
        };
        room.tell_figures();
        room
    }

    async fn run(mut self, mut asks: Asks) {
        let ticket = self.effects.ticket.clone();
        let (mut together, mut heard) = (Vec::new(), Vec::new());
        loop {
            let wake_at = self.wake_at.map(|time| self.hub.instant(time));
            let alarm = wake_at.map_or(self.tidy_at, |at| at.min(self.tidy_at));
            tokio::select! {
                biased;
                () = ticket.changed() => {}
                received = asks.recv_many(&mut together, TOGETHER),
                    if self.effects.len() < MOST_EFFECTS => {
                    if received == 0 {
                        return;
                    }
                    // What is handled together happens at one time.
                    let clock = self.hub.clock();
                    for ask in together.drain(..) {
                        self.handle(clock, ask);
                    }
                }
                () = sharing::listen(&mut self.sharing, &mut heard) => {}
                () = sleep_until(alarm.into()) => self.tick(),
            }
            self.hear(&mut heard);
            self.perform();
            if ticket.has_failed() || self.is_lost {
                return self.fail(asks);
            }
            if self.is_over(&asks) {
                return;
            }
        }
    }

    fn handle(&mut self, clock: Clock, Ask { line, input }: Ask<ChannelInput>) {
        let session = line.session;
        if let ChannelInput::Send { id, .. } = &input
            && !self.hub.history.works()
        {
            let (room, id) = (self.channel.name().clone(), id.clone());
            Hub::refuse_storing(&line, Request::Send, room, id, &mut self.frames);
            return line.answered();
        }
        let is_leave = matches!(input, ChannelInput::Leave { .. });
        line.answered();
        self.asked += 1;
        let last_ask = self.asked;
        let seat = self.seats.entry(session).or_insert(Seat { line, is_member: false, last_ask });
        seat.last_ask = last_ask;
        let mut effects = Vec::new();
        self.channel.handle(clock, input, &mut effects);
        self.queue(effects);
        if is_leave {
            self.effects.push(Step::Forget(session, last_ask));
        }
    }

    fn tick(&mut self) {
        let now = Instant::now();
        if self.wake_at.is_some_and(|at| self.hub.instant(at) <= now) {
            self.wake_at = None;
            let mut effects = Vec::new();
            self.channel.tick(self.hub.clock(), &mut effects);
            self.queue(effects);
        }
        if self.tidy_at <= now {
            self.window.trim(now);
            // Who was refused may never say that it leaves.
            self.seats.retain(|_, seat| seat.is_member || !seat.line.is_gone());
            self.tidy_at = now + self.hub.extent.age;
        }
    }

    /// Records go to the store at once, so that all that wait share a forced write.
    fn queue(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match (effect, &self.hub.history) {
                (Effect::Store(message), History::Own(store)) => {
                    store.append(message, self.channel.epoch(), &self.effects.ticket);
                    self.effects.push_record();
                }
                (effect, _) => self.effects.push(Step::Effect(effect)),
            }
        }
    }

    /// Performs what is due: first what goes to everybody, together, then the acknowledgements.
    fn perform(&mut self) {
        let stored_us = self.hub.now_us();
        while let Some(step) = self.effects.pop() {
            match step {
                Step::Effect(effect) => self.carry_out(effect),
                Step::Forget(session, last_ask) => {
                    if self.seats.get(&session).is_some_and(|seat| seat.last_ask == last_ask) {
                        self.seats.remove(&session);
                    }
                }
            }
        }
        self.flush();
        if std::mem::take(&mut self.has_news) {
            for seat in self.seats.values().filter(|seat| seat.is_member) {
                seat.line.wake(News::ROOMS);
            }
            self.tell_figures();
        }
        let fanned_out_us = self.hub.now_us();
        for (session, mut ack) in std::mem::take(&mut self.acks) {
            ack.timing.stored_us = stored_us;
            ack.timing.fanned_out_us = fanned_out_us;
            self.give(session, ServerMessage::Ack(ack));
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            // It was given to the store when it was queued.
            Effect::Store(_) => {}
            Effect::ToEveryone(ServerMessage::Messages(run)) => self.tell(run),
            Effect::ToEveryone(message) => {
                self.end_run();
                self.write(&message);
            }
            Effect::ToSession(session, message) => match message {
                // To a member it says what has been said so far, so it has a place among that.
                ServerMessage::Joined(_) => self.place(session, &message),
                message => self.give(session, message),
            },
            Effect::Ack(session, ack) => self.acks.push((session, ack)),
            Effect::Enter(session, joined) => self.enter(session, joined),
            Effect::Exit(session) => {
                if let Some(seat) = self.seats.get_mut(&session) {
                    seat.is_member = false;
                    seat.line.leave(Item::Exit { room: self.channel.name().clone() });
                }
                self.tell_figures();
            }
            Effect::Read(session, read) => self.read(session, read),
            Effect::Trim { keep_from } => {
                if let History::Own(store) = &self.hub.history {
                    store.trim(self.channel.name().clone(), keep_from);
                }
            }
            Effect::WakeAt(time) => self.wake_at = Some(time),
            Effect::Cut(session, farewell) => {
                if let Some(seat) = self.seats.get(&session) {
                    seat.line.end(farewell);
                }
            }
            Effect::Submit(_) | Effect::Refill { .. } | Effect::Tell(_) | Effect::Lost => {
                self.carry_out_shared(effect);
            }
        }
    }

    fn give(&mut self, session: SessionId, message: ServerMessage) {
        if let Some(seat) = self.seats.get(&session) {
            seat.line.leave(Item::message(message, |message| self.frames.frame(message)));
        }
    }

    fn place(&mut self, session: SessionId, message: &ServerMessage) {
        self.flush();
        if let Some(seat) = self.seats.get(&session) {
            let frame = self.frames.frame(message);
            let (room, at) = (self.channel.name().clone(), self.window.end());
            seat.line.leave(Item::At { room, at, frame });
        }
    }

    fn enter(&mut self, session: SessionId, joined: Joined) {
        self.flush();
        let Some(seat) = self.seats.get_mut(&session) else { return };
        seat.is_member = true;
        let frame = self.frames.frame(&ServerMessage::Joined(joined));
        let (room, at) = (self.channel.name().clone(), self.window.end());
        seat.line.leave(Item::Enter { room, window: self.window.clone(), at, frame });
        self.tell_figures();
    }

    /// Messages that follow each other share a frame, as far as it stays short.
    fn tell(&mut self, next: Run) {
        let next = match &mut self.run {
            Some(run) => run.join(next).err(),
            None => Some(next),
        };
        if next.is_some() {
            self.end_run();
            self.run = next;
        }
    }

    fn end_run(&mut self) {
        if let Some(run) = self.run.take() {
            self.write(&ServerMessage::Messages(run));
        }
    }

    fn write(&mut self, message: &ServerMessage) {
        let frames = &mut self.frames;
        self.draft.frame(|out| frames.write(message, out));
    }

    /// Puts what is for everybody, so far, where everybody finds it.
    fn flush(&mut self) {
        self.end_run();
        if !self.draft.is_empty() {
            self.window.push(&mut self.draft, Instant::now());
            self.has_news = true;
        }
    }

    fn read(&self, session: SessionId, read: Read) {
        let Some(seat) = self.seats.get(&session) else { return };
        let line = seat.line.clone();
        // Until it is answered it counts as asked, so that nobody can ask for more than is read.
        line.asked();
        let then = answer(line, read.clone());
        self.hub.history.read(self.channel.name().clone(), Wanted::of(&read), then);
    }

    fn tell_figures(&self) {
        self.figures.people.store(self.channel.people() as u32, Ordering::Relaxed);
        self.figures.head.store(self.channel.head(), Ordering::Relaxed);
    }

    /// Whether the room can be closed, and is.
    fn is_over(&mut self, asks: &Asks) -> bool {
        if !self.seats.is_empty() || !self.effects.is_empty() {
            self.idle_since = Instant::now();
            return false;
        }
        self.idle_since.elapsed() >= IDLE
            && self.hub.rooms.close_unless_asked(self.channel.name(), asks)
    }

    /// Everybody has to start again from what is durable.
    fn fail(self, mut asks: Asks) {
        self.hub.rooms.close(self.channel.name());
        while let Ok(Ask { line, .. }) = asks.try_recv() {
            line.answered();
            line.end(Farewell::StoreFailed);
        }
    }
}

/// However a room ends: who is still there has to start again.
impl Drop for Room {
    fn drop(&mut self) {
        for seat in self.seats.values() {
            seat.line.end(Farewell::StoreFailed);
        }
    }
}
