//! The rooms that there are: those with members run, each in a task of its own; the others are only known.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use playground_core::chat::wire::RoomInfo;
use playground_core::chat::{ChannelInput, Refusal, owner_of};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::frames::Frames;
use super::hub::{Ask, Hub, refuse};
use super::line::Line;
use super::room;

pub(super) type Asks = UnboundedReceiver<Ask<ChannelInput>>;

/// The rooms that there are.
#[derive(Debug, Default)]
pub(super) struct Rooms(Mutex<BTreeMap<Arc<str>, Known>>);

#[derive(Debug, Default)]
struct Known {
    /// How to reach its task, while it has one.
    asks: Option<UnboundedSender<Ask<ChannelInput>>>,
    figures: Arc<Figures>,
}

/// What everybody may know of a room, kept by its task.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) people: AtomicU32,
    pub(super) head: AtomicU64,
}

impl Rooms {
    /// The rooms among the channels of the store, with the numbers of their last messages.
    pub(super) fn new(stored: impl IntoIterator<Item = (Arc<str>, u64)>) -> Self {
        let rooms = stored.into_iter().filter(|(name, _)| owner_of(name).is_none());
        let known = |(name, head): (Arc<str>, u64)| {
            let known = Known::default();
            known.figures.head.store(head, Ordering::Relaxed);
            (name, known)
        };
        Rooms(Mutex::new(rooms.map(known).collect()))
    }

    /// Passes a request on to a room. Who joins opens it.
    pub(super) fn ask(
        &self,
        hub: &Arc<Hub>,
        line: &Arc<Line>,
        room: Arc<str>,
        input: ChannelInput,
        frames: &mut Frames,
    ) {
        let mut rooms = self.lock();
        let mut ask = Ask { line: line.clone(), input };
        if let Some(asks) = rooms.get(&room).and_then(|known| known.asks.as_ref()) {
            line.asked();
            match asks.send(ask) {
                Ok(()) => return,
                // Its task has ended in a way that it could not tell of.
                Err(returned) => ask = returned.0,
            }
            line.answered();
        }
        let is_join = matches!(ask.input, ChannelInput::Join { .. });
        let most = hub.settings.limits.rooms as usize;
        let reason = if !is_join {
            Refusal::NotJoined
        } else if !rooms.contains_key(&room) && rooms.len() >= most {
            Refusal::NoMoreRooms
        } else {
            let (asks, receiver) = unbounded_channel();
            let known = rooms.entry(room.clone()).or_default();
            line.asked();
            let _ = asks.send(ask);
            known.asks = Some(asks);
            tokio::spawn(room::run(hub.clone(), room, known.figures.clone(), receiver));
            return;
        };
        drop(rooms);
        refuse(line, room, &ask.input, reason, frames);
    }

    /// Closes a room, unless somebody has asked for something meanwhile. Returns whether it did.
    pub(super) fn close_unless_asked(&self, room: &str, asks: &Asks) -> bool {
        let mut rooms = self.lock();
        if !asks.is_empty() {
            return false;
        }
        close(&mut rooms, room);
        true
    }

    /// Closes a room, and has nobody ask it for anything more.
    pub(super) fn close(&self, room: &str) {
        close(&mut self.lock(), room);
    }

    /// The rooms with members or messages, the fullest first. Some may be known from elsewhere; of those that run
    /// here, nobody knows more.
    pub(super) fn list(&self, most: usize, elsewhere: Vec<RoomInfo>) -> Vec<RoomInfo> {
        let rooms = self.lock();
        let mut list: BTreeMap<Arc<str>, RoomInfo> =
            elsewhere.into_iter().map(|info| (info.room.clone(), info)).collect();
        for (room, known) in rooms.iter() {
            let info = RoomInfo {
                room: room.clone(),
                people: known.figures.people.load(Ordering::Relaxed),
                head: known.figures.head.load(Ordering::Relaxed),
            };
            if known.asks.is_some() || !list.contains_key(room) {
                list.insert(room.clone(), info);
            }
        }
        drop(rooms);
        let mut list: Vec<_> = list.into_values().collect();
        list.retain(|it| it.people > 0 || it.head > 0);
        list.sort_by_key(|it| std::cmp::Reverse((it.people, it.head)));
        list.truncate(most);
        list
    }

    /// Whether the room has members or messages.
    pub(super) fn has(&self, room: &str) -> bool {
        self.lock().contains_key(room)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Known>> {
        // Nothing in here can panic half-way, so what a panicking task left is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A room that never had a message is forgotten.
fn close(rooms: &mut BTreeMap<Arc<str>, Known>, room: &str) {
    let Some(known) = rooms.get_mut(room) else { return };
    known.asks = None;
    known.figures.people.store(0, Ordering::Relaxed);
    if known.figures.head.load(Ordering::Relaxed) == 0 {
        rooms.remove(room);
    }
}
