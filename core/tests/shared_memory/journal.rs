//! A journal: what fits is read in order, what does not is counted.

use super::on_threads;
use playground_core::shared_memory::{Journal, NativeMemory};
use std::thread;

type Pairs<'m> = Journal<'m, NativeMemory, 2>;

#[test]
fn what_finds_no_room_is_counted_and_the_rest_comes_in_order() {
    let memory = NativeMemory::new(Pairs::words(4));
    let journal = Pairs::new(&memory, 0, 4);
    for round in 0..3 {
        (0..6).for_each(|number| journal.write([round, number]));
        let mut read = Vec::new();
        journal.read(|entry| read.push(entry));
        assert_eq!(read, [[round, 0], [round, 1], [round, 2], [round, 3]]);
        assert_eq!(journal.missed(), 2 * (round + 1));
    }
    journal.read(|_| panic!("nothing is left"));
}

#[test]
fn one_reads_while_the_other_writes() {
    const ENTRIES: u32 = 100_000;
    let memory = NativeMemory::new(Pairs::words(64));
    let read = on_threads(2, |me| {
        let journal = Pairs::new(&memory, 0, 64);
        let mut next = 0;
        if me == 0 {
            while next < ENTRIES {
                next += u32::from(journal.try_write([next, !next]));
                // Whoever finds no room, or nothing new, lets the other one run.
                thread::yield_now();
            }
        } else {
            while next < ENTRIES {
                journal.read(|entry| {
                    assert_eq!(entry, [next, !next]);
                    next += 1;
                });
                thread::yield_now();
            }
        }
        next
    });
    assert_eq!(read, [ENTRIES; 2]);
}
