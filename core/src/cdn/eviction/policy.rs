//! The policies as a value, for where a reader chooses one.

use super::{Admission, Eviction, Fifo, Key, Lfu, Lru, S3Fifo, Sieve, WTinyLfu};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display, Formatter};

/// Which policy.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// [`Fifo`]
    Fifo,
    /// [`Lru`]
    #[default]
    Lru,
    /// [`Lfu`]
    Lfu,
    /// [`Sieve`]
    Sieve,
    /// [`S3Fifo`]
    S3Fifo,
    /// [`WTinyLfu`]
    WTinyLfu,
}

impl Policy {
    /// All of them, from the simplest on.
    pub const ALL: [Policy; 6] =
        [Policy::Fifo, Policy::Lru, Policy::Lfu, Policy::Sieve, Policy::S3Fifo, Policy::WTinyLfu];

    /// The name by which the field knows it.
    pub const fn name(self) -> &'static str {
        match self {
            Policy::Fifo => "FIFO",
            Policy::Lru => "LRU",
            Policy::Lfu => "LFU",
            Policy::Sieve => "SIEVE",
            Policy::S3Fifo => "S3-FIFO",
            Policy::WTinyLfu => "W-TinyLFU",
        }
    }

    /// The policy itself, which holds nothing yet.
    pub fn build<K: Key>(self, capacity_bytes: u64) -> AnyPolicy<K> {
        match self {
            Policy::Fifo => AnyPolicy::Fifo(Fifo::new(capacity_bytes)),
            Policy::Lru => AnyPolicy::Lru(Lru::new(capacity_bytes)),
            Policy::Lfu => AnyPolicy::Lfu(Lfu::new(capacity_bytes)),
            Policy::Sieve => AnyPolicy::Sieve(Sieve::new(capacity_bytes)),
            Policy::S3Fifo => AnyPolicy::S3Fifo(S3Fifo::new(capacity_bytes)),
            Policy::WTinyLfu => AnyPolicy::WTinyLfu(WTinyLfu::new(capacity_bytes)),
        }
    }
}

impl Display for Policy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Any policy with what it holds.
#[derive(Clone, Debug)]
pub enum AnyPolicy<K> {
    /// [`Policy::Fifo`]
    Fifo(Fifo<K>),
    /// [`Policy::Lru`]
    Lru(Lru<K>),
    /// [`Policy::Lfu`]
    Lfu(Lfu<K>),
    /// [`Policy::Sieve`]
    Sieve(Sieve<K>),
    /// [`Policy::S3Fifo`]
    S3Fifo(S3Fifo<K>),
    /// [`Policy::WTinyLfu`]
    WTinyLfu(WTinyLfu<K>),
}

impl<K: Key> AnyPolicy<K> {
    /// Which policy it is.
    pub fn policy(&self) -> Policy {
        match self {
            AnyPolicy::Fifo(_) => Policy::Fifo,
            AnyPolicy::Lru(_) => Policy::Lru,
            AnyPolicy::Lfu(_) => Policy::Lfu,
            AnyPolicy::Sieve(_) => Policy::Sieve,
            AnyPolicy::S3Fifo(_) => Policy::S3Fifo,
            AnyPolicy::WTinyLfu(_) => Policy::WTinyLfu,
        }
    }

    fn get(&self) -> &dyn Eviction<K> {
        match self {
            AnyPolicy::Fifo(it) => it,
            AnyPolicy::Lru(it) => it,
            AnyPolicy::Lfu(it) => it,
            AnyPolicy::Sieve(it) => it,
            AnyPolicy::S3Fifo(it) => it,
            AnyPolicy::WTinyLfu(it) => it,
        }
    }

    fn get_mut(&mut self) -> &mut dyn Eviction<K> {
        match self {
            AnyPolicy::Fifo(it) => it,
            AnyPolicy::Lru(it) => it,
            AnyPolicy::Lfu(it) => it,
            AnyPolicy::Sieve(it) => it,
            AnyPolicy::S3Fifo(it) => it,
            AnyPolicy::WTinyLfu(it) => it,
        }
    }
}

impl<K: Key> Eviction<K> for AnyPolicy<K> {
    fn hit(&mut self, key: &K) -> bool {
        self.get_mut().hit(key)
    }

    fn insert(&mut self, key: K, bytes: u64, evicted: &mut Vec<K>) -> Admission {
        self.get_mut().insert(key, bytes, evicted)
    }

    fn remove(&mut self, key: &K) -> Option<u64> {
        self.get_mut().remove(key)
    }

    fn bytes_of(&self, key: &K) -> Option<u64> {
        self.get().bytes_of(key)
    }

    fn held(&self) -> Vec<(&K, u64)> {
        self.get().held()
    }

    fn len(&self) -> usize {
        self.get().len()
    }

    fn used_bytes(&self) -> u64 {
        self.get().used_bytes()
    }

    fn capacity_bytes(&self) -> u64 {
        self.get().capacity_bytes()
    }
}
