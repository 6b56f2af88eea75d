//! What is drawn of the queue at one moment: plain data, of a simulated queue or of one at which real workers work.

use super::action::{Mistake, Policy, Scenario, Worker, letter};
use super::event::{DropReason, Party};
use super::pace::Pace;
use crate::blocking_queue::Order;
use crate::blocking_queue::measures::Summary;
use crate::sim::{Span, Time};
use std::fmt;
use std::sync::Arc;

/// The most items that have gone through which a frame shows.
pub const MOST_PASSED: usize = 40;
/// The most items that are gone which a frame shows.
pub const MOST_GONE: usize = 12;
/// The most commands that a frame shows.
pub const MOST_CALLS: usize = 40;
/// The most lengths that a frame remembers.
pub const MOST_LENGTHS: usize = 400;
/// The most stretches that are remembered of a worker.
pub const MOST_STRETCHES: usize = 60;

/// The picture at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The moment.
    pub now: Time,
    /// How a simulation was set up; none if real workers work.
    pub scenario: Option<Arc<Scenario>>,
    /// How many items fit in the queue.
    pub capacity: u32,
    /// Who goes first if several could.
    pub order: Order,
    /// What happens to an item for which there is no room.
    pub policy: Policy,
    /// What is done wrong.
    pub mistake: Option<Mistake>,
    /// Whether it is closed.
    pub is_closed: bool,
    /// The items inside, the oldest first; more than the capacity only after that was made smaller, or by mistake.
    pub items: Vec<Item>,
    /// The producers, by number.
    pub producers: Vec<WorkerView>,
    /// The consumers, by number.
    pub consumers: Vec<WorkerView>,
    /// Those who wait for room, the next to be woken first.
    pub putters: Vec<Party>,
    /// Those who wait for an item, the next to be woken first.
    pub takers: Vec<Party>,
    /// The last items that have come out, the newest last, at most [`MOST_PASSED`] of them.
    pub passed: Arc<Vec<Passage>>,
    /// The last items that are gone, the newest last, at most [`MOST_GONE`] of them.
    pub gone: Arc<Vec<Gone>>,
    /// How many were inside from when on, the newest last, at most [`MOST_LENGTHS`] of them.
    pub lengths: Arc<Vec<(Time, u32)>>,
    /// The visitor's last commands, the newest last, at most [`MOST_CALLS`] of them.
    pub calls: Arc<Vec<CallView>>,
    /// What has been counted.
    pub totals: Totals,
    /// The time from going in to coming out, and how many were inside.
    pub inside: Summary,
    /// The time from being made to going in, and how many waited before the queue: its back-pressure.
    pub before: Summary,
    /// The promises that have been broken, each a sentence.
    pub broken: Vec<&'static str>,
}

/// An item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Who made it.
    pub maker: Maker,
    /// Its number among all that its maker has made, from 1 on.
    pub number: u64,
    /// Its number among all that went in, from 1 on; 0 before that.
    pub serial: u64,
    /// What the visitor called it.
    pub label: Option<Arc<str>>,
    /// When it was made.
    pub made_at: Time,
    /// When it went in; when it was made, before that.
    pub stored_at: Time,
}

/// Who made an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Maker {
    /// A producer.
    Producer(u8),
    /// The visitor.
    Visitor,
}

/// As it is written on it: `A17` is the seventeenth of producer A.
impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.label, self.maker) {
            (Some(label), _) => f.write_str(label),
            (None, Maker::Producer(producer)) => write!(f, "{}{}", letter(producer), self.number),
            (None, Maker::Visitor) => write!(f, "you{}", self.number),
        }
    }
}

/// A worker.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerView {
    /// Which one.
    pub worker: Worker,
    /// What it does.
    pub state: WorkerState,
    /// Since when it does that.
    pub since: Time,
    /// Until when, where that is known.
    pub until: Option<Time>,
    /// Whether it stands still.
    pub is_paused: bool,
    /// What it has in its hands: a producer's item that waits for room, or what a consumer works on.
    pub hand: Option<Item>,
    /// How fast it works; none if it does not rest.
    pub pace: Option<Pace>,
    /// How many items it has put in, or has finished.
    pub done: u64,
    /// How often it had to wait.
    pub parks: u64,
    /// For how long in sum, until now.
    pub parked: Span,
    /// What it has done lately, the newest last, at most [`MOST_STRETCHES`]: its lane in a chart.
    pub lane: Arc<Vec<Stretch>>,
}

/// What a worker did for a while: until the next stretch begins, or until now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Since when.
    pub from: Time,
    /// What.
    pub state: WorkerState,
    /// Whether it stood still in it.
    pub is_paused: bool,
}

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WorkerState {
    /// It is not there.
    Down,
    /// It makes an item, or works on one.
    Working,
    /// It is between two steps that should have been one.
    Between,
    /// It waits for the other side.
    Parked,
    /// It has been woken, and will run in a moment.
    Woken,
    /// It is done: the queue is closed.
    Ended,
}

/// An item that has come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The item.
    pub item: Item,
    /// Who took it.
    pub by: Party,
    /// When.
    pub taken_at: Time,
}

/// An item that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The item.
    pub item: Item,
    /// Why.
    pub why: DropReason,
    /// When.
    pub at: Time,
}

/// What a command asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// To put this in.
    Enqueue(Item),
    /// To take something.
    Dequeue,
    /// To see the oldest item.
    Peek,
    /// To know how many are inside.
    Size,
    /// To make it larger or smaller.
    SetCapacity(u16),
    /// To let nothing more in.
    Close,
}

/// As it is typed.
impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ask::Enqueue(item) => write!(f, "enqueue {item}"),
            Ask::Dequeue => f.write_str("dequeue"),
            Ask::Peek => f.write_str("peek"),
            Ask::Size => f.write_str("size"),
            Ask::SetCapacity(capacity) => write!(f, "capacity {capacity}"),
            Ask::Close => f.write_str("close"),
        }
    }
}

/// A command of the visitor's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallView {
    /// Its number.
    pub call: u64,
    /// What it asks for.
    pub ask: Ask,
    /// When it was given.
    pub asked_at: Time,
    /// When and how it was answered; none while it waits.
    pub answer: Option<(Time, Answer)>,
}

/// What a command was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is in, and so many are inside now.
    Stored {
        /// How many.
        length: u32,
    },
    /// It is in, and the oldest one had to make room.
    Displaced {
        /// Which one.
        oldest: Item,
    },
    /// There was no room, and it was thrown away.
    Dropped,
    /// The time is over, and it was thrown away.
    TimedOut,
    /// Here it is.
    Taken(Item),
    /// The oldest item; none if there is none.
    Peeked(Option<Item>),
    /// So many are inside.
    Size {
        /// How many.
        length: u32,
        /// Of so many that fit.
        capacity: u32,
    },
    /// It is done.
    Done,
    /// The queue is closed: it takes nothing, or has nothing any more.
    Closed,
    /// The visitor has taken it back.
    Withdrawn,
    /// Something was taken that was not there.
    Nothing,
}

/// As it is printed.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Stored { length: 1 } => f.write_str("stored: it is the only one inside"),
            Answer::Stored { length } => write!(f, "stored: {length} are inside"),
            Answer::Displaced { oldest } => write!(f, "stored: {oldest} had to make room"),
            Answer::Dropped => f.write_str("no room: thrown away"),
            Answer::TimedOut => f.write_str("timed out: thrown away"),
            Answer::Taken(item) | Answer::Peeked(Some(item)) => item.fmt(f),
            Answer::Peeked(None) => f.write_str("nothing is inside"),
            Answer::Size { length, capacity } => write!(f, "{length} of {capacity}"),
            Answer::Done => f.write_str("done"),
            Answer::Closed => f.write_str("the queue is closed"),
            Answer::Withdrawn => f.write_str("taken back"),
            Answer::Nothing => f.write_str("something that was not there"),
        }
    }
}

/// What has been counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Items made, by producers and by the visitor.
    pub made: u64,
    /// Items that went in.
    pub stored: u64,
    /// Items that came out to somebody who had asked.
    pub taken: u64,
    /// Items that consumers have done their work on.
    pub finished: u64,
    /// Items that are gone and were never taken, for whatever reason.
    pub dropped: u64,
    /// … because there was no room for them.
    pub dropped_newest: u64,
    /// … because they had to make room.
    pub dropped_oldest: u64,
    /// … because their producer did not want to wait any longer.
    pub timed_out: u64,
    /// Items whose consumer died while it worked on them.
    pub lost_at_work: u64,
    /// Times somebody had to wait, those who had to once more included.
    pub parks: u64,
    /// Wake-ups.
    pub wakeups: u64,
    /// Times somebody was woken and found that somebody else was faster.
    pub woken_in_vain: u64,
}
