//! Which shield an edge asks for an object: its owner on the ring, else the next one clockwise, and in the end the
//! origin itself.
//!
//! A shield stands between many edges and the origin, so that an object is asked for once and not once an edge. With
//! several, the [`Ring`] gives each object one of them: all edges that know the same shields by the same names ask
//! the same one. Where a shield dies, only its own objects move, each to the next shield on the ring.
//!
//! A pure rule. The caller tells what answered and what did not; a shield that did not is left out for a while, and
//! then tried again by one request at a time, until it answers.

use crate::consistent_hashing::{Ring, RingError};
use crate::sim::{Span, Time};

/// How many points of the ring a shield has. All edges must have it the same.
const VIRTUAL_NODES: u32 = 128;
/// How many shields one request tries before it goes to the origin.
const MOST_TRIES: usize = 3;

/// The shields, and which of them answer. Clones are independent.
#[derive(Clone, Debug)]
pub struct Shields {
    ring: Ring,
    /// By their place in the list of names.
    away: Vec<Option<Away>>,
    away_for: Span,
}

/// A shield that did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Away {
    /// When a request may try it again.
    retry_at: Time,
}

impl Shields {
    /// The shields of these names, all of them well. One that does not answer is left out for `away_for`.
    ///
    /// # Errors
    /// [`RingError::DuplicateShard`] if a name is there twice.
    pub fn new<'a>(
        names: impl IntoIterator<Item = &'a str>,
        away_for: Span,
    ) -> Result<Self, RingError> {
        let mut ring = Ring::new(VIRTUAL_NODES)?;
        let added = ring.add_all(names.into_iter().map(|name| (name, 1)))?;
        Ok(Self { ring, away: vec![None; added.len()], away_for })
    }

    /// The shield that owns an object, by its place in the list, whether or not it answers; none if there are none.
    #[must_use]
    pub fn owner(&self, object: &str) -> Option<usize> {
        self.ring.owner(object.as_bytes()).ok().map(|shard| shard.0 as usize)
    }

    /// The shields to ask for an object, one after the other, by their places in the list; after them, or if there
    /// are none, the origin. One that is due to be tried again is among them for this request only: the others go
    /// round it until it has answered.
    pub fn route(&mut self, now: Time, object: &str) -> Vec<usize> {
        let mut route = Vec::new();
        for shard in self.ring.clockwise(self.ring.position(object.as_bytes())) {
            let shield = shard.0 as usize;
            match &mut self.away[shield] {
                None => route.push(shield),
                Some(away) if away.retry_at <= now => {
                    away.retry_at = now + self.away_for;
                    route.push(shield);
                }
                Some(_) => {}
            }
            if route.len() == MOST_TRIES {
                break;
            }
        }
        route
    }

    /// A shield did not answer; whether that is news.
    pub fn failed(&mut self, now: Time, shield: usize) -> bool {
        let away = &mut self.away[shield];
        let is_news = away.is_none();
        *away = Some(Away { retry_at: now + self.away_for });
        is_news
    }

    /// A shield has answered; whether that is news.
    pub fn answered(&mut self, shield: usize) -> bool {
        self.away[shield].take().is_some()
    }

    /// Whether a shield is left out.
    #[must_use]
    pub fn is_away(&self, shield: usize) -> bool {
        self.away[shield].is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const A_SECOND: Span = Span::from_ms(1_000);
    const NAMES: [&str; 3] = ["amsterdam", "chicago", "osaka"];

    fn shields() -> Shields {
        Shields::new(NAMES, A_SECOND).unwrap()
    }

    fn at(ms: u64) -> Time {
        Time::from_ms(ms)
    }

    fn objects() -> impl Iterator<Item = String> {
        (0..600).map(|number| format!("/articles/{number}?page=2"))
    }

    #[test]
    fn every_shield_owns_its_part_whatever_the_order_of_their_names() {
        let one = shields();
        let reversed: Vec<&str> = NAMES.iter().rev().copied().collect();
        let other = Shields::new(reversed.iter().copied(), A_SECOND).unwrap();
        let mut owned = [0; 3];
        for object in objects() {
            let owner = one.owner(&object).unwrap();
            owned[owner] += 1;
            assert_eq!(NAMES[owner], reversed[other.owner(&object).unwrap()], "{object}");
        }
        assert!(owned.iter().all(|count| (100..=300).contains(count)), "{owned:?}");
    }

    #[test]
    fn a_route_begins_with_the_owner_and_names_each_shield_once() {
        let mut shields = shields();
        for object in objects() {
            let route = shields.route(at(0), &object);
            assert_eq!(Some(route[0]), shields.owner(&object));
            assert_eq!(route.iter().collect::<BTreeSet<_>>().len(), 3);
        }
    }

    #[test]
    fn when_one_dies_only_its_objects_move() {
        let mut shields = shields();
        let before: Vec<Vec<usize>> = objects().map(|it| shields.route(at(0), &it)).collect();
        assert!(shields.failed(at(0), 1));
        assert!(!shields.failed(at(0), 1), "no news");
        for (object, before) in objects().zip(before) {
            let after = shields.route(at(1), &object);
            let expected: Vec<usize> = before.into_iter().filter(|shield| *shield != 1).collect();
            assert_eq!(after, expected, "{object}");
        }
    }

    #[test]
    fn a_dead_one_is_tried_by_one_request_after_a_while_until_it_answers() {
        let mut shields = Shields::new(["only"], A_SECOND).unwrap();
        shields.failed(at(0), 0);
        assert!(shields.route(at(999), "/a").is_empty(), "the origin");
        assert_eq!(shields.route(at(1_000), "/a"), [0]);
        assert!(shields.route(at(1_001), "/a").is_empty(), "somebody tries it already");
        assert_eq!(shields.route(at(2_000), "/a"), [0], "who tried it has said nothing");
        assert!(shields.answered(0));
        assert!(!shields.answered(0), "no news");
        assert_eq!(shields.route(at(2_001), "/a"), [0]);
    }

    #[test]
    fn without_shields_everything_goes_to_the_origin() {
        let mut none = Shields::new([], A_SECOND).unwrap();
        assert_eq!(none.owner("/a"), None);
        assert!(none.route(at(0), "/a").is_empty());
    }

    #[test]
    fn few_are_tried_of_many() {
        let names: Vec<String> = (0..20).map(|number| format!("shield-{number}")).collect();
        let mut shields = Shields::new(names.iter().map(String::as_str), A_SECOND).unwrap();
        assert_eq!(shields.route(at(0), "/a").len(), MOST_TRIES);
        assert!(Shields::new(["a", "a"], A_SECOND).is_err());
    }
}
