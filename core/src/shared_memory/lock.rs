//! A lock in one word: the third mutex of Ulrich Drepper's [Futexes Are Tricky](https://www.akkadia.org/drepper/futex.pdf)
//! (2011).

use super::SharedMemory;

const FREE: u32 = 0;
const TAKEN: u32 = 1;
/// Taken, and perhaps somebody waits: who gives it back has to wake one.
const AWAITED: u32 = 2;

/// A lock in one word of a shared memory.
///
/// Taking it and giving it back costs one operation each as long as nobody else wants it. It is not fair: who comes
/// just when it is given back may be faster than the one who is being woken.
#[derive(Debug)]
pub struct Lock<'m, M> {
    memory: &'m M,
    at: usize,
}

impl<'m, M: SharedMemory> Lock<'m, M> {
    /// How many words it takes.
    pub const WORDS: usize = 1;

    /// The lock at a word, which is 0 at first.
    pub fn new(memory: &'m M, at: usize) -> Self {
        Lock { memory, at }
    }

    /// Takes it, as soon as it is free; it is given back when the guard is dropped.
    pub fn lock(&self) -> Guard<'m, M> {
        let Lock { memory, at } = *self;
        let mut held = memory.compare_exchange(at, FREE, TAKEN);
        while held != FREE {
            // Either somebody waits already, or this thread says now that somebody does. It cannot know, when it gets
            // the lock at last, whether it was the only one; so it takes the lock as one that is waited for.
            held = memory.exchange(at, AWAITED);
            if held != FREE {
                memory.wait(at, AWAITED, None);
            }
        }
        Guard { memory, at }
    }

    /// Takes it if it is free.
    pub fn try_lock(&self) -> Option<Guard<'m, M>> {
        let Lock { memory, at } = *self;
        let is_taken = memory.compare_exchange(at, FREE, TAKEN) != FREE;
        // Not before it is known: a guard gives the lock back, whoever has it.
        (!is_taken).then(|| Guard { memory, at })
    }
}

/// A lock that is taken, until this value is dropped.
#[derive(Debug)]
#[must_use = "it is given back when this is dropped"]
pub struct Guard<'m, M: SharedMemory> {
    memory: &'m M,
    at: usize,
}

impl<M: SharedMemory> Drop for Guard<'_, M> {
    fn drop(&mut self) {
        if self.memory.exchange(self.at, FREE) == AWAITED {
            self.memory.notify(self.at, 1);
        }
    }
}
