//! The shelf: the same number of rows put into two small B+trees side by side, in different orders, one insert after
//! the other, so that one can watch which pages are touched, which are split, and which are in memory.
//!
//! The trees are those of [`bplus_tree`](super::bplus_tree) with pages small enough to be drawn, and keys short enough
//! to be read. An insert happens at one moment; the picture may show its way from the root for a while after.

mod action;
mod frame;
pub mod scenarios;
mod side;

pub use action::{
    Action, Event, MOST_ENTRIES, MOST_INTERVAL_MS, MOST_KEY, MOST_POOL_PAGES, MOST_ROWS, Scenario,
    SideId,
};
pub use frame::{EntryView, Frame, Insertion, PageView, SideView, Touch};

use super::arrivals::Arrivals;
use crate::sim::{Invariant, Rng, Simulation, Span, Time};
use side::Side;

/// The state of the shelf.
#[derive(Clone, Debug)]
pub struct Shelf {
    scenario: Scenario,
    rng: Rng,
    sides: [Side; 2],
    /// When the next rows arrive.
    next_at: Time,
}

impl Simulation for Shelf {
    const NAME: &'static str = "unique_id_shelf";
    type Scenario = Scenario;
    type Action = Action;
    type Event = Event;
    type Frame = Frame;

    fn new(scenario: &Scenario, mut rng: Rng) -> Self {
        let scenario = scenario.clamped();
        let sides = [SideId::Left, SideId::Right]
            .map(|id| Side::new(id, &scenario, scenario.arrivals(id), rng.fork()));
        let next_at = Time::ZERO + Span::from_ms(scenario.interval_ms.into());
        Shelf { scenario, rng, sides, next_at }
    }

    fn next_at(&self) -> Option<Time> {
        self.sides.iter().any(Side::has_rows_left).then_some(self.next_at)
    }

    fn step(&mut self) -> Vec<Event> {
        let now = self.next_at;
        self.next_at = now + Span::from_ms(self.scenario.interval_ms.into());
        let mut events = Vec::new();
        for side in &mut self.sides {
            side.insert_next(now, &mut events);
        }
        if !self.sides.iter().any(Side::has_rows_left) {
            events.push(Event::AllInserted { rows: self.scenario.rows });
        }
        events
    }

    fn act(&mut self, now: Time, action: Action) -> Vec<Event> {
        let mut events = Vec::new();
        match action {
            Action::Insert { key } if key <= MOST_KEY => {
                for side in &mut self.sides {
                    side.insert(key, None, now, &mut events);
                }
            }
            Action::Insert { .. } => {
                let reason = format!("a key is a number from 0 to {MOST_KEY}");
                events.push(Event::Refused { reason });
            }
            Action::SetPool { pages } => {
                let pages = pages.clamp(1, MOST_POOL_PAGES);
                self.scenario.pool_pages = pages;
                self.sides.iter_mut().for_each(|side| side.set_pool_pages(pages));
                events.push(Event::PoolSet { pages });
            }
            Action::SetArrivals { side, arrivals } => {
                self.empty(side, arrivals, now);
                events.push(Event::ArrivalsSet { side, arrivals });
            }
        }
        events
    }

    fn frame(&self, now: Time) -> Frame {
        Frame {
            now,
            rows: self.scenario.rows,
            leaf_entries: self.scenario.leaf_entries,
            inner_entries: self.scenario.inner_entries,
            pool_pages: self.scenario.pool_pages,
            interval: Span::from_ms(self.scenario.interval_ms.into()),
            sides: self.sides.each_ref().map(Side::view),
        }
    }

    fn invariants() -> &'static [Invariant<Self>] {
        &[
            Invariant {
                name: "keys are in order, pages are linked, and none holds more than it can",
                holds: |shelf| shelf.sides.iter().all(|side| side.tree().check().is_ok()),
            },
            Invariant {
                name: "every row that arrived is in its tree",
                holds: |shelf| shelf.sides.iter().all(Side::holds_all),
            },
            Invariant {
                name: "no more pages are in memory than there is room for",
                holds: |shelf| {
                    let mut pools = shelf.sides.iter().map(|side| side.tree().pool());
                    pools.all(|pool| pool.len() <= shelf.scenario.pool_pages as usize)
                },
            },
        ]
    }

    fn footprint_bytes(&self) -> usize {
        self.sides.iter().map(Side::footprint_bytes).sum()
    }
}

impl Shelf {
    /// A side of the shelf.
    pub fn side(&self, id: SideId) -> &Side {
        &self.sides[id as usize]
    }

    /// Begins one side again with another order.
    fn empty(&mut self, id: SideId, arrivals: Arrivals, now: Time) {
        if self.next_at().is_none() {
            self.next_at = now + Span::from_ms(self.scenario.interval_ms.into());
        }
        let side = Side::new(id, &self.scenario, arrivals, self.rng.fork());
        self.sides[id as usize] = side;
    }
}
