//! When a worker goes to the queue next, and what others see of it while it waits there.

use super::QueueTeam;
use super::pace::Pace;
use super::shared::Patience;
use super::status::{Desk, Doing, Item, What};
use crate::shared_memory::SharedMemory;

/// After so many items at full speed a worker looks whether it is to do anything else.
const LOOK: u32 = 64;

/// A worker's pace, as it has been told last, and how far it is with it.
pub(super) struct Rhythm {
    pace: Pace,
    version: u32,
    /// How many items are left of the burst.
    left: u32,
    acted_us: u64,
    turns: u32,
}

impl Rhythm {
    pub(super) fn new(desk: &Desk<'_, impl SharedMemory>) -> Self {
        let version = desk.version();
        let pace = desk.pace();
        Rhythm { pace, version, left: pace.burst, acted_us: 0, turns: 0 }
    }

    /// Rests until it is time for the next item; false if it is time to go home.
    pub(super) fn next(
        &mut self,
        desk: &Desk<'_, impl SharedMemory>,
        now_us: &impl Fn() -> u64,
    ) -> bool {
        let is_flat_out = self.pace.period_us == 0;
        self.turns = self.turns.wrapping_add(1);
        if is_flat_out && self.turns % LOOK != 1 {
            return true;
        }
        loop {
            // Before anything else is looked at: who changes it calls afterwards.
            let version = desk.version();
            if version != self.version {
                self.version = version;
                self.pace = desk.pace();
                self.left = self.left.min(self.pace.burst);
            }
            if desk.is_to_stop() {
                return false;
            }
            if desk.is_paused() {
                desk.turn(Doing::Paused, now_us());
                desk.sleep(version, None);
                continue;
            }
            if self.left > 0 || self.pace.period_us == 0 {
                break;
            }
            let (now, due_us) = (now_us(), self.acted_us + self.pace.rest_us());
            if now >= due_us {
                self.left = self.pace.burst;
                break;
            }
            desk.turn(Doing::Resting, now);
            desk.sleep(version, Some((due_us - now) as f64 / 1_000.0));
        }
        self.left = self.left.saturating_sub(1);
        desk.turn(Doing::Working, now_us());
        true
    }

    /// It has been at the queue: the rest begins.
    pub(super) fn has_acted(&mut self, now_us: &impl Fn() -> u64) {
        if self.pace.period_us != 0 {
            self.acted_us = now_us();
        }
    }
}

/// Tells those who look on that a worker is parked.
pub(super) struct Watch<'a, 'm, M, C> {
    desk: &'a Desk<'m, M>,
    now_us: &'a C,
    parked: Doing,
    spins: u32,
    is_noted: bool,
    since_us: u64,
    /// What it has in its hands.
    pub(super) item: Option<Item>,
}

impl<'a, 'm, M: SharedMemory, C: Fn() -> u64> Watch<'a, 'm, M, C> {
    pub(super) fn new(
        desk: &'a Desk<'m, M>,
        team: &QueueTeam,
        parked: Doing,
        now_us: &'a C,
    ) -> Self {
        let (spins, is_noted) = (team.spins, team.items.is_none());
        Watch { desk, now_us, parked, spins, is_noted, since_us: 0, item: None }
    }
}

impl<M: SharedMemory, C: Fn() -> u64> Patience for Watch<'_, '_, M, C> {
    fn spins(&self) -> u32 {
        self.spins
    }

    fn left_ms(&mut self) -> Option<f64> {
        self.desk.is_killed().then_some(0.0)
    }

    fn parks(&mut self) {
        self.since_us = (self.now_us)();
        self.desk.turn(self.parked, self.since_us);
        self.desk.has_parked();
        if self.is_noted {
            self.desk.note(self.since_us, What::Parked, self.item);
        }
    }

    fn goes_on(&mut self) {
        let now_us = (self.now_us)();
        self.desk.turn(Doing::Working, now_us);
        if self.is_noted {
            let waited_us = now_us.saturating_sub(self.since_us).min(u32::MAX.into()) as u32;
            self.desk.note(now_us, What::WentOn { waited_us }, self.item);
        }
    }
}
