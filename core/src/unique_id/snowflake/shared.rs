//! A generator for many threads at once, without a lock.

use super::rules::{Filled, Next, Refused, Rules, Slot};
use super::{Clock, ClockPolicy, Field, FieldOrder, Id, Layout, PartsError};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes the IDs of one worker for many threads at once, by an injected clock.
///
/// What it has come to is one word: the tick, and below it the number of the next ID in that tick. As long as the
/// clock shows the millisecond by which the word was last moved to another tick, a thread takes a number by adding 1,
/// which never fails however many threads do the same; only who finds another millisecond compares and swaps. The
/// number has more bits in the word than in an ID, so that threads that add to a full tick at the same moment (1,023
/// at least) spoil nothing; who finds that it was full puts the number back.
///
/// The word only grows, so IDs are unique, and those of each thread rise, whatever the clock does. Before a clock is
/// taken for one that was stepped back, it is read *after* the word: otherwise a thread that is held up between the
/// two would blame the clock for another thread's later ID.
#[derive(Debug)]
pub struct SharedGenerator<C> {
    rules: Rules,
    clock: C,
    /// How many of the word's lower bits hold the number.
    number_bits: u32,
    number_mask: u64,
    /// Whether the word is an ID but for the worker's number, whose bits are those that the number has to spare.
    is_in_place: bool,
    /// The worker's number at its place in an ID.
    worker: u64,
    /// The latest time by which the word was moved. At the same time again, whatever the word says is a place that
    /// the policy allows: it was moved there by this reading, or by an earlier one, which would have allowed less.
    moved_ms: Alone,
    word: Alone,
}

/// A word that shares its cache lines with nothing, so that taking a number takes nothing else from other cores: a
/// line is 64 bytes, and the next one is often fetched along with it.
#[derive(Debug)]
#[repr(align(128))]
struct Alone(AtomicU64);

/// How many threads may be adding to a full tick at least.
const SPARE: u64 = 1_023;

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
        let (worker_bits, shift) = (layout.width(Field::Worker), layout.shift(Field::Timestamp));
        let spare = (rules.ids_per_tick << worker_bits) - rules.ids_per_tick;
        let is_in_place = layout.spec().order == FieldOrder::WorkerFirst && spare >= SPARE;
        let number_bits = if is_in_place { shift } else { 64 - layout.width(Field::Timestamp) };
        Ok(SharedGenerator {
            clock,
            number_bits,
            number_mask: u64::MAX >> (64 - number_bits),
            is_in_place,
            worker: rules.id(Slot { tick: 0, sequence: 0 }).0,
            // By which the word of a fresh generator might have been moved to the first tick.
            moved_ms: Alone(AtomicU64::new(rules.epoch_unix_ms)),
            word: Alone(AtomicU64::new(0)),
            rules,
        })
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
        let now_ms = self.clock.unix_ms();
        if now_ms == self.moved_ms.0.load(Ordering::Acquire) {
            let taken = self.word.0.fetch_add(1, Ordering::AcqRel);
            if taken & self.number_mask < self.rules.ids_per_tick {
                return Ok(Next::Made(self.id(taken)));
            }
            self.put_back();
        }
        self.next_elsewhere()
    }

    /// The ID of a place. The tick need not be the one that the thread's clock has shown: another thread may have
    /// moved on meanwhile, by its own reading.
    #[inline]
    fn id(&self, word: u64) -> Id {
        if self.is_in_place { Id(word | self.worker) } else { self.rules.id(self.slot(word)) }
    }

    /// Sets a number that was added to beyond a full tick back to the first that there is no room for, lest asking
    /// often were as good as waiting.
    #[cold]
    fn put_back(&self) {
        let mut word = self.word.0.load(Ordering::Relaxed);
        while word & self.number_mask > self.rules.ids_per_tick {
            let full = self.word_of(self.slot(word));
            match self.word.0.compare_exchange(word, full, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return,
                Err(other) => word = other,
            }
        }
    }

    /// Whatever is not the next ID at the time of the last one.
    #[cold]
    fn next_elsewhere(&self) -> Result<Next, Refused> {
        loop {
            // Acquire: the clock must not be read before, see above.
            let word = self.word.0.load(Ordering::Acquire);
            let now_ms = self.clock.unix_ms();
            match self.rules.place(self.slot(word), now_ms)? {
                Err(wait) => return Ok(Next::Wait(wait)),
                Ok(slot) if self.take(word, slot, 1, now_ms) => {
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
                    if self.take(word, slot, count as u64, now_ms) {
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
    fn take(&self, word: u64, slot: Slot, count: u64, now_ms: u64) -> bool {
        let after = self.word_of(slot) + count;
        let swapped =
            self.word.0.compare_exchange(word, after, Ordering::AcqRel, Ordering::Relaxed);
        // Not before: the word must have been moved by this time or a later one when others rely on it.
        if swapped.is_ok() {
            self.moved_ms.0.fetch_max(now_ms, Ordering::AcqRel);
        }
        swapped.is_ok()
    }

    fn word_of(&self, slot: Slot) -> u64 {
        slot.tick << self.number_bits | slot.sequence
    }

    /// The place of the next ID. Threads that came too late have added to a full tick: it is full, no more.
    fn slot(&self, word: u64) -> Slot {
        let number = word & self.number_mask;
        Slot { tick: word >> self.number_bits, sequence: number.min(self.rules.ids_per_tick) }
    }
}
