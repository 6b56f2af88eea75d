//! A generator for one owner: the time is given with each call.

use super::rules::{Filled, Next, Refused, Rules, Slot};
use super::{Clock, ClockPolicy, Id, Layout, PartsError};

/// Makes the IDs of one worker, from a time that the caller gives.
///
/// Its IDs rise strictly, whatever the clock does. Nobody else may use the worker's number meanwhile: that is for
/// the caller to see to, by a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator {
    rules: Rules,
    /// The tick that it has come to, and the first ID of it.
    tick: u64,
    first: u64,
    /// The ID that comes next if the clock stays, and the one at which there is something to work out: behind the
    /// last one of the tick, or at once after an ID that was borrowed.
    next: u64,
    end: u64,
    /// From one ID to the next of the same tick.
    step: u64,
    /// The clock at the last ID.
    now_ms: u64,
}

impl Generator {
    /// A generator that has made no IDs.
    ///
    /// # Errors
    /// [`PartsError`], if the worker's number does not fit in the layout.
    pub fn new(layout: Layout, worker: u16, policy: ClockPolicy) -> Result<Self, PartsError> {
        let rules = Rules::new(layout, worker, policy)?;
        let first = rules.id(Slot { tick: 0, sequence: 0 }).0;
        let step = 1 << rules.sequence_shift;
        Ok(Generator { rules, tick: 0, first, next: first, end: first, step, now_ms: 0 })
    }

    /// Starts behind a mark that was kept, so that a restart repeats no ID even if the clock was set back meanwhile:
    /// nothing is made at that millisecond since 1970 or before it. A mark behind the last ID changes nothing.
    ///
    /// # Errors
    /// [`Refused::EpochOver`], if there is no moment after the mark.
    pub fn resume_after(&mut self, high_water_ms: u64) -> Result<(), Refused> {
        if let Some(slot) = self.rules.resume_after(self.slot(), high_water_ms)? {
            self.go_to(slot);
        }
        Ok(())
    }

    /// The next ID, if there can be one at this time, which is in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Refused`]
    #[inline]
    pub fn next(&mut self, now_ms: u64) -> Result<Next, Refused> {
        if now_ms == self.now_ms && self.next != self.end {
            let id = Id(self.next);
            self.next = self.next.wrapping_add(self.step);
            return Ok(Next::Made(id));
        }
        self.next_elsewhere(now_ms)
    }

    /// The next ID, if there can be one at the time that a clock shows.
    ///
    /// # Errors
    /// [`Refused`]
    #[inline]
    pub fn next_by(&mut self, clock: &impl Clock) -> Result<Next, Refused> {
        self.next(clock.unix_ms())
    }

    /// Fills a slice from its front with IDs in order, as many as there can be at this time: one reading of the
    /// clock for all of them, which are those that so many calls of [`next`](Self::next) would make.
    ///
    /// # Errors
    /// [`Refused`], if not even one can be made.
    pub fn fill(&mut self, now_ms: u64, ids: &mut [Id]) -> Result<Filled, Refused> {
        let mut made = 0;
        while made < ids.len() {
            match self.rules.place(self.slot(), now_ms) {
                Ok(Ok(slot)) => {
                    let run = self.rules.run(slot, &mut ids[made..]);
                    self.take(slot, run as u64, now_ms);
                    made += run;
                }
                Ok(Err(wait)) => return Ok(Filled { made, wait: Some(wait) }),
                Err(refused) if made == 0 => return Err(refused),
                Err(_) => break,
            }
        }
        Ok(Filled { made, wait: None })
    }

    /// The time of the last ID in milliseconds since 1970, to be kept for [`resume_after`](Self::resume_after); none
    /// before the first one.
    pub fn high_water_ms(&self) -> Option<u64> {
        self.rules.high_water_ms(self.slot())
    }

    /// Whatever is not the next ID of the same millisecond.
    #[cold]
    fn next_elsewhere(&mut self, now_ms: u64) -> Result<Next, Refused> {
        Ok(match self.rules.place(self.slot(), now_ms)? {
            Ok(slot) => {
                self.take(slot, 1, now_ms);
                Next::Made(self.rules.id(slot))
            }
            Err(wait) => Next::Wait(wait),
        })
    }

    /// Remembers that so many places from this one on are used.
    fn take(&mut self, slot: Slot, count: u64, now_ms: u64) {
        self.go_to(Slot { tick: slot.tick, sequence: slot.sequence + count });
        if self.rules.tick_at(now_ms) == Ok(slot.tick) {
            // Only the last tick of a layout without unused bits has an end that wraps around to 0.
            self.end = self.first.wrapping_add(self.rules.ids_per_tick * self.step);
        }
        self.now_ms = now_ms;
    }

    /// The place of the next ID, if the clock stays.
    fn slot(&self) -> Slot {
        let sequence = self.next.wrapping_sub(self.first) >> self.rules.sequence_shift;
        Slot { tick: self.tick, sequence }
    }

    fn go_to(&mut self, slot: Slot) {
        self.tick = slot.tick;
        self.first = self.rules.id(Slot { tick: slot.tick, sequence: 0 }).0;
        self.next = self.first.wrapping_add(slot.sequence * self.step);
        self.end = self.next;
    }

    /// The layout of its IDs.
    pub fn layout(&self) -> &Layout {
        &self.rules.layout
    }

    /// Its number.
    pub fn worker(&self) -> u16 {
        self.rules.worker()
    }

    /// What it does when the clock goes back.
    pub fn policy(&self) -> ClockPolicy {
        self.rules.policy
    }

    /// Has it follow another policy from now on.
    pub fn set_policy(&mut self, policy: ClockPolicy) {
        self.rules.policy = policy;
    }
}
