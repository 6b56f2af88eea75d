//! Request collapsing: while one reader's request for an object is on its way to the origin, later readers of the
//! same object wait for its answer instead of asking too.
//!
//! A pure rule, used by the server's edges and by the simulated ones. The caller names objects by a key and readers
//! by a value of its own, tells what happens, and carries out what is decided. A flight belongs to no reader: who
//! set it off may leave, and the others still get what it brings.
//!
//! An answer that may not be shared (private, not storable) releases everybody who waited, and for a while nobody
//! waits for that object again ("hit-for-miss"): else its readers would queue one behind the other, and each would
//! learn at the end of the queue that it has to ask itself.

use std::collections::BTreeMap;

use crate::sim::{Span, Time};

/// What a reader is to do who found no copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Set off a request to the origin, on behalf of everybody.
    Lead,
    /// Wait for the request that is on its way.
    Join,
    /// Ask the origin alone, and share with nobody: lately this object could not be shared.
    Pass,
}

/// What a request to the origin has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landing {
    /// An answer that is stored, so that everybody may have it.
    Shared,
    /// An answer for the one who asked.
    Private,
    /// No answer.
    Failed,
}

/// The requests on their way to the origin, and the objects that cannot be shared. Clones are independent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flights<K, R> {
    by_key: BTreeMap<K, Flight<R>>,
    pass_for: Span,
    most_passed: usize,
    passed: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Flight<R> {
    /// On its way, with those who wait, in the order in which they came.
    Up(Vec<R>),
    /// Landed with something private; nobody waits before then.
    PassUntil(Time),
}

impl<K: Ord + Clone, R: PartialEq> Flights<K, R> {
    /// No flights. An object that could not be shared is asked for by everybody alone for `pass_for`; at most
    /// `most_passed` such objects are remembered.
    #[must_use]
    pub fn new(pass_for: Span, most_passed: usize) -> Self {
        Self { by_key: BTreeMap::new(), pass_for, most_passed, passed: 0 }
    }

    /// A reader wants an object of which there is no copy.
    pub fn arrive(&mut self, now: Time, key: &K, reader: R) -> Arrival {
        match self.by_key.get_mut(key) {
            Some(Flight::Up(readers)) => {
                readers.push(reader);
                return Arrival::Join;
            }
            Some(Flight::PassUntil(until)) if now < *until => return Arrival::Pass,
            Some(Flight::PassUntil(_)) => self.passed -= 1,
            None => {}
        }
        self.by_key.insert(key.clone(), Flight::Up(vec![reader]));
        Arrival::Lead
    }

    /// A reader has gone, whether it led or joined. The flight goes on; how many still wait for it.
    pub fn leave(&mut self, key: &K, reader: &R) -> usize {
        let Some(Flight::Up(readers)) = self.by_key.get_mut(key) else { return 0 };
        readers.retain(|waiting| waiting != reader);
        readers.len()
    }

    /// A flight has landed: everybody who waited for it, in the order in which they came.
    pub fn land(&mut self, now: Time, key: &K, landing: Landing) -> Vec<R> {
        let Some(Flight::Up(readers)) = self.by_key.remove(key) else { return Vec::new() };
        if landing == Landing::Private {
            if self.passed >= self.most_passed {
                self.forget_passed(now);
            }
            if self.passed < self.most_passed {
                self.by_key.insert(key.clone(), Flight::PassUntil(now + self.pass_for));
                self.passed += 1;
            }
        }
        readers
    }

    /// How many requests are on their way to the origin.
    #[must_use]
    pub fn up(&self) -> usize {
        self.by_key.len() - self.passed
    }

    /// Who waits for an object, in the order in which they came.
    #[must_use]
    pub fn waiting(&self, key: &K) -> &[R] {
        match self.by_key.get(key) {
            Some(Flight::Up(readers)) => readers,
            _ => &[],
        }
    }

    fn forget_passed(&mut self, now: Time) {
        self.by_key.retain(|_, flight| match flight {
            Flight::Up(_) => true,
            Flight::PassUntil(until) => now < *until,
        });
        let is_up = |flight: &&Flight<R>| matches!(flight, Flight::Up(_));
        self.passed = self.by_key.len() - self.by_key.values().filter(is_up).count();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A_SECOND: Span = Span::from_ms(1_000);

    fn flights() -> Flights<&'static str, u32> {
        Flights::new(A_SECOND, 2)
    }

    fn at(ms: u64) -> Time {
        Time::from_ms(ms)
    }

    #[test]
    fn the_first_leads_the_others_join_and_all_land_together() {
        let mut flights = flights();
        assert_eq!(flights.arrive(at(0), &"a", 1), Arrival::Lead);
        assert_eq!(flights.arrive(at(1), &"a", 2), Arrival::Join);
        assert_eq!(flights.arrive(at(1), &"b", 3), Arrival::Lead);
        assert_eq!(flights.up(), 2);
        assert_eq!(flights.land(at(9), &"a", Landing::Shared), [1, 2]);
        assert_eq!(flights.arrive(at(9), &"a", 4), Arrival::Lead);
    }

    #[test]
    fn whoever_led_may_leave() {
        let mut flights = flights();
        flights.arrive(at(0), &"a", 1);
        flights.arrive(at(0), &"a", 2);
        assert_eq!(flights.leave(&"a", &1), 1);
        assert_eq!(flights.arrive(at(1), &"a", 3), Arrival::Join);
        assert_eq!(flights.land(at(2), &"a", Landing::Shared), [2, 3]);
    }

    #[test]
    fn a_flight_without_readers_goes_on_and_can_be_joined() {
        let mut flights = flights();
        flights.arrive(at(0), &"a", 1);
        assert_eq!(flights.leave(&"a", &1), 0);
        assert_eq!(flights.arrive(at(1), &"a", 2), Arrival::Join);
    }

    #[test]
    fn what_cannot_be_shared_makes_nobody_wait_for_a_while() {
        let mut flights = flights();
        flights.arrive(at(0), &"a", 1);
        flights.arrive(at(0), &"a", 2);
        assert_eq!(flights.land(at(5), &"a", Landing::Private), [1, 2]);
        assert_eq!(flights.arrive(at(6), &"a", 3), Arrival::Pass);
        assert_eq!(flights.arrive(at(1_004), &"a", 4), Arrival::Pass);
        assert_eq!(flights.arrive(at(1_005), &"a", 5), Arrival::Lead);
        assert_eq!(flights.up(), 1);
    }

    #[test]
    fn a_failure_is_shared_and_then_tried_anew() {
        let mut flights = flights();
        flights.arrive(at(0), &"a", 1);
        flights.arrive(at(0), &"a", 2);
        assert_eq!(flights.land(at(1), &"a", Landing::Failed), [1, 2]);
        assert_eq!(flights.arrive(at(1), &"a", 3), Arrival::Lead);
    }

    #[test]
    fn only_so_many_private_objects_are_remembered() {
        let mut flights = flights();
        for key in ["a", "b", "c"] {
            flights.arrive(at(0), &key, 1);
            flights.land(at(0), &key, Landing::Private);
        }
        assert_eq!(flights.arrive(at(1), &"a", 2), Arrival::Pass);
        assert_eq!(flights.arrive(at(1), &"c", 2), Arrival::Lead);
        flights.arrive(at(2_000), &"d", 3);
        flights.land(at(2_000), &"d", Landing::Private);
        assert_eq!(flights.arrive(at(2_001), &"d", 4), Arrival::Pass);
        assert_eq!(flights.up(), 1, "only c is on its way");
    }
}
