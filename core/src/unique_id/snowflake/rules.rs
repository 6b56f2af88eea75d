//! Which place an ID gets: the one rule that both generators follow.
//!
//! A generator's places are counted through: the first of the first tick, its second, … A generator remembers how
//! far it has come and only ever goes on. The generators' short cuts are for the usual case, in which the clock
//! shows the tick that the last ID was made in and that tick has room.

use super::{ClockPolicy, Field, Id, Layout, Parts, PartsError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What comes of asking for an ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Here it is.
    Made(Id),
    /// Not yet: ask again later. Nothing was used up by asking.
    Wait(Wait),
}

/// How long to wait, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// By how many milliseconds the clock must move on; at least 1.
    pub ms: u64,
    /// What for.
    pub why: WaitReason,
}

/// What there is to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    /// All numbers of the tick are used, or as many ticks are borrowed as may be.
    Exhausted,
    /// The clock shows less than the time of the last ID.
    SteppedBack,
    /// The clock shows no more than the high-water mark that the generator was resumed after.
    HighWater,
}

/// Why there is no ID, however long one waits for a short while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The clock is further behind the last ID, or the high-water mark, than the policy bears.
    #[error("the clock is {by_ms} ms behind the last ID")]
    SteppedBack {
        /// In milliseconds.
        by_ms: u64,
    },
    /// The clock shows a moment before the layout's epoch.
    #[error("the clock is {by_ms} ms before the epoch")]
    BeforeEpoch {
        /// In milliseconds.
        by_ms: u64,
    },
    /// The time no longer fits in the layout's timestamp. Going on would begin again with the first IDs.
    #[error("the epoch ended at {end_unix_ms} ms after 1970")]
    EpochOver {
        /// The first millisecond that does not fit, since 1970.
        end_unix_ms: u64,
    },
}

/// What a call for many made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled {
    /// How many IDs were made, from the front of the slice.
    pub made: usize,
    /// What the rest must wait for; none if there is no rest, or if asking for it would be [`Refused`].
    pub wait: Option<Wait>,
}

/// A place for an ID: the tick, and the number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    pub(super) tick: u64,
    /// From 0; the number of IDs in a tick means that there is no room left in it.
    pub(super) sequence: u64,
}

/// A layout and a worker's number, worked out for speed, and the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) epoch_unix_ms: u64,
    tick_ms: u64,
    /// 2⁶⁴ ∕ `tick_ms`, rounded up, for dividing by multiplying; unused for ticks of 1 ms.
    reciprocal: u64,
    pub(super) last_tick: u64,
    pub(super) ids_per_tick: u64,
    tick_shift: u32,
    pub(super) sequence_shift: u32,
    /// The worker's number at its place.
    worker: u64,
    pub(super) policy: ClockPolicy,
    /// The tick up to which all places count as used since a start.
    high_water: Option<u64>,
    pub(super) layout: Layout,
}

impl Rules {
    pub(super) fn new(
        layout: Layout,
        worker: u16,
        policy: ClockPolicy,
    ) -> Result<Self, PartsError> {
        let tick_ms = u64::from(layout.spec().tick_ms);
        Ok(Rules {
            epoch_unix_ms: layout.spec().epoch_unix_ms,
            tick_ms,
            reciprocal: if tick_ms == 1 { 0 } else { u64::MAX / tick_ms + 1 },
            last_tick: layout.most(Field::Timestamp),
            ids_per_tick: layout.ids_per_tick(),
            tick_shift: layout.shift(Field::Timestamp),
            sequence_shift: layout.shift(Field::Sequence),
            worker: layout.compose(Parts { worker, ..Parts::default() })?.0,
            policy,
            high_water: None,
            layout,
        })
    }

    pub(super) fn worker(&self) -> u16 {
        self.layout.decompose(Id(self.worker)).worker
    }

    #[inline]
    pub(super) fn id(&self, slot: Slot) -> Id {
        Id(slot.tick << self.tick_shift | slot.sequence << self.sequence_shift | self.worker)
    }

    /// The ticks in a time since the epoch, without dividing. The reciprocal is too great by less than
    /// `tick_ms` ∕ 2⁶⁴, so the result is exact for times below 2⁶⁴ ∕ `tick_ms`, which no layout's epoch exceeds
    /// (2⁴⁴ ticks of 1,000 ms), and never too small beyond.
    #[inline]
    pub(super) fn ticks(&self, since_epoch_ms: u64) -> u64 {
        match self.tick_ms {
            1 => since_epoch_ms,
            _ => ((u128::from(since_epoch_ms) * u128::from(self.reciprocal)) >> 64) as u64,
        }
    }

    /// The tick that a clock shows.
    pub(super) fn tick_at(&self, now_ms: u64) -> Result<u64, Refused> {
        let Some(since) = now_ms.checked_sub(self.epoch_unix_ms) else {
            return Err(Refused::BeforeEpoch { by_ms: self.epoch_unix_ms - now_ms });
        };
        let tick = self.ticks(since);
        if tick > self.last_tick { Err(self.epoch_over()) } else { Ok(tick) }
    }

    /// Writes IDs from a place on, as many as there are in its tick, and says how many.
    pub(super) fn run(&self, slot: Slot, ids: &mut [Id]) -> usize {
        let room = self.ids_per_tick - slot.sequence;
        let count = ids.len().min(room as usize);
        let first = self.id(slot).0;
        for (at, id) in (0_u64..).zip(&mut ids[..count]) {
            *id = Id(first + (at << self.sequence_shift));
        }
        count
    }

    fn epoch_over(&self) -> Refused {
        Refused::EpochOver { end_unix_ms: self.layout.end_unix_ms() }
    }

    /// The place of the next ID: `next` is the one after the last ID's, and the clock shows `now_ms`.
    pub(super) fn place(&self, next: Slot, now_ms: u64) -> Result<Result<Slot, Wait>, Refused> {
        let now = self.tick_at(now_ms)?;
        if now > next.tick {
            return Ok(Ok(Slot { tick: now, sequence: 0 }));
        }
        let has_room = next.sequence < self.ids_per_tick;
        let slot = if has_room { next } else { Slot { tick: next.tick + 1, sequence: 0 } };
        if slot.tick == now {
            return Ok(Ok(slot));
        }
        // From here on the clock is behind.
        let until = |tick: u64| self.layout.start_unix_ms(tick).saturating_sub(now_ms);
        let stepped_back_ms = if next.tick > now { until(next.tick) } else { 0 };
        let bears_ms = match self.policy {
            ClockPolicy::Wait { at_most_ms } | ClockPolicy::Borrow { at_most_ms } => at_most_ms,
            ClockPolicy::Refuse => 0,
        };
        if stepped_back_ms > bears_ms {
            return Err(Refused::SteppedBack { by_ms: stepped_back_ms });
        }
        let ahead_ms = until(slot.tick);
        let wait = match self.policy {
            ClockPolicy::Borrow { at_most_ms } if ahead_ms <= at_most_ms => {
                return if slot.tick > self.last_tick {
                    Err(self.epoch_over())
                } else {
                    Ok(Ok(slot))
                };
            }
            ClockPolicy::Borrow { at_most_ms } => ahead_ms - at_most_ms,
            ClockPolicy::Wait { .. } | ClockPolicy::Refuse => ahead_ms,
        };
        let why = match self.policy {
            _ if self.high_water == Some(next.tick) => WaitReason::HighWater,
            ClockPolicy::Borrow { .. } => WaitReason::Exhausted,
            _ if stepped_back_ms > 0 => WaitReason::SteppedBack,
            _ => WaitReason::Exhausted,
        };
        Ok(Err(Wait { ms: wait, why }))
    }

    /// The place from which on a generator may go that was resumed after a moment; none if it has come further.
    pub(super) fn resume_after(
        &mut self,
        next: Slot,
        high_water_ms: u64,
    ) -> Result<Option<Slot>, Refused> {
        let Some(since) = high_water_ms.checked_sub(self.epoch_unix_ms) else { return Ok(None) };
        let tick = self.ticks(since);
        if tick > self.last_tick {
            return Err(self.epoch_over());
        }
        let slot = Slot { tick, sequence: self.ids_per_tick };
        if slot <= next {
            return Ok(None);
        }
        self.high_water = Some(tick);
        Ok(Some(slot))
    }

    /// The time of the last ID, or the mark that was resumed after: the place before `next`.
    pub(super) fn high_water_ms(&self, next: Slot) -> Option<u64> {
        let is_fresh = next == Slot { tick: 0, sequence: 0 };
        (!is_fresh).then(|| self.layout.start_unix_ms(next.tick))
    }
}
