//! Where the time comes from, and what to do when it goes back.

use serde::{Deserialize, Serialize};

/// A wall clock, brought along by the caller: the core reads none.
///
/// A closure will do: `|| 1_700_000_000_000_u64`.
pub trait Clock {
    /// Now, in milliseconds since 1970 without leap seconds.
    fn unix_ms(&self) -> u64;
}

impl<F: Fn() -> u64> Clock for F {
    #[inline]
    fn unix_ms(&self) -> u64 {
        self()
    }
}

/// What a generator does when its clock shows less than the last ID's time: the clock was stepped back, or the
/// generator has started again behind its high-water mark.
///
/// Under each policy the IDs of a generator rise strictly, and none is handed out twice. They differ in what
/// callers have to bear, and in what an ID's time means.
///
/// | | an ID's time | callers meanwhile | after a crash |
/// | --- | --- | --- | --- |
/// | [`Wait`](Self::Wait) | not after the clock | wait, or are refused if it is too long | any moment after the last ID's is safe |
/// | [`Refuse`](Self::Refuse) | not after the clock | are refused | the same |
/// | [`Borrow`](Self::Borrow) | at most the bound after the clock | are served until the bound | only what is after clock and bound, or after the high-water mark, is safe |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockPolicy {
    /// Tells callers how long to wait until the clock has caught up; refuses if that is longer than the bound.
    ///
    /// Promises that an ID's time is never later than the clock was when it was made. For clocks that are stepped
    /// by a few milliseconds now and then, as time daemons do.
    Wait {
        /// In milliseconds.
        at_most_ms: u64,
    },
    /// Refuses until the clock has caught up, so that callers can ask another worker at once.
    ///
    /// Promises what [`Wait`](Self::Wait) promises. A full tick is no step back: it is waited for here, too.
    Refuse,
    /// Goes on after the last ID as if the clock had not moved, and takes ticks from the future once it has used up
    /// those that it has reached: after a step back, and in a burst of more IDs than a tick holds. Beyond the bound
    /// it has callers wait; if the clock itself was stepped back by more than the bound, it refuses.
    ///
    /// Promises that an ID's time is later than the clock by the bound at most, and that nobody waits for less than
    /// that. The price: a clock alone does not tell a generator that starts again which IDs there are. It must pass
    /// the bound, or [resume](super::Generator::resume_after) behind a mark that was kept.
    Borrow {
        /// In milliseconds.
        at_most_ms: u64,
    },
}

impl Default for ClockPolicy {
    /// Waiting for 10 ms at most.
    fn default() -> Self {
        ClockPolicy::Wait { at_most_ms: 10 }
    }
}
