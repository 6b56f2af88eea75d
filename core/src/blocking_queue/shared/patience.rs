//! How long a thread waits, and who is told that it does: the queue itself has no clock.

use crate::shared_memory::Waited;

/// A thread's side of its waiting.
pub trait Patience {
    /// How often it tries again before it is parked. Waking somebody costs some microseconds, so a little of this pays
    /// where the other side is fast and has a core of its own.
    fn spins(&self) -> u32 {
        0
    }

    /// How many milliseconds it may still be parked; none if for ever. Asked before every time that it is.
    fn left_ms(&mut self) -> Option<f64> {
        None
    }

    /// It begins to wait.
    fn parks(&mut self) {}

    /// It looks again, perhaps in vain.
    fn woke(&mut self, _waited: Waited) {}

    /// It has got what it waited for, or has given up.
    fn goes_on(&mut self) {}
}

/// Waits for ever, and tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forever;

impl Patience for Forever {}
