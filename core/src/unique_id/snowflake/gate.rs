//! A clock that is read once a millisecond, and what it shows in between told by a counter.

use std::cell::Cell;

/// Spares the reading of a wall clock while a counter, which is cheaper to read, says that its millisecond is not over.
///
/// A processor's time stamp counter takes a fraction of what a system's clock takes, but counts no milliseconds. So
/// whenever the counter has reached the end of the millisecond, and a little before, the wall clock is read; until
/// then it need not be. What comes out is what the wall clock shows, unless that was stepped in this very
/// millisecond: this is seen when the millisecond is over.
///
/// A gate belongs to one thread. Many threads have one each, which show the same, since each goes by the wall clock.
///
/// ```
/// use playground_core::unique_id::snowflake::Gate;
///
/// // A counter of 3 GHz.
/// let gate = Gate::new(3_000_000);
/// assert_eq!(gate.unix_ms(0, || 1_700_000_000_000_250_000), 1_700_000_000_000);
/// assert_eq!(gate.unix_ms(2_000_000, || panic!("not read")), 1_700_000_000_000);
/// assert_eq!(gate.unix_ms(2_250_000, || 1_700_000_000_001_000_000), 1_700_000_000_001);
/// ```
#[derive(Clone, Debug)]
pub struct Gate {
    counts_per_ms: u64,
    now_ms: Cell<u64>,
    /// The counter when the wall clock was about to be read, and for how many counts from there on it holds.
    from: Cell<u64>,
    counts: Cell<u64>,
}

impl Gate {
    /// A gate that has read nothing. The counter may count up to 4 % more slowly than said here, and need not be
    /// exact: what is lost by a wrong number are readings, or, if it counts even more slowly, the last part of the
    /// accuracy.
    pub const fn new(counts_per_ms: u64) -> Self {
        let (now_ms, from, counts) = (Cell::new(0), Cell::new(0), Cell::new(0));
        Gate { counts_per_ms, now_ms, from, counts }
    }

    /// Now, in milliseconds since 1970: `count` is the counter, read just before, and `unix_ns` reads the wall clock
    /// in nanoseconds since 1970.
    #[inline]
    pub fn unix_ms(&self, count: u64, unix_ns: impl FnOnce() -> u64) -> u64 {
        if count.wrapping_sub(self.from.get()) >= self.counts.get() {
            self.read(count, unix_ns());
        }
        self.now_ms.get()
    }

    #[cold]
    fn read(&self, count: u64, unix_ns: u64) {
        let left_ns = 1_000_000 - unix_ns % 1_000_000;
        self.now_ms.set(unix_ns / 1_000_000);
        self.from.set(count);
        // A million is a little less than 2²⁰, so this ends 4.6 % early.
        self.counts.set(left_ns.saturating_mul(self.counts_per_ms) >> 20);
    }
}
