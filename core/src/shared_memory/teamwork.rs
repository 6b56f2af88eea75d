//! Work that several threads do together on shared words: laid out, done, watched and ended by one value.

use super::SharedMemory;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Work for a team: a value that everybody gets who takes part in it, or looks on.
///
/// In the browser the page prepares the memory, hands it and the value to as many web workers, looks at the words once
/// a picture, and tells them to end by a word. Natively threads do the same. Nobody sends a message meanwhile.
pub trait Teamwork: Clone + Debug + PartialEq + Serialize + DeserializeOwned + 'static {
    /// What somebody who looks on remembers from one look to the next.
    type Reader: Default + 'static;
    /// What is to be seen: plain data.
    type Reading: Clone + Debug + PartialEq + 'static;

    /// How many take part, from 1 to [`MOST_WORKERS`].
    fn workers(&self) -> u32;

    /// How many words it needs, all 0 at first.
    fn words(&self) -> usize;

    /// Lays out the words, before anybody begins.
    fn prepare(&self, memory: &impl SharedMemory);

    /// Does the part of one worker, from 0, to its end; parked where there is nothing to do. `now_us` is the time in
    /// microseconds since a moment that is the same for everybody.
    fn work<M: SharedMemory>(&self, worker: u32, memory: &M, now_us: &impl Fn() -> u64);

    /// Has everybody end soon, and wakes whoever is parked.
    fn stop(&self, memory: &impl SharedMemory);

    /// A worker was killed before it had finished. Whoever might wait for it for ever has to be helped; those who
    /// cannot be are to be [stopped](Teamwork::stop).
    fn bury(&self, memory: &impl SharedMemory, worker: u32, now_us: u64);

    /// Looks on. `is_over` once everybody has ended: what is read then is what came of it.
    fn read(
        &self,
        reader: &mut Self::Reader,
        memory: &impl SharedMemory,
        now_us: u64,
        is_over: bool,
    ) -> Self::Reading;
}

/// The most workers of a team.
pub const MOST_WORKERS: u32 = 8;
