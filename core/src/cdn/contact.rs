//! Whether a process of several may trust its copies: it may not if it could have missed a purge.
//!
//! Each process asks all the others again and again which purges it lacks. It trusts its copies while it has heard,
//! within the last few seconds (the *lease*), from at least half of the others: a purge that more than half of all
//! processes have written down is known to one of these. Whoever was killed, stopped, paused or cut off has heard
//! nothing for longer than the lease, and validates a copy with its origin before it serves it; what was validated
//! or received within the lease is as good as trusted, unless that was before a restart.
//!
//! So whoever asks for a purge has to wait for the lease at most: then those that could not be reached have either
//! heard of it, or trust their copies no more.
//!
//! A process whose machine refuses the connection is not running, so it purges nothing: to one that has been up all
//! the while, and has heard from it before, it counts as heard. To one that has just started it does not, since only
//! the dead one may have written down what this one has missed.
//!
//! What is left out: a process that loses its disk forgets which purges it knew. It has no copies either, but does
//! not count any more among those who know.

use super::caching::Timestamp;

/// When somebody is heard who has nobody to hear.
pub const ALWAYS: Timestamp = Timestamp(i64::MAX);
/// Not yet.
pub const NEVER: Timestamp = Timestamp(i64::MIN);

/// When the others were heard. Clones are independent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    others: Vec<Other>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Other {
    heard_at: Timestamp,
    has_answered: bool,
}

impl Contact {
    /// Nobody of so many others was heard yet.
    #[must_use]
    pub fn new(others: usize) -> Self {
        Self { others: vec![Other { heard_at: NEVER, has_answered: false }; others] }
    }

    /// One has told all that it knows, asked at this time: the time of the answer would be too late, since the
    /// process may have been paused in between.
    pub fn heard(&mut self, other: usize, asked_at: Timestamp) {
        self.others[other] = Other { heard_at: asked_at, has_answered: true };
    }

    /// One is not running: its machine has refused the connection at this time.
    pub fn gone(&mut self, other: usize, at: Timestamp) {
        let other = &mut self.others[other];
        if other.has_answered {
            other.heard_at = at;
        }
    }

    /// When one was last heard, or known not to run.
    #[must_use]
    pub fn heard_at(&self, other: usize) -> Timestamp {
        self.others[other].heard_at
    }

    /// Since when at least half of the others were heard: [`ALWAYS`] without others, [`NEVER`] before that.
    #[must_use]
    pub fn enough_since(&self) -> Timestamp {
        let mut heard: Vec<Timestamp> = self.others.iter().map(|other| other.heard_at).collect();
        heard.sort_unstable_by(|one, other| other.cmp(one));
        match heard.len().div_ceil(2) {
            0 => ALWAYS,
            enough => heard[enough - 1],
        }
    }
}

/// What a process needs to know to trust a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    /// See [`Contact::enough_since`].
    pub enough_since: Timestamp,
    /// When the process started.
    pub started_at: Timestamp,
    /// For how long what was heard is good, in milliseconds.
    pub lease_ms: i64,
}

impl Trust {
    /// Whether every copy may be served without asking, however long it has been here.
    ///
    /// A time that lies in the future is no reason to trust: the clock was set back.
    #[must_use]
    pub fn is_general(&self, now: Timestamp) -> bool {
        self.enough_since == ALWAYS || self.is_recent(self.enough_since, now)
    }

    /// Whether a copy that was received or last confirmed at this time may.
    #[must_use]
    pub fn covers(&self, received_at: Timestamp, now: Timestamp) -> bool {
        let is_of_this_life = received_at >= self.started_at;
        self.is_general(now) || (is_of_this_life && self.is_recent(received_at, now))
    }

    fn is_recent(&self, at: Timestamp, now: Timestamp) -> bool {
        at <= now && now.0.checked_sub(at.0).is_some_and(|ms| ms < self.lease_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(enough_since: Timestamp) -> Trust {
        Trust { enough_since, started_at: Timestamp(500), lease_ms: 5_000 }
    }

    fn trusts(contact: &Contact, now: i64) -> bool {
        trust(contact.enough_since()).is_general(Timestamp(now))
    }

    #[test]
    fn alone_there_is_nothing_to_miss() {
        assert!(trusts(&Contact::new(0), 0));
    }

    #[test]
    fn half_of_the_others_are_enough() {
        for (others, enough) in [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (9, 5)] {
            let mut contact = Contact::new(others);
            for other in 0..others {
                assert_eq!(trusts(&contact, 0), other >= enough, "{other} of {others}");
                contact.heard(other, Timestamp(0));
            }
        }
    }

    /// Whoever knows a purge, and whoever was asked, have one in common.
    #[test]
    fn a_purge_that_most_have_written_down_cannot_be_missed() {
        for all in 2..40_usize {
            let others = all - 1;
            let know = all / 2 + 1;
            assert!(others.div_ceil(2) + know > others, "{all}");
        }
    }

    #[test]
    fn trust_lasts_for_the_lease() {
        let mut contact = Contact::new(3);
        contact.heard(0, Timestamp(1_000));
        contact.heard(2, Timestamp(3_000));
        assert!(trusts(&contact, 5_999));
        assert!(!trusts(&contact, 6_000), "only one is heard within the lease");
        contact.heard(1, Timestamp(4_000));
        assert!(trusts(&contact, 7_999));
        assert!(!trusts(&contact, 2_999), "the clock was set back");
    }

    #[test]
    fn the_dead_count_to_those_who_have_heard_them_alive() {
        let mut contact = Contact::new(1);
        contact.gone(0, Timestamp(0));
        assert!(!trusts(&contact, 0), "what it knew is not known here");
        contact.heard(0, Timestamp(1_000));
        contact.gone(0, Timestamp(9_000));
        assert!(trusts(&contact, 10_000));
    }

    #[test]
    fn what_has_just_come_is_trusted_all_the_same() {
        let at = |received, now| trust(NEVER).covers(Timestamp(received), Timestamp(now));
        assert!(at(1_000, 5_999));
        assert!(!at(1_000, 6_000));
        assert!(!at(1_000, 999), "the clock was set back");
        assert!(!at(499, 501), "it was purged while the process was dead, perhaps");
    }
}
