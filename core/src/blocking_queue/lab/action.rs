//! What can be set up and done in the lab.

use super::pace::Pace;
use crate::blocking_queue::Order;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most producers, and the most consumers.
pub const MOST_WORKERS: u8 = 8;
/// The most items that fit in the queue.
pub const MOST_CAPACITY: u16 = 64;
/// The longest that anything may take, in milliseconds.
pub const MOST_MS: u32 = 600_000;
/// The most items that a producer makes at once.
pub const MOST_BURST: u16 = 100;
/// The most characters of an item that a visitor names.
pub const MOST_LABEL: usize = 24;
/// The most commands of visitors that wait at once.
pub const MOST_WAITING: usize = 16;

/// What is there at the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// How long each producer takes to make an item; up to [`MOST_WORKERS`] of them.
    pub producers: Vec<Pace>,
    /// How long each consumer takes over an item; up to [`MOST_WORKERS`] of them.
    pub consumers: Vec<Pace>,
    /// How many producers, and how many consumers, are started at once; the others are down until somebody restarts
    /// them.
    pub running: (u8, u8),
    /// How many items fit in the queue, 1 to [`MOST_CAPACITY`].
    pub capacity: u16,
    /// Who goes first if several could.
    pub order: Order,
    /// What happens to an item for which there is no room.
    pub policy: Policy,
    /// How many items a producer makes at once, 1 to [`MOST_BURST`]: as many an hour as if it made one at a time.
    pub burst: u16,
    /// How long a consumer waits for an item before it does something else for as long as an item takes; none if it
    /// waits for ever.
    pub patience_ms: Option<u32>,
    /// The shortest and the longest time from a wake-up until the thread runs again.
    pub wake_ms: (u32, u32),
    /// The shortest and the longest time between two steps that should have been one, where a mistake cuts them apart.
    pub gap_ms: (u32, u32),
    /// How far back the measurements look.
    pub window_ms: u32,
    /// What is done wrong.
    pub mistake: Option<Mistake>,
}

/// What happens to an item for which there is no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Policy {
    /// Its producer waits: the queue pushes back.
    #[default]
    Block,
    /// Its producer waits for so long, and then throws it away.
    TimeOut {
        /// In milliseconds, 1 to [`MOST_MS`].
        ms: u32,
    },
    /// It is thrown away.
    DropNewest,
    /// The oldest item is thrown away to make room.
    DropOldest,
}

/// A classical mistake that can be made, to see what it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mistake {
    /// `if` instead of `while` around the wait: who is woken does not look again.
    IfForWhile,
    /// One condition for both sides and `notify_one`: the wake-up may go to somebody who cannot use it.
    SharedCondition,
    /// The other side is notified before the item is in, or before it is out.
    NotifyBeforeChange,
    /// The other side is only notified when the queue was empty, or was full.
    NotifyOnEdge,
    /// Looking whether there is room and putting the item in are two steps, without a lock around them.
    NoLock,
    /// Somebody whose time is over goes, and takes a wake-up along.
    TimeoutSwallows,
    /// Closing wakes one of each side.
    CloseWakesOne,
    /// Closing throws away what is inside.
    CloseDrops,
    /// The order is promised to be fair, and newcomers overtake all the same.
    Overtaking,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Mistake; 9] = [
        Mistake::IfForWhile,
        Mistake::SharedCondition,
        Mistake::NotifyBeforeChange,
        Mistake::NotifyOnEdge,
        Mistake::NoLock,
        Mistake::TimeoutSwallows,
        Mistake::CloseWakesOne,
        Mistake::CloseDrops,
        Mistake::Overtaking,
    ];
}

/// Somebody who works at the queue, by number from 0 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Worker {
    /// Makes items and puts them in.
    Producer(u8),
    /// Takes items out and works on them.
    Consumer(u8),
}

impl Worker {
    /// Which side of the queue it works at.
    pub const fn side(self) -> Side {
        match self {
            Worker::Producer(_) => Side::Putting,
            Worker::Consumer(_) => Side::Taking,
        }
    }

    /// Its number on its side.
    pub const fn number(self) -> u8 {
        let (Worker::Producer(number) | Worker::Consumer(number)) = self;
        number
    }
}

/// As the page calls them: producers by letters, consumers by numbers from 1 on.
impl fmt::Display for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Worker::Producer(number) => write!(f, "producer {}", letter(*number)),
            Worker::Consumer(number) => write!(f, "consumer {}", u16::from(*number) + 1),
        }
    }
}

/// The letter by which a producer is called.
pub fn letter(producer: u8) -> char {
    char::from(b'A' + producer % 26)
}

/// A side of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Those who put something in: they wait while there is no room.
    Putting,
    /// Those who take something out: they wait while there is nothing.
    Taking,
}

impl Side {
    /// The other one.
    pub const fn other(self) -> Side {
        match self {
            Side::Putting => Side::Taking,
            Side::Taking => Side::Putting,
        }
    }
}

/// What a visitor can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// The visitor puts something in, as the policy has it.
    Enqueue {
        /// What it is called, up to [`MOST_LABEL`] characters; else it has a number.
        label: Option<String>,
    },
    /// The visitor takes the oldest item, and waits while there is none.
    Dequeue,
    /// The visitor looks at the oldest item.
    Peek,
    /// The visitor asks how many items are inside.
    Size,
    /// The queue becomes larger or smaller.
    SetCapacity {
        /// How many items fit in, 1 to [`MOST_CAPACITY`].
        capacity: u16,
    },
    /// The queue takes nothing more in.
    Close,
    /// A command of the visitor's that waits is taken back.
    Withdraw {
        /// Its number.
        call: u64,
    },
    /// A worker's process stands still: it neither works nor wakes up.
    Pause {
        /// Which one.
        worker: Worker,
    },
    /// It goes on where it was.
    Resume {
        /// Which one.
        worker: Worker,
    },
    /// A worker dies, with what it has in its hands.
    Crash {
        /// Which one.
        worker: Worker,
    },
    /// A worker that is down, or has ended, starts.
    Restart {
        /// Which one.
        worker: Worker,
    },
    /// A worker that waits wakes up although nobody has woken it, as condition variables allow.
    WakeSpuriously {
        /// Which one.
        worker: Worker,
    },
    /// A worker works faster or slower from the next item on.
    SetPace {
        /// Which one.
        worker: Worker,
        /// How fast.
        pace: Pace,
    },
    /// A producer has made so many items all at once.
    Burst {
        /// Which producer.
        producer: u8,
        /// How many, 1 to [`MOST_BURST`].
        count: u16,
    },
    /// Items for which there is no room are treated otherwise from now on.
    SetPolicy {
        /// How.
        policy: Policy,
    },
}

impl Default for Scenario {
    /// Two producers that are faster than their two consumers, before a queue of five.
    fn default() -> Self {
        Scenario {
            producers: vec![Pace::uniform(1_000); 2],
            consumers: vec![Pace::uniform(1_300); 2],
            running: (MOST_WORKERS, MOST_WORKERS),
            capacity: 5,
            order: Order::Barging,
            policy: Policy::Block,
            burst: 1,
            patience_ms: None,
            wake_ms: (60, 140),
            gap_ms: (150, 300),
            window_ms: 20_000,
            mistake: None,
        }
    }
}

impl Scenario {
    /// The nearest scenario within the limits: a link may say anything.
    pub fn clamped(&self) -> Self {
        let mut it = self.clone();
        it.producers.truncate(MOST_WORKERS.into());
        it.consumers.truncate(MOST_WORKERS.into());
        for pace in it.producers.iter_mut().chain(&mut it.consumers) {
            *pace = pace.clamped();
        }
        let (producers, consumers) = (it.producers.len() as u8, it.consumers.len() as u8);
        it.running = (it.running.0.min(producers), it.running.1.min(consumers));
        it.capacity = it.capacity.clamp(1, MOST_CAPACITY);
        it.policy = it.policy.clamped();
        it.burst = it.burst.clamp(1, MOST_BURST);
        it.patience_ms = it.patience_ms.map(|ms| ms.clamp(1, MOST_MS));
        it.wake_ms = clamped_range(it.wake_ms);
        it.gap_ms = clamped_range(it.gap_ms);
        it.window_ms = it.window_ms.clamp(1, MOST_MS);
        it
    }
}

fn clamped_range((shortest, longest): (u32, u32)) -> (u32, u32) {
    let shortest = shortest.min(MOST_MS);
    (shortest, longest.clamp(shortest, MOST_MS))
}

impl Policy {
    /// The nearest policy within the limits.
    pub(super) fn clamped(self) -> Self {
        match self {
            Policy::TimeOut { ms } => Policy::TimeOut { ms: ms.clamp(1, MOST_MS) },
            other => other,
        }
    }
}
