//! A job: one piece of a race for primes, for a page that cannot share memory and hands the pieces out by messages.

use super::clock::Clock;
use super::protocol::{Job, Kind, Work};
use playground_core::multi_threading::job::Job as Race;
use playground_core::multi_threading::primes::{Counter, Slices};
use playground_core::multi_threading::race::Counted;
use serde::{Deserialize, Serialize};

/// A piece that is to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    /// The race that it is a part of.
    pub race: Race,
    /// Which piece.
    pub piece: u32,
    /// When the race began, in milliseconds since 1970 by the clock of `performance`.
    pub begun_ms: f64,
}

/// What was counted since the last answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretched {
    /// What, from when to when, in microseconds since the race began.
    pub slices: Vec<(Counted, u64, u64)>,
}

impl Job for Stretch {
    const KIND: Kind = Kind::Primes;
    type Answer = Stretched;
    type Work = Stretching;

    fn begin(self) -> Stretching {
        let clock = Clock::since(self.begun_ms);
        let from_us = clock.now_us();
        let Race { method, up_to, .. } = self.race;
        let numbers = self.race.piece(self.piece).map_or(0..0, |piece| piece.numbers);
        Stretching {
            clock,
            // A bound that is too large for the method leaves nothing to count.
            counter: Counter::new(method, up_to).ok(),
            left: method.slices(numbers),
            piece: self.piece,
            from_us,
            told: Stretched::default(),
        }
    }
}

/// A piece that is being counted.
pub struct Stretching {
    clock: Clock,
    counter: Option<Counter>,
    left: Slices,
    piece: u32,
    from_us: u64,
    told: Stretched,
}

impl Work for Stretching {
    type Answer = Stretched;

    fn advance(&mut self, _units: usize) -> bool {
        // A slice is as long as a portion should be.
        let (Some(counter), Some(numbers)) = (&mut self.counter, self.left.next()) else {
            return false;
        };
        let found = counter.count(numbers.clone());
        let until_us = self.clock.now_us();
        let counted = Counted::new(self.piece, numbers, found);
        self.told.slices.push((counted, self.from_us, until_us));
        self.from_us = until_us;
        true
    }

    fn answer(&mut self) -> Stretched {
        std::mem::take(&mut self.told)
    }
}
