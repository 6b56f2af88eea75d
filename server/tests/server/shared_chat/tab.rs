//! A tab: the core's client on a real socket, in a task of its own, with any server that runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use playground_core::chat::wire::{Ack, Message, ServerMessage};
use playground_core::chat::{
    Client, ClientInput, ClientOutput, Farewell, Membership, Patience, Refusal, Saved, inbox_of,
};
use playground_core::sim::{Rng, Span, Time};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::site::Addresses;
use super::socket::{Received, Socket};
use crate::running::DEADLINE;

/// As in a page, but for the delays before it connects again.
const PATIENCE: Patience = Patience {
    first_delay: Span::from_ms(10),
    longest_delay: Span::from_ms(200),
    ..Patience::REAL
};

/// A tab that goes on by itself; gone when dropped.
pub(super) struct Tab {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    state: Mutex<State>,
    /// The test has had the client do something.
    asked: Notify,
    /// Something has happened.
    changed: Notify,
}

/// What a tab knows, and what has happened to it.
pub(super) struct State {
    pub(super) client: Client,
    started: Instant,
    rng: Rng,
    outputs: Vec<ClientOutput>,
    /// Every acknowledgement, in the order in which they came.
    pub(super) acknowledged: Vec<Ack>,
    /// Every message that ever came, however often, by channel and number.
    pub(super) heard: BTreeMap<(Arc<str>, u64), Arc<Message>>,
    pub(super) refused: Vec<(Refusal, Option<u64>)>,
    /// How often it was welcome.
    pub(super) welcomes: usize,
}

impl Tab {
    /// Has the rooms joined as soon as there is a server; the first that it asks is the one of this number.
    pub(super) fn open(name: &str, rooms: &[&str], first: usize, addresses: &Addresses) -> Self {
        let saved = Saved {
            name: name.into(),
            secret: secret(name),
            rooms: rooms.iter().map(|room| (*room).into()).collect(),
            ..Saved::default()
        };
        let mut state = State {
            client: Client::new(saved, "tab".into(), PATIENCE, None),
            started: Instant::now(),
            rng: Rng::new(first as u64),
            outputs: Vec::new(),
            acknowledged: Vec::new(),
            heard: BTreeMap::new(),
            refused: Vec::new(),
            welcomes: 0,
        };
        state.handle(ClientInput::Reconnect);
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            asked: Notify::new(),
            changed: Notify::new(),
        });
        let task = tokio::spawn(run(shared.clone(), first, addresses.clone()));
        Self { shared, task }
    }

    pub(super) fn say(&self, thread: &str, text: &str) {
        self.ask(ClientInput::Say { thread: thread.into(), text: text.into() });
    }

    pub(super) fn ask(&self, input: ClientInput) {
        self.state().handle(input);
        self.shared.asked.notify_one();
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap()
    }

    /// Waits until something is so.
    pub(super) async fn until(&self, what: &str, mut is_so: impl FnMut(&State) -> bool) {
        let waiting = async {
            while !is_so(&self.state()) {
                self.shared.changed.notified().await;
            }
        };
        let waited = timeout(DEADLINE, waiting).await;
        assert!(waited.is_ok(), "{} is not {what}: {}", self.name(), self.state().told());
    }

    pub(super) fn name(&self) -> Arc<str> {
        self.state().client.name().clone()
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    /// Whether it is in all of its rooms and in its inbox.
    pub(super) fn has_joined_all(&self) -> bool {
        let client = &self.client;
        let inbox = inbox_of(client.name());
        let is_in = |channel: &Arc<str>| client.view(channel).membership == Membership::Joined;
        client.channels().any(|channel| *channel == inbox) && client.channels().all(is_in)
    }

    /// Whether everything it said is known to be stored.
    pub(super) fn has_sent_all(&self) -> bool {
        self.client.outbox().iter().all(|outgoing| outgoing.stored.is_some())
    }

    pub(super) fn position(&self, channel: &str) -> u64 {
        self.client.position(channel).map_or(0, |position| position.seq)
    }

    /// For a test that failed.
    fn told(&self) -> String {
        let client = &self.client;
        let channels: Vec<_> = client.channels().map(|it| (it, client.position(it))).collect();
        let outbox = client.outbox();
        format!("{:?} {channels:?} {outbox:?} {:?}", client.connection(), self.refused)
    }

    fn handle(&mut self, input: ClientInput) {
        let now = Time(u64::try_from(self.started.elapsed().as_micros()).unwrap());
        self.client.handle(now, input, &mut self.outputs);
    }

    fn hear(&mut self, message: ServerMessage) {
        match &message {
            ServerMessage::Welcome { .. } => self.welcomes += 1,
            ServerMessage::Ack(ack) => self.acknowledged.push(ack.clone()),
            ServerMessage::Messages(run) => run.clone().into_iter().for_each(|it| self.note(it)),
            ServerMessage::Joined(joined) => {
                joined.messages.iter().for_each(|it| self.note(it.clone()));
            }
            ServerMessage::Refused { reason, retry_after_ms, .. } => {
                self.refused.push((*reason, *retry_after_ms));
            }
            _ => {}
        }
        self.handle(ClientInput::Message(message));
    }

    /// Whatever has a number once has it always.
    fn note(&mut self, message: Arc<Message>) {
        let place = (message.room.clone(), message.seq);
        let before = self.heard.entry(place).or_insert_with(|| message.clone());
        assert_eq!(*before, message);
    }
}

/// Takes part until the tab is dropped.
async fn run(shared: Arc<Shared>, mut server: usize, addresses: Addresses) {
    let mut socket: Option<Socket> = None;
    let (mut connect_at, mut wake_at) = (None, None);
    loop {
        {
            let mut state = shared.state.lock().unwrap();
            while !state.outputs.is_empty() {
                match state.outputs.remove(0) {
                    ClientOutput::Send(message) => {
                        if let Some(socket) = &mut socket {
                            socket.send(&message);
                        }
                    }
                    ClientOutput::Connect { attempt, retry } => {
                        let delay = PATIENCE.delay(attempt, retry, &mut state.rng);
                        connect_at = Some(Instant::now() + Duration::from_micros(delay.0));
                    }
                    ClientOutput::Disconnect => {
                        socket = None;
                        server += 1;
                        state.handle(ClientInput::Closed(Farewell::Broken));
                    }
                    ClientOutput::Save => {}
                    ClientOutput::WakeAt(time) => {
                        wake_at = Some(state.started + Duration::from_micros(time.0));
                    }
                }
            }
        }
        shared.changed.notify_one();
        let input = tokio::select! {
            received = receive(&mut socket) => match received {
                Received::Message(message) => {
                    shared.state.lock().unwrap().hear(message);
                    continue;
                }
                Received::Over(code) => {
                    socket = None;
                    server += 1;
                    ClientInput::Closed(code.map_or(Farewell::Broken, Farewell::from_code))
                }
            },
            () = shared.asked.notified() => continue,
            () = at(wake_at) => {
                wake_at = None;
                ClientInput::Tick
            }
            () = at(connect_at) => {
                connect_at = None;
                socket = connect(server, &addresses).await;
                match socket {
                    Some(_) => ClientInput::Opened,
                    None => {
                        server += 1;
                        ClientInput::Closed(Farewell::Broken)
                    }
                }
            }
        };
        shared.state.lock().unwrap().handle(input);
    }
}

/// To the server of this number, or to the next that runs.
async fn connect(server: usize, addresses: &Addresses) -> Option<Socket> {
    let address = {
        let addresses = addresses.lock().unwrap();
        let turned = addresses.iter().cycle().skip(server % addresses.len());
        turned.take(addresses.len()).flatten().next().copied()
    };
    Socket::open(address?).await.ok()
}

async fn receive(socket: &mut Option<Socket>) -> Received {
    match socket {
        Some(socket) => socket.receive().await,
        None => std::future::pending().await,
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

pub(super) fn secret(name: &str) -> Arc<str> {
    format!("the secret of {name}").into()
}
