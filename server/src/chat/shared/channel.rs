//! A channel that is open at this server: what has been seen of it, and who of it is here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use playground_core::chat::wire::{Message, Position};
use playground_core::chat::{
    Bounds, ChannelInput, Passing, Published, ServerId, Submission, Submitted, owner_of,
};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use super::News;
use super::keys::Keys;

/// What a channel's own task is to do.
#[derive(Debug)]
pub(super) enum Order {
    Submit(Submission),
    Tell(Passing),
}

/// A channel that is open.
pub(super) struct Channel {
    pub(super) name: Arc<str>,
    pub(super) keys: Keys,
    pub(super) orders: UnboundedSender<Order>,
    news: News,
    state: Mutex<State>,
    /// How many refills were asked for, and how many are through.
    asked: AtomicU64,
    served: watch::Sender<u64>,
}

/// A place in the order in which refills were asked for and are answered. Dropping it is the next one's turn.
pub(super) struct Turn {
    pub(super) channel: Arc<Channel>,
    number: u64,
}

impl Turn {
    /// Behind all that were taken before.
    pub(super) fn take(channel: &Arc<Channel>) -> Self {
        let number = channel.asked.fetch_add(1, Ordering::Relaxed);
        Turn { channel: channel.clone(), number }
    }

    /// Waits until all before it are through.
    pub(super) async fn comes(&self) {
        // It ends only with the channel, which is kept here.
        let _ = self.channel.served.subscribe().wait_for(|served| *served >= self.number).await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.channel.served.send_modify(|served| *served = (self.number + 1).max(*served));
    }
}

/// What the log of a channel must have if it is still the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) epoch: u64,
    /// The highest number that was heard of, also in an answer whose message has not come yet.
    pub(super) head: u64,
    /// The last message that was seen.
    pub(super) last: Option<Arc<Message>>,
}

/// The people of this server, as its register should say.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    pub(super) version: u64,
    pub(super) people: BTreeSet<Arc<str>>,
}

/// The registers of all other servers.
#[derive(Debug, Default)]
pub(super) struct Registers {
    /// The last change of any of them.
    pub(super) changed: String,
    /// Version and people of each.
    pub(super) of: BTreeMap<ServerId, (u64, Vec<Arc<str>>)>,
}

#[derive(Debug, Default)]
struct State {
    /// In which life of the connection the mark was found in the log: what comes from another one may be of another
    /// history, and is dropped. 0 is none.
    checked_in: u64,
    mark: Mark,
    /// Whether the log has been read from the start, so that what is read later can be compared with that.
    is_open: bool,
    own: Own,
    others: Others,
}

/// What is known of the registers of other servers.
#[derive(Debug, Default)]
struct Others {
    /// The last change at the last reading; empty if there was none.
    changed: String,
    /// Servers that had a register then, or of which something was heard since; and since the beginning of which
    /// reading that is known.
    servers: BTreeMap<ServerId, u64>,
    /// Whether something was heard of a server that had no register at the last reading.
    is_stale: bool,
    /// How many readings have begun.
    readings: u64,
}

impl Channel {
    pub(super) fn new(
        name: Arc<str>,
        keys: Keys,
        news: News,
        orders: UnboundedSender<Order>,
        life: u64,
    ) -> Self {
        let state = State { checked_in: life, ..State::default() };
        let (asked, served) = (AtomicU64::new(0), watch::Sender::new(0));
        Channel { name, keys, orders, news, state: Mutex::new(state), asked, served }
    }

    /// Inboxes are their owner's alone.
    pub(super) fn has_register(&self) -> bool {
        owner_of(&self.name).is_none()
    }

    pub(super) fn epoch(&self) -> u64 {
        self.lock().mark.epoch
    }

    /// What must be found in the log again. Until it is, nothing of the log is passed on.
    pub(super) fn doubt(&self, life: u64) -> Mark {
        let mut state = self.lock();
        if state.checked_in != life {
            state.checked_in = 0;
        }
        state.mark.clone()
    }

    /// The log has been read from the start: what it has, and the last message. Whether that still counts.
    pub(super) fn opened(&self, life: u64, bounds: Bounds, last: Option<Arc<Message>>) -> bool {
        let mut state = self.lock();
        // What was published meanwhile may be newer.
        if state.mark.head <= bounds.head {
            state.mark = Mark { epoch: bounds.epoch, head: bounds.head, last };
        }
        state.mark.epoch = bounds.epoch;
        state.is_open = true;
        state.checked_in == life
    }

    pub(super) fn is_open(&self) -> bool {
        self.lock().is_open
    }

    /// The log has answered, in this life of the connection, to a [`doubt`](Channel::doubt).
    pub(super) fn checked(&self, life: u64, bounds: Bounds) {
        let mut state = self.lock();
        if bounds.epoch == state.mark.epoch {
            state.checked_in = life;
        }
        (self.news)(ChannelInput::Head(bounds));
    }

    /// Passes on what the log has said in this life of the connection, unless it may be of another history. Returns
    /// whether it did.
    pub(super) fn pass_on(
        &self,
        life: u64,
        inputs: impl IntoIterator<Item = ChannelInput>,
    ) -> bool {
        let mut state = self.lock();
        let counts = state.checked_in == life;
        for input in inputs.into_iter().filter(|_| counts) {
            if let ChannelInput::Submitted(Submitted { outcome: Ok(placed), .. }) = &input {
                state.mark.head = state.mark.head.max(placed.seq);
            }
            (self.news)(input);
        }
        counts
    }

    /// Passes on messages that the log has published, or that were read from it.
    pub(super) fn publish(&self, life: u64, epoch: u64, messages: Vec<Arc<Message>>) {
        let mut state = self.lock();
        if state.checked_in != life {
            return;
        }
        if let Some(last) = messages.last()
            && state.mark.last.as_ref().is_none_or(|seen| seen.seq < last.seq)
        {
            state.mark.head = state.mark.head.max(last.seq);
            state.mark.last = Some(last.clone());
        }
        for message in messages {
            (self.news)(ChannelInput::Published(Published { epoch, message }));
        }
    }

    /// Tells the owner something that does not come from the log.
    pub(super) fn tell_owner(&self, input: ChannelInput) {
        (self.news)(input);
    }

    /// The position at a first attempt as the log takes it: -1 if it is none of this epoch.
    pub(super) fn since(&self, epoch: u64, since: Option<Position>) -> i64 {
        let since = since.filter(|since| since.epoch == epoch);
        since.and_then(|since| i64::try_from(since.seq).ok()).unwrap_or(-1)
    }

    /// Keeps the own people as this passing says.
    pub(super) fn keep(&self, passing: &Passing) {
        let own = &mut self.lock().own;
        match passing {
            Passing::Came { name, version } => {
                own.people.insert(name.clone());
                own.version = own.version.max(*version);
            }
            Passing::Went { name, version } => {
                own.people.remove(name);
                own.version = own.version.max(*version);
            }
            _ => {}
        }
    }

    pub(super) fn own(&self) -> Own {
        self.lock().own.clone()
    }

    /// Passes on what another server has told.
    pub(super) fn hear(&self, server: &ServerId, passings: Vec<Passing>) {
        let mut state = self.lock();
        let others = &mut state.others;
        if !others.servers.contains_key(server) {
            others.servers.insert(server.clone(), others.readings);
            others.is_stale = true;
        }
        for passing in passings {
            (self.news)(ChannelInput::Elsewhere { server: server.clone(), passing });
        }
    }

    /// Begins to read the registers: its number, and the last change that is known; empty if they are to be read
    /// in any case.
    pub(super) fn begin_reading(&self) -> (u64, String) {
        let others = &mut self.lock().others;
        others.readings += 1;
        let known = if others.is_stale { String::new() } else { others.changed.clone() };
        (others.readings, known)
    }

    /// The registers have been read, with the reading of this number.
    pub(super) fn read(&self, reading: u64, registers: Registers) {
        let mut state = self.lock();
        let others = &mut state.others;
        if others.readings != reading {
            return;
        }
        others.changed = registers.changed;
        // What was heard of a server while they were being read is newer than they are.
        let is_gone = |server: &ServerId, heard_in: &mut u64| {
            !registers.of.contains_key(server) && *heard_in < reading
        };
        let gone: Vec<_> = others.servers.extract_if(.., is_gone).map(|(it, _)| it).collect();
        others.is_stale = others.servers.keys().any(|server| !registers.of.contains_key(server));
        for server in gone {
            (self.news)(ChannelInput::ServerGone { server });
        }
        for (server, (version, people)) in registers.of {
            others.servers.insert(server.clone(), reading);
            (self.news)(ChannelInput::Present { server, version, people });
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here can panic half-way, so what a panicking task left is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
