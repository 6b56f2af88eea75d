//! Where the threads of one side of the fast queue wait: shortly on the processor, and then parked on a condition
//! variable.

use super::sync::{
    Condvar, Deadline, MAX_SPINS, MIN_SPINS, Mutex, MutexGuard, ROUNDS, spin_loop, yield_now,
};
use std::sync::PoisonError;

/// Waiting without parking: for what takes less time than to park and to be woken.
///
/// It is not the time alone that counts. A thread that looks again and again takes the cache line in which it looks from
/// the one that is about to write there, item for item. One that stays away for a moment finds many at once.
pub(super) struct Backoff {
    round: u32,
}

impl Backoff {
    pub(super) fn new() -> Self {
        Backoff { round: 0 }
    }

    /// Whether it has taken so long that parking is cheaper.
    pub(super) fn is_spent(&self) -> bool {
        self.round >= ROUNDS
    }

    /// Begins again, unless there was no reason to park: then it is a matter of moments.
    pub(super) fn after(&mut self, stay: Stay) {
        match stay {
            Stay::Refused => self.pause(),
            Stay::Woken | Stay::Late => self.round = 0,
        }
    }

    /// Spins and lets others run in turn: the first is right if the one waited for runs on another processor, and the
    /// second if it waits for this one.
    pub(super) fn pause(&mut self) {
        if self.round.is_multiple_of(2) {
            for _ in 0..(MIN_SPINS << (self.round / 2).min(8)).min(MAX_SPINS) {
                spin_loop();
            }
        } else {
            yield_now();
        }
        self.round = self.round.saturating_add(1);
    }
}

/// A place to park.
///
/// Who parks has to announce it where the other side sees it, who is the last to go has to retract that, and in between
/// nobody of the other side goes by without a call of [`wake_one`](Self::wake_one). Both happens under the mutex, so the
/// announcement stands exactly as long as somebody is parked whom nobody has woken.
pub(super) struct Parking {
    threads: Mutex<Threads>,
    woken: Condvar,
}

/// How it was to park.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stay {
    /// There is no reason to, or not any more.
    Refused,
    /// The other side has changed something.
    Woken,
    /// Nobody has come until the deadline.
    Late,
}

struct Threads {
    /// So many are parked, and nobody has woken them.
    parked: usize,
    /// So many have been woken and have not noticed yet. Who notices first is one of them: which of the threads was
    /// meant makes no difference, and a notification that reaches one whose time is over is not lost.
    woken: usize,
}

impl Parking {
    pub(super) fn new() -> Self {
        let threads = Threads { parked: 0, woken: 0 };
        Parking { threads: Mutex::new(threads), woken: Condvar::new() }
    }

    /// Nothing panics under this mutex, so what is in it is whole.
    fn lock(&self) -> MutexGuard<'_, Threads> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are parked and have not been woken.
    pub(super) fn len(&self) -> usize {
        self.lock().parked
    }

    /// Parks until it is woken, if `announce` finds that this is right.
    #[cold]
    pub(super) fn park(
        &self,
        deadline: &Deadline,
        announce: impl FnOnce() -> bool,
        retract: impl FnOnce(),
    ) -> Stay {
        let mut threads = self.lock();
        if !announce() {
            return Stay::Refused;
        }
        threads.parked += 1;
        loop {
            let is_late;
            (threads, is_late) = deadline.wait(&self.woken, threads);
            if threads.woken > 0 {
                threads.woken -= 1;
                return Stay::Woken;
            }
            if is_late {
                threads.parked -= 1;
                if threads.parked == 0 {
                    retract();
                }
                return Stay::Late;
            }
        }
    }

    /// Wakes one thread, if any is parked.
    #[cold]
    pub(super) fn wake_one(&self, retract: impl FnOnce()) {
        let mut threads = self.lock();
        if threads.parked == 0 {
            return;
        }
        threads.parked -= 1;
        threads.woken += 1;
        if threads.parked == 0 {
            retract();
        }
        // Not under the mutex: whoever wakes up needs it.
        drop(threads);
        self.woken.notify_one();
    }

    /// Wakes all of them. Whoever parks after this sees what was done before it, since both take the mutex: if that was
    /// closing the queue, `announce` refuses.
    pub(super) fn wake_all(&self, retract: impl FnOnce()) {
        let mut threads = self.lock();
        threads.woken += threads.parked;
        threads.parked = 0;
        retract();
        drop(threads);
        self.woken.notify_all();
    }
}
