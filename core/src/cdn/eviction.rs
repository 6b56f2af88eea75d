//! Which objects a cache keeps when it is full: policies of eviction behind one trait, by bytes.
//!
//! A policy knows names and sizes, not contents. It is told of every request in one of two ways: [`hit`]
//! says whether the object is held and counts the use; after a miss [`insert`] takes the object in and
//! says which ones have to go. What is modelled is the algorithm of each paper, on one thread; the
//! concurrent forms that a server may want (striped locks, buffers of reads) are not.
//!
//! - [`key`]: what an object is called
//! - [`fifo`], [`lru`], [`lfu`]: the classics
//! - [`sieve`], [`s3_fifo`]: of this decade, and as simple
//! - [`w_tiny_lfu`]: remembers what it does not hold
//! - [`Policy`]: any of them, where a reader chooses one
//!
//! [`hit`]: Eviction::hit
//! [`insert`]: Eviction::insert

pub mod fifo;
mod frequency;
pub mod key;
pub mod lfu;
pub mod lru;
mod policy;
pub mod s3_fifo;
mod shelf;
pub mod sieve;
pub mod w_tiny_lfu;

pub use fifo::Fifo;
pub use key::Key;
pub use lfu::Lfu;
pub use lru::Lru;
pub use policy::{AnyPolicy, Policy};
pub use s3_fifo::S3Fifo;
pub use sieve::Sieve;
pub use w_tiny_lfu::WTinyLfu;

use std::fmt::Debug;

/// A policy with what it holds.
///
/// An object's bytes are what it costs the cache: the caller adds to the body whatever it spends beside
/// it. What is held never costs more than the capacity.
///
/// ```
/// use playground_core::cdn::eviction::{Admission, Eviction, Lru};
/// let mut cache = Lru::new(100);
/// let mut evicted = Vec::new();
/// assert!(!cache.hit(&"logo".to_owned()));
/// assert_eq!(cache.insert("logo".to_owned(), 60, &mut evicted), Admission::Admitted);
/// assert!(cache.hit(&"logo".to_owned()));
/// cache.insert("photo".to_owned(), 50, &mut evicted);
/// assert_eq!(evicted, ["logo"]);
/// ```
pub trait Eviction<K>: Debug {
    /// Whether an object is held; if so, the request counts as a use of it.
    fn hit(&mut self, key: &K) -> bool;

    /// Takes an object in after a miss, and adds to `evicted` what has to go for it, in that order.
    ///
    /// One that is held already is replaced: the new version is as new as any object, and keeps what has
    /// been counted of its use. An object that is refused is not held afterwards, not even in an older
    /// version, and is not among the evicted. One larger than the capacity is always refused.
    fn insert(&mut self, key: K, bytes: u64, evicted: &mut Vec<K>) -> Admission;

    /// Forgets an object, and says how many bytes it had; none if it is not held.
    fn remove(&mut self, key: &K) -> Option<u64>;

    /// The bytes of an object, which does not count as a use; none if it is not held.
    fn bytes_of(&self, key: &K) -> Option<u64>;

    /// What is held, with its bytes, in the order of the policy's own queues, the oldest first.
    fn held(&self) -> Vec<(&K, u64)>;

    /// How many objects are held.
    fn len(&self) -> usize;

    /// Whether nothing is held.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes are held: at most [`Eviction::capacity_bytes`].
    fn used_bytes(&self) -> u64;

    /// How many bytes may be held.
    fn capacity_bytes(&self) -> u64;

    /// A whole request: a hit, or a miss after which the object is taken in. True for a hit.
    fn request(&mut self, key: &K, bytes: u64, evicted: &mut Vec<K>) -> bool
    where
        K: Clone,
    {
        let is_hit = self.hit(key);
        if !is_hit {
            self.insert(key.clone(), bytes, evicted);
        }
        is_hit
    }
}

/// What became of an object that was to be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is held.
    Admitted,
    /// It is not: it is larger than the capacity, or the policy rates it below what it would push out.
    Refused,
}
