//! How much memory all sockets together may hold for messages on their way: a few large ones are welcome, and
//! many at once must not use up the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What every socket may hold without being counted, in bytes.
const FREE: usize = 64 * 1024;

/// So many bytes, shared by everybody who has a clone.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Arc<AtomicUsize>);

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(bytes)))
    }

    /// Takes nothing yet.
    pub(crate) fn share(&self) -> Share {
        Share { left: self.clone(), held: 0 }
    }
}

/// What one socket has taken of a [`Budget`]; given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    left: Budget,
    held: usize,
}

impl Share {
    /// Holds as many bytes as are in use now; false if there are not so many, and then as many as before.
    pub(crate) fn hold(&mut self, used: usize) -> bool {
        let wanted = if used > FREE { used } else { 0 };
        if wanted <= self.held {
            self.left.0.fetch_add(self.held - wanted, Ordering::Relaxed);
        } else {
            let more = wanted - self.held;
            let take = |left: usize| left.checked_sub(more);
            if self.left.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
                return false;
            }
        }
        self.held = wanted;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.hold(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_given_back() {
        let budget = Budget::new(1 << 20);
        let (mut one, mut other) = (budget.share(), budget.share());
        assert!(one.hold(900_000));
        assert!(other.hold(FREE), "a little is free");
        assert!(!other.hold(200_000));
        assert!(one.hold(500_000) && other.hold(200_000));
        drop((one, other));
        assert_eq!(budget.0.load(Ordering::Relaxed), 1 << 20);
    }
}
