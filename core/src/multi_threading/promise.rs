//! What is promised of the tiny programs: sentences that are true or false of a state, whoever comes to look at it when.

use super::instruction::Word;
use super::process::Process;
use super::program::{Code, Program, Setup, append, counter, seats, transfer};

/// A promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Promise {
    /// The counter has as many as were added.
    NoUpdateLost,
    /// No more seats are sold than there are.
    NotOversold,
    /// While nobody is moving any, the money is all there.
    MoneyKept,
    /// Every item that was appended has its slot.
    NoItemLost,
    /// Every slot before the tail has its item.
    NoGap,
    /// No two threads are at once where only one is meant to be.
    OneAtATime,
    /// Whoever has not ended can go on, or somebody else can. A state without a successor in which not everybody is at the
    /// end is a deadlock.
    EverybodyEnds,
}

impl Promise {
    /// The promise as a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Promise::NoUpdateLost => "no update is lost",
            Promise::NotOversold => "no more seats are sold than there are",
            Promise::MoneyKept => "no money is lost or made",
            Promise::NoItemLost => "every item that was appended has its slot",
            Promise::NoGap => "every slot before the tail has its item",
            Promise::OneAtATime => "one thread at a time is in the critical section",
            Promise::EverybodyEnds => "there is no deadlock",
        }
    }

    /// Whether it is kept in a state.
    pub fn holds(self, code: &Code, process: &Process) -> bool {
        let threads = 0..code.setup().threads;
        match self {
            Promise::NoUpdateLost | Promise::NoItemLost => {
                let Tally { expected, actual } = tally(code, process);
                expected == actual
            }
            Promise::NotOversold => {
                process.cells()[usize::from(seats::SOLD)] <= code.setup().seats() as Word
            }
            Promise::MoneyKept => {
                let Tally { expected, actual } = tally(code, process);
                process.locks().iter().any(Option::is_some) || expected == actual
            }
            Promise::NoGap => {
                let tail = process.cells()[usize::from(append::TAIL)].max(0) as usize;
                let slots = process.cells().iter().skip(append::SLOTS.into());
                slots.take(tail).all(|item| *item != 0)
            }
            Promise::OneAtATime => {
                let mut inside = threads.filter(|it| is_inside(code, process, *it));
                inside.next().is_none() || inside.next().is_none()
            }
            Promise::EverybodyEnds => {
                threads.clone().any(|it| process.can_step(code, it))
                    || threads.clone().all(|it| process.is_done(code, it))
            }
        }
    }
}

/// Whether a thread is where only one is meant to be.
pub(super) fn is_inside(code: &Code, process: &Process, thread: u8) -> bool {
    let section = code.listing(thread).section.as_ref();
    section.is_some_and(|it| it.contains(&process.thread(thread).next))
}

/// What should be there after what has been done, and what is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// What the updates made so far come to: additions, items, coins; or the seats that may be sold.
    pub expected: Word,
    /// What the cells say.
    pub actual: Word,
}

impl Tally {
    /// How much is missing; what is too much counts as well.
    pub fn lost(self) -> u32 {
        self.expected.abs_diff(self.actual)
    }
}

/// How many updates a thread has made: one a completed round, and that of the round that is under way.
fn updates<C: AsRef<[Word]> + AsMut<[Word]>>(code: &Code, process: &Process<C>, thread: u8) -> u32 {
    let Some(update) = code.listing(thread).update else { return 0 };
    let place = process.thread(thread);
    place.round + u32::from(place.next > update)
}

/// The sum that is right, and the one that is there.
pub(super) fn tally<C: AsRef<[Word]> + AsMut<[Word]>>(code: &Code, process: &Process<C>) -> Tally {
    let cells = process.cells();
    let updates = || (0..code.setup().threads).map(|it| updates(code, process, it)).sum::<u32>();
    match code.setup().program {
        Program::Counter
        | Program::CounterLocked
        | Program::CounterSwapped
        | Program::CounterAdded
        | Program::Flag
        | Program::Peterson
        | Program::PetersonOvertaken => {
            Tally { expected: updates() as Word, actual: cells[usize::from(counter::COUNTER)] }
        }
        Program::Seats | Program::SeatsLocked | Program::SeatsSwapped => {
            let sold = cells[usize::from(seats::SOLD)];
            Tally { expected: sold.min(code.setup().seats() as Word), actual: sold }
        }
        Program::Transfer | Program::TransferOrdered => {
            Tally { expected: 2 * transfer::BALANCE, actual: cells[0].wrapping_add(cells[1]) }
        }
        Program::Append | Program::AppendLocked | Program::AppendReserved => {
            let slots = cells.iter().skip(append::SLOTS.into());
            let filled = slots.filter(|item| **item != 0).count();
            Tally { expected: updates() as Word, actual: filled as Word }
        }
    }
}

/// What should be there once everybody is done: additions, items or coins; the most seats that may be sold.
pub(super) fn expected_at_end(setup: Setup) -> Word {
    match setup.program {
        Program::Seats | Program::SeatsLocked | Program::SeatsSwapped => setup.seats() as Word,
        Program::Transfer | Program::TransferOrdered => 2 * transfer::BALANCE,
        _ => setup.rounds() as Word,
    }
}
