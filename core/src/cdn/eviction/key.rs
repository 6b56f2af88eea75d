//! What an object in a cache is called, and the hash of its name.

use crate::consistent_hashing::hash::{KeyHash, XxHash64, mix};
use std::fmt::Debug;
use std::sync::Arc;

/// The name of an object in a cache.
pub trait Key: Clone + Eq + Debug {
    /// A hash of the name: equal names have equal hashes, on every platform and for ever, since what
    /// W-TinyLFU admits depends on it.
    fn hash64(&self) -> u64;
}

impl Key for u64 {
    #[inline]
    fn hash64(&self) -> u64 {
        mix(*self)
    }
}

impl Key for u32 {
    #[inline]
    fn hash64(&self) -> u64 {
        mix(u64::from(*self))
    }
}

impl Key for String {
    fn hash64(&self) -> u64 {
        XxHash64::default().position(self.as_bytes())
    }
}

impl Key for Arc<str> {
    fn hash64(&self) -> u64 {
        XxHash64::default().position(self.as_bytes())
    }
}

impl Key for Vec<u8> {
    fn hash64(&self) -> u64 {
        XxHash64::default().position(self)
    }
}
