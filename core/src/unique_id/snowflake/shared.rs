//! A generator for many threads at once, without a lock.

use super::rules::{Filled, Next, Refused, Rules, Slot};
use super::{Clock, ClockPolicy, Id, Layout, PartsError};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes the IDs of one worker for many threads at once, by an injected clock.
///
/// What it has come to is one word: the tick, and below it the number of the next ID in that tick. A thread reads
/// the word, reads the clock, and takes a number by adding 1, which never fails however many threads do the same;
/// only who finds a new tick has to compare and swap. The number has more bits in the word than in an ID, so that
/// threads that add to a tick that is already full spoil nothing: at least 1,023 may do so in the same moment.
///
/// The word only grows, so IDs are unique, and those of each thread rise, whatever the clock does. It is read
/// *before* the clock: otherwise a thread that is held up between the two would take another thread's later ID for
/// a clock that was stepped back.
#[derive(Debug)]
pub struct SharedGenerator<C> {
    rules: Rules,
    clock: C,
    /// How many of the word's lower bits hold the number.
    number_bits: u32,
    word: Alone,
}

/// A word that shares its cache lines with nothing, so that taking a number takes nothing else from other cores: a
/// line is 64 bytes, and the next one is often fetched along with it.
#[derive(Debug)]
#[repr(align(128))]
struct Alone(AtomicU64);

impl<C: Clock> SharedGenerator<C> {
    /// A generator that has made no IDs.
    ///
    /// # Errors
    /// [`PartsError`], if the worker's number does not fit in the layout.
    pub fn new(
        layout: Layout,
        worker: u16,
        policy: ClockPolicy,
        clock: C,
    ) -> Result<Self, PartsError> {
        let rules = Rules::new(layout, worker, policy)?;
        let number_bits = 64 - u32::from(layout.spec().timestamp_bits);
        Ok(SharedGenerator { rules, clock, number_bits, word: Alone(AtomicU64::new(0)) })
    }

    /// Starts behind a mark that was kept, as [`Generator::resume_after`](super::Generator::resume_after) does. To be
    /// called before the threads begin.
    ///
    /// # Errors
    /// [`Refused::EpochOver`], if there is no moment after the mark.
    pub fn resume_after(&mut self, high_water_ms: u64) -> Result<(), Refused> {
        let word = *self.word.0.get_mut();
        if let Some(next) = self.rules.resume_after(self.slot(word), high_water_ms)? {
            *self.word.0.get_mut() = self.word_of(next);
        }
        Ok(())
    }

    /// The next ID, if there can be one now.
    ///
    /// # Errors
    /// [`Refused`]
    #[inline]
    pub fn next(&self) -> Result<Next, Refused> {
        // Acquire: the clock must not be read before, see above.
        let word = self.word.0.load(Ordering::Acquire);
        let now_ms = self.clock.unix_ms();
        let tick = self.rules.ticks(now_ms.wrapping_sub(self.rules.epoch_unix_ms));
        // A time before the epoch has wrapped around to a tick after all others.
        if tick <= self.rules.last_tick {
            let first = tick << self.number_bits;
            // Less than the IDs of a tick, unless the word's tick is another one, or is full.
            if word.wrapping_sub(first) < self.rules.ids_per_tick {
                let taken = self.word.0.fetch_add(1, Ordering::AcqRel);
                let sequence = taken.wrapping_sub(first);
                if sequence < self.rules.ids_per_tick {
                    return Ok(Next::Made(self.rules.id(Slot { tick, sequence })));
                }
                // Another thread has gone on to a later tick meanwhile, by its clock: the place is ours all the same.
                let slot = self.slot(taken);
                if slot.sequence < self.rules.ids_per_tick {
                    return Ok(Next::Made(self.rules.id(slot)));
                }
                // Others took the last numbers of the tick meanwhile.
            }
        }
        self.next_elsewhere()
    }

    /// Whatever is not the next ID of a tick that has room.
    #[cold]
    fn next_elsewhere(&self) -> Result<Next, Refused> {
        loop {
            let word = self.word.0.load(Ordering::Acquire);
            match self.rules.place(self.slot(word), self.clock.unix_ms())? {
                Err(wait) => return Ok(Next::Wait(wait)),
                Ok(slot) if self.take(word, slot, 1) => {
                    return Ok(Next::Made(self.rules.id(slot)));
                }
                Ok(_) => {}
            }
        }
    }

    /// Fills a slice from its front with IDs in order, as many as there can be now: one reading of the clock for all
    /// of them, and another one only if a second thread comes in between. Those of one tick follow each other
    /// without a gap.
    ///
    /// # Errors
    /// [`Refused`], if not even one can be made.
    pub fn fill(&self, ids: &mut [Id]) -> Result<Filled, Refused> {
        let mut made = 0;
        let mut word = self.word.0.load(Ordering::Acquire);
        let mut now_ms = self.clock.unix_ms();
        while made < ids.len() {
            match self.rules.place(self.slot(word), now_ms) {
                Ok(Ok(slot)) => {
                    let rest = &mut ids[made..];
                    let count = rest.len().min((self.rules.ids_per_tick - slot.sequence) as usize);
                    if self.take(word, slot, count as u64) {
                        made += self.rules.run(slot, rest);
                        word = self.word_of(slot) + count as u64;
                    } else {
                        word = self.word.0.load(Ordering::Acquire);
                        now_ms = self.clock.unix_ms();
                    }
                }
                Ok(Err(wait)) => return Ok(Filled { made, wait: Some(wait) }),
                Err(refused) if made == 0 => return Err(refused),
                Err(_) => break,
            }
        }
        Ok(Filled { made, wait: None })
    }

    /// The time of the last ID in milliseconds since 1970; none before the first one. A mark that is kept for
    /// [`resume_after`](Self::resume_after) must be ahead of this, since other threads go on.
    pub fn high_water_ms(&self) -> Option<u64> {
        self.rules.high_water_ms(self.slot(self.word.0.load(Ordering::Acquire)))
    }

    /// The layout of its IDs.
    pub fn layout(&self) -> &Layout {
        &self.rules.layout
    }

    /// Its worker's number.
    pub fn worker(&self) -> u16 {
        self.rules.worker()
    }

    /// What it does when the clock goes back.
    pub fn policy(&self) -> ClockPolicy {
        self.rules.policy
    }

    /// The clock it was given.
    pub fn clock(&self) -> &C {
        &self.clock
    }

    /// Uses so many places from this one on, unless another thread has used any since the word was read.
    fn take(&self, word: u64, slot: Slot, count: u64) -> bool {
        let after = self.word_of(slot) + count;
        self.word.0.compare_exchange(word, after, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    fn word_of(&self, slot: Slot) -> u64 {
        slot.tick << self.number_bits | slot.sequence
    }

    /// The place of the next ID. Threads that came too late have added to a full tick: it is full, no more.
    #[inline]
    fn slot(&self, word: u64) -> Slot {
        let number = word & (u64::MAX >> (64 - self.number_bits));
        Slot { tick: word >> self.number_bits, sequence: number.min(self.rules.ids_per_tick) }
    }
}
