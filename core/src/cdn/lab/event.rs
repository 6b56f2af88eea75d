//! What happens in the lab.

use super::action::OriginState;
use super::exchange::{Outcome, Served};
use super::wire::Node;

/// Something that happened. Items and readers are numbers as in [`Action`](super::Action); an exchange is a
/// reader's request with its answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A reader asked.
    Asked {
        /// The exchange.
        exchange: u64,
        /// Who.
        reader: u8,
        /// What.
        item: u16,
        /// Whom.
        edge: Node,
    },
    /// A reader opens a connection: that takes two round trips.
    Connecting {
        /// The exchange.
        exchange: u64,
    },
    /// A cache answers.
    Served {
        /// Which cache.
        by: Node,
        /// Whom.
        to: Node,
        /// What.
        item: u16,
        /// Out of what.
        served: Served,
        /// The answer's status.
        status: u16,
        /// Its age, in seconds; none if it has none.
        age_s: Option<u32>,
    },
    /// A request waits for a fetch that is under way already.
    Joined {
        /// At which cache.
        at: Node,
        /// For what.
        item: u16,
        /// How many wait now.
        waiting: u32,
    },
    /// A cache asks the next one, or the origin.
    Fetched {
        /// Which cache.
        by: Node,
        /// Whom.
        from: Node,
        /// What.
        item: u16,
        /// Whether it only asks if its copy still holds.
        is_conditional: bool,
        /// Whether nobody waits for it.
        is_background: bool,
    },
    /// The origin began to work on a request.
    OriginAsked {
        /// By whom.
        by: Node,
        /// For what.
        item: u16,
        /// How many it works on, or has waiting, now.
        busy: u32,
    },
    /// The origin answered.
    OriginAnswered {
        /// Whom.
        to: Node,
        /// What about.
        item: u16,
        /// With which version.
        version: u32,
        /// With which status.
        status: u16,
    },
    /// A cache stored a whole copy.
    Stored {
        /// Which cache.
        by: Node,
        /// Of what.
        item: u16,
        /// Which version.
        version: u32,
        /// How long it is fresh, in seconds.
        lifetime_s: u32,
    },
    /// A cache does not store an answer.
    NotStored {
        /// Which cache.
        by: Node,
        /// To what.
        item: u16,
        /// Why not.
        why: String,
    },
    /// The origin said that a copy still holds.
    Validated {
        /// Whose.
        by: Node,
        /// Of what.
        item: u16,
    },
    /// A copy made room for another.
    Evicted {
        /// Where.
        by: Node,
        /// Of what.
        item: u16,
    },
    /// A reader has the first byte.
    FirstByte {
        /// The exchange.
        exchange: u64,
        /// After how many microseconds of the Earth.
        after_us: u64,
    },
    /// A reader has the last byte, or knows that it will not come.
    Finished {
        /// The exchange.
        exchange: u64,
        /// How it ended.
        outcome: Outcome,
        /// After how many microseconds of the Earth.
        after_us: u64,
    },
    /// A reader asks again, of another server.
    AskedAgain {
        /// The exchange.
        exchange: u64,
        /// Whom.
        edge: Node,
    },
    /// A request found nobody, or its connection broke.
    Reset {
        /// Whose request.
        caller: Node,
        /// To whom.
        callee: Node,
    },
    /// A request had no answer for too long.
    TimedOut {
        /// Whose request.
        caller: Node,
        /// To whom.
        callee: Node,
    },
    /// A purge was sent out.
    PurgeSent {
        /// Its number.
        purge: u32,
        /// What is to be forgotten; none for everything.
        item: Option<u16>,
    },
    /// A cache has forgotten.
    Purged {
        /// Which cache.
        by: Node,
        /// The purge.
        purge: u32,
        /// How many copies.
        copies: u32,
    },
    /// Every cache has.
    PurgeDone {
        /// The purge.
        purge: u32,
    },
    /// The content of an item changed.
    Changed {
        /// Which item.
        item: u16,
        /// To which version.
        version: u32,
    },
    /// A message was lost.
    Dropped {
        /// Its number.
        flight: u64,
    },
    /// A cache server died.
    Crashed {
        /// Which one.
        node: Node,
        /// With how many copies.
        copies: u32,
    },
    /// A cache server started, empty.
    Started {
        /// Which one.
        node: Node,
    },
    /// The origin fares otherwise.
    OriginSet {
        /// How.
        state: OriginState,
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
