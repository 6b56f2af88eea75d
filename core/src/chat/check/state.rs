//! A state of the check: the real channel and clients, a store, and what is under way.

use super::Check;
use crate::chat::client::{ClientInput, Patience};
use crate::chat::wire::{Ack, ClientMessage, Message, ServerMessage};
use crate::chat::{Channel, Client, LOBBY, Recovered, Saved, SessionId, Settings};
use crate::sim::{Span, Time};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The epoch of the room.
const EPOCH: u64 = 1;

/// No time passes, and if it did, nobody would be impatient.
const PATIENCE: Patience =
    Patience { answer: Span(1 << 50), tries: 1, idle: Span(1 << 50), ..Patience::REAL };

/// The server while it is up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Up {
    pub(super) channel: Channel,
    pub(super) entered: BTreeSet<SessionId>,
}

/// A connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Wire {
    /// Under way to the server, in the order of sending.
    pub(super) up: Vec<ClientMessage>,
    /// Under way to the tab, in the order of sending.
    pub(super) down: Vec<Arc<ServerMessage>>,
    /// Whether the server at the other end has died.
    pub(super) is_dead: bool,
}

/// A tab.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CheckTab {
    pub(super) client: Client,
    pub(super) wire: Option<Wire>,
}

impl CheckTab {
    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

/// The state of everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CheckState {
    pub(super) settings: Arc<Settings>,
    pub(super) server: Option<Up>,
    pub(super) store: Vec<Arc<Message>>,
    pub(super) tabs: Vec<CheckTab>,
    /// The ids of what has been said, with the tab of each.
    pub(super) said: Vec<(u8, Arc<str>)>,
    pub(super) cuts: u8,
    pub(super) crashes: u8,
    pub(super) doubles: u8,
}

impl CheckState {
    /// Everybody is in the room, and nothing has been said.
    pub(super) fn new(check: &Check) -> Self {
        let settings =
            Settings { without: check.without, window_messages: 16, ..Settings::default() };
        let tab = |number: u8| {
            let name = ["Ada", "Bob", "Cleo"][usize::from(number)];
            let saved = Saved {
                name: name.into(),
                secret: "0123456789abcdef".into(),
                rooms: vec![LOBBY.into()],
                ..Saved::default()
            };
            let tab = format!("t{number}");
            let client = Client::new(saved, tab.into(), PATIENCE, check.without);
            CheckTab { client, wire: None }
        };
        let mut state = CheckState {
            settings: Arc::new(settings),
            server: None,
            store: Vec::new(),
            tabs: (0..check.tabs).map(tab).collect(),
            said: Vec::new(),
            cuts: 0,
            crashes: 0,
            doubles: 0,
        };
        state.recover();
        for tab in 0..check.tabs {
            state.tell(tab, ClientInput::Reconnect);
            state.connect(tab);
            while state.tabs[usize::from(tab)].wire.as_ref().is_some_and(|it| !it.up.is_empty()) {
                state.arrive_up(tab, 0, None);
            }
            while state.tabs[usize::from(tab)].wire.as_ref().is_some_and(|it| !it.down.is_empty()) {
                state.arrive_down(tab, 0);
            }
        }
        state
    }

    /// The server comes back from its store, with nobody in the room.
    pub(super) fn recover(&mut self) {
        let stored = Recovered {
            epoch: EPOCH,
            head: self.store.len() as u64,
            oldest: 1,
            recent: self.store.clone(),
        };
        let channel = Channel::recover(self.settings.clone(), LOBBY.into(), stored);
        self.server = Some(Up { channel, entered: BTreeSet::new() });
    }

    /// What is durable, in order.
    pub fn store(&self) -> &[Arc<Message>] {
        &self.store
    }

    /// The tabs.
    pub fn tabs(&self) -> &[CheckTab] {
        &self.tabs
    }

    /// What each tab shows.
    pub(super) fn shown(&self) -> impl Iterator<Item = Vec<&Arc<Message>>> {
        self.tabs.iter().map(|it| it.client.messages(LOBBY).collect())
    }

    /// The acknowledgements under way.
    pub(super) fn acks(&self) -> impl Iterator<Item = &Ack> {
        let wires = self.tabs.iter().filter_map(|it| it.wire.as_ref());
        wires.flat_map(|it| &it.down).filter_map(|it| match &**it {
            ServerMessage::Ack(ack) => Some(ack),
            _ => None,
        })
    }

    /// Whether everything that was said is stored, or is in the outbox of its tab.
    pub(super) fn is_all_kept(&self) -> bool {
        self.said.iter().all(|(tab, id)| {
            let client = &self.tabs[usize::from(*tab)].client;
            self.store.iter().any(|it| it.id == *id)
                || client.outbox().iter().any(|it| it.id == *id)
        })
    }

    /// Whether everything has been said, is stored once, and is shown everywhere.
    pub(super) fn is_all_shown(&self, messages: u8) -> bool {
        let all = usize::from(messages);
        self.store.len() == all
            && self.tabs.iter().all(|it| it.client.outbox().is_empty())
            && self.shown().all(|shown| shown.into_iter().eq(&self.store))
    }

    /// The number of a tab's session: a connection is gone everywhere before the next one is there.
    pub(super) fn session(tab: u8) -> SessionId {
        SessionId(u64::from(tab) + 1)
    }

    /// No time passes.
    pub(super) const NOW: Time = Time::ZERO;
}
