//! What happens in the lab.

use super::super::lease::{Lease, LeaseRefusal};
use super::wire::{Message, Node};
use crate::sim::Time;
use crate::unique_id::snowflake::Id;
use thiserror::Error;

/// Something that happened. A worker is its place in the list, a number is what goes into its IDs.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A client asked for IDs.
    Asked {
        /// The request.
        request: u64,
        /// Which worker.
        worker: u8,
        /// For how many.
        count: u32,
        /// Whose post it is for, if it is for one.
        user: Option<u64>,
    },
    /// A worker made IDs that follow each other.
    Made {
        /// The request.
        request: u64,
        /// Which worker.
        worker: u8,
        /// The first of them.
        first: Id,
        /// How many.
        count: u32,
        /// The millisecond that its clock showed, since 1970.
        clock_ms: u64,
    },
    /// A client has all IDs that it asked for.
    Answered {
        /// The request.
        request: u64,
    },
    /// A client does not get what it asked for, or not all of it.
    Failed {
        /// The request.
        request: u64,
        /// Why.
        why: Failure,
    },
    /// A worker has to wait before it can go on.
    Waited {
        /// Which one.
        worker: u8,
        /// What for.
        why: Waiting,
    },
    /// IDs were handed out that had been handed out before.
    Repeated {
        /// The first of them.
        id: Id,
        /// How many.
        count: u32,
        /// Who had made it before.
        first: u8,
        /// Who made it again.
        again: u8,
    },
    /// A post was stored.
    Stored {
        /// On which shard.
        shard: u8,
        /// Whose.
        user: u64,
        /// Under which ID.
        id: Id,
    },
    /// A message left.
    Sent {
        /// Its number.
        flight: u64,
        /// From whom.
        from: Node,
        /// To whom.
        to: Node,
        /// What it says.
        message: Message,
    },
    /// A message did not arrive.
    Lost {
        /// Its number.
        flight: u64,
        /// Why.
        why: Loss,
    },
    /// The registry has granted a number; once that is durable it tells the worker.
    Granted {
        /// Which worker.
        worker: u8,
        /// What.
        lease: Lease,
    },
    /// The registry has extended a lease.
    Extended {
        /// Of which worker.
        worker: u8,
        /// To what.
        lease: Lease,
    },
    /// The registry refused a lease.
    Declined {
        /// To which worker.
        worker: u8,
        /// Why.
        why: LeaseRefusal,
    },
    /// A worker has a number, or may keep it.
    Leased {
        /// Which one.
        worker: u8,
        /// What.
        lease: Lease,
    },
    /// A worker has learnt that its number is not its own any more.
    Dispossessed {
        /// Which one.
        worker: u8,
        /// The number.
        number: u16,
    },
    /// A worker has given its number back.
    Released {
        /// Which number.
        number: u16,
    },
    /// An operator has declared the holder of a number dead.
    Revoked {
        /// Which number.
        number: u16,
    },
    /// A node started.
    Started {
        /// Which one.
        node: Node,
    },
    /// A node died.
    Crashed {
        /// Which one.
        node: Node,
    },
    /// A worker stopped as it should.
    Stopped {
        /// Which one.
        worker: u8,
    },
    /// A worker's process stands still.
    Paused {
        /// Which one.
        worker: u8,
        /// Until when; none until somebody resumes it.
        until: Option<Time>,
    },
    /// It goes on, and does not know how long it stood still.
    Resumed {
        /// Which one.
        worker: u8,
    },
    /// A clock was set.
    ClockStepped {
        /// Whose.
        node: Node,
        /// By how many milliseconds forward; back if negative.
        by_ms: i32,
    },
    /// A clock goes at another rate.
    RateSet {
        /// Whose.
        node: Node,
        /// 1,000 is right.
        permille: u32,
    },
    /// The link between a worker and the registry was cut.
    LinkCut {
        /// Which worker.
        worker: u8,
    },
    /// It was mended.
    LinkMended {
        /// Which worker.
        worker: u8,
    },
    /// A message will arrive later.
    Delayed {
        /// Its number.
        flight: u64,
    },
    /// A setting was changed.
    Set {
        /// Which, in words.
        what: String,
    },
    /// The action was impossible and changed nothing.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Why a worker has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It has no number.
    NoNumber,
    /// All IDs of this millisecond have been handed out.
    Exhausted {
        /// For how many milliseconds of its clock.
        ms: u64,
    },
    /// Its clock is behind its last ID.
    SteppedBack {
        /// For how many milliseconds of its clock.
        ms: u64,
    },
    /// Its clock is not yet past what the holder before may have handed out.
    HighWater {
        /// For how many milliseconds of its clock.
        ms: u64,
    },
    /// Its clock is past the window of its lease.
    LeaseOver,
}

/// Why a client does not get its IDs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// The worker is down.
    #[error("the worker is down")]
    WorkerDown,
    /// The worker died before it was done.
    #[error("the worker died")]
    WorkerDied,
    /// The client has waited for too long.
    #[error("the client lost patience")]
    GaveUp,
    /// The worker's clock has stepped back too far.
    #[error("the clock is {by_ms} ms behind the last ID")]
    ClockBehind {
        /// By how many milliseconds it is behind the last ID.
        by_ms: u64,
    },
    /// The time stamp has no bits for this moment: it is before the epoch, or past the end of the format.
    #[error("the format has no time stamp for this moment")]
    OutOfEpoch,
}

/// Why a message did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The link is cut.
    Cut,
    /// The receiver is down.
    ReceiverDown,
    /// Somebody took it off the wire.
    Dropped,
}
