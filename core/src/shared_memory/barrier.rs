//! A place where threads wait for each other, as often as they like.

use super::SharedMemory;

/// How many have arrived.
const ARRIVED: usize = 0;
/// How often everybody was here.
const ROUND: usize = 1;
/// Whether nobody waits any more.
const IS_DISSOLVED: usize = 2;

/// Lets nobody pass until so many threads are here; then the next round begins.
#[derive(Debug)]
pub struct Barrier<'m, M> {
    memory: &'m M,
    base: usize,
    threads: u32,
}

impl<'m, M: SharedMemory> Barrier<'m, M> {
    /// How many words it takes.
    pub const WORDS: usize = 3;

    /// A barrier for so many threads in the words from `base`, which are 0 at first.
    pub fn new(memory: &'m M, base: usize, threads: u32) -> Self {
        Barrier { memory, base, threads }
    }

    /// Waits until everybody is here. True for one of them: the last to come.
    ///
    /// Whatever anybody did before is seen by everybody after it.
    pub fn wait(&self) -> bool {
        let Barrier { memory, base, threads } = *self;
        let round = memory.load(base + ROUND);
        if memory.add(base + ARRIVED, 1) + 1 == threads {
            // Nobody arrives for the next round before this one is over.
            memory.store(base + ARRIVED, 0);
            memory.add(base + ROUND, 1);
            memory.notify(base + ROUND, u32::MAX);
            return true;
        }
        while memory.load(base + ROUND) == round && memory.load(base + IS_DISSOLVED) == 0 {
            memory.wait(base + ROUND, round, None);
        }
        false
    }

    /// Lets everybody pass from now on, since somebody will never come.
    pub fn dissolve(&self) {
        let Barrier { memory, base, .. } = *self;
        memory.store(base + IS_DISSOLVED, 1);
        // Another round, so that whoever has just looked does not fall asleep.
        memory.add(base + ROUND, 1);
        memory.notify(base + ROUND, u32::MAX);
    }
}
