//! What happens in the lab.

use super::action::{Policy, Side, Worker};
use super::frame::{Answer, Ask, Item};
use super::pace::Pace;
use crate::sim::Span;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Somebody at the queue: a worker, or a command of the visitor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Makes items and puts them in.
    Producer(u8),
    /// Takes items out and works on them.
    Consumer(u8),
    /// The visitor, who puts an item in, by the command's number.
    Putter(u64),
    /// The visitor, who takes an item out, by the command's number.
    Taker(u64),
}

impl Party {
    /// Which side of the queue it is at.
    pub const fn side(self) -> Side {
        match self {
            Party::Producer(_) | Party::Putter(_) => Side::Putting,
            Party::Consumer(_) | Party::Taker(_) => Side::Taking,
        }
    }

    /// The worker, if it is one.
    pub const fn worker(self) -> Option<Worker> {
        match self {
            Party::Producer(number) => Some(Worker::Producer(number)),
            Party::Consumer(number) => Some(Worker::Consumer(number)),
            Party::Putter(_) | Party::Taker(_) => None,
        }
    }
}

impl From<Worker> for Party {
    fn from(worker: Worker) -> Party {
        match worker {
            Worker::Producer(number) => Party::Producer(number),
            Worker::Consumer(number) => Party::Consumer(number),
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.worker() {
            Some(worker) => worker.fmt(f),
            None => f.write_str("you"),
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A producer has made an item, or the visitor has one.
    Made {
        /// Who.
        by: Party,
        /// What.
        item: Item,
    },
    /// An item went in.
    Stored {
        /// Who put it in.
        by: Party,
        /// What.
        item: Item,
        /// How many are inside now.
        length: u32,
    },
    /// An item came out.
    Taken {
        /// Who took it.
        by: Party,
        /// What.
        item: Item,
        /// How long it had been inside.
        waited: Span,
        /// How many are inside now.
        length: u32,
    },
    /// A consumer has done its work on an item.
    Finished {
        /// Which consumer.
        consumer: u8,
        /// Which item.
        item: Item,
    },
    /// An item is gone.
    Dropped {
        /// Which one.
        item: Item,
        /// Why.
        why: DropReason,
    },
    /// Somebody has to wait.
    Parked {
        /// Who.
        by: Party,
        /// Whether it has just been woken, and found that somebody else was faster.
        is_again: bool,
    },
    /// Somebody who waits was woken, and will run in a moment.
    Woken {
        /// Who.
        party: Party,
        /// By whom; none if nobody did, or if it was the queue's new capacity.
        by: Option<Party>,
    },
    /// Somebody woke up although nobody had woken it.
    WokenSpuriously {
        /// Who.
        party: Party,
    },
    /// Somebody notified the other side, and nobody was there to be woken, or it was the wrong moment.
    Notified {
        /// Who did.
        by: Party,
    },
    /// Somebody has waited for as long as it wanted to.
    TimedOut {
        /// Who.
        party: Party,
    },
    /// Somebody took out something that was not there.
    TookNothing {
        /// Who.
        by: Party,
    },
    /// A worker found the queue closed, and is done.
    Ended {
        /// Which one.
        worker: Worker,
    },
    /// The queue was closed.
    Closed,
    /// The visitor gave a command.
    Asked {
        /// Its number.
        call: u64,
        /// What it asks for.
        ask: Ask,
    },
    /// A command was answered.
    Answered {
        /// Its number.
        call: u64,
        /// With what.
        answer: Answer,
    },
    /// A worker started.
    Started {
        /// Which one.
        worker: Worker,
    },
    /// A worker died.
    Crashed {
        /// Which one.
        worker: Worker,
    },
    /// A worker stands still.
    Paused {
        /// Which one.
        worker: Worker,
    },
    /// It goes on.
    Resumed {
        /// Which one.
        worker: Worker,
    },
    /// A worker works at another pace.
    PaceSet {
        /// Which one.
        worker: Worker,
        /// How fast.
        pace: Pace,
    },
    /// Items for which there is no room are treated otherwise.
    PolicySet {
        /// How.
        policy: Policy,
    },
    /// More or fewer items fit in.
    CapacitySet {
        /// How many.
        capacity: u16,
    },
    /// The action was impossible and changed nothing.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Why an item is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropReason {
    /// There was no room for it.
    NoRoom,
    /// It was the oldest, and made room.
    Displaced,
    /// Its producer had waited for as long as it wanted to.
    TimedOut,
    /// Whoever had it in hands died.
    Crashed,
    /// The visitor took the command back.
    Withdrawn,
    /// The queue was closed, and whoever closed it threw it away.
    Closed,
}
