//! Threads that share memory: where each of them is, what its registers hold, and what the cells and locks hold.
//!
//! This is all that decides what can happen next. The lab steps it by hand or by a seed, the check visits every state of
//! it, and [`ManyRuns`](super::many::ManyRuns) runs it as fast as it can.

use super::instruction::{
    Comparison, Instruction, Operand, Place, REGISTERS, Register, Word, item,
};
use super::program::Code;

/// The most threads.
pub const MOST_THREADS: u8 = 8;
/// The most cells of a process that is looked at step by step.
pub const MOST_CELLS: usize = 33;
/// The most locks.
pub const MOST_LOCKS: usize = 2;

/// Where a thread is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Thread {
    /// Its next instruction.
    pub next: u8,
    /// How many rounds it has completed.
    pub round: u32,
    /// What its registers hold: zeros at the start of a round.
    pub registers: [Word; REGISTERS],
}

/// The state of everything, with its cells in an array or a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Process<C = [Word; MOST_CELLS]> {
    cells: C,
    /// Who holds each of the locks.
    locks: [Option<u8>; MOST_LOCKS],
    threads: [Thread; MOST_THREADS as usize],
}

/// What one step of a thread did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// A register got a sum.
    Computed {
        /// Which one.
        register: Register,
        /// The sum.
        value: Word,
    },
    /// A branch was taken, or not.
    Branched {
        /// Whether it was.
        is_taken: bool,
    },
    /// A cell was read.
    Loaded {
        /// Which one.
        cell: u32,
        /// What it holds.
        value: Word,
    },
    /// A cell was written, blindly.
    Stored {
        /// Which one.
        cell: u32,
        /// What it held.
        before: Word,
        /// What it holds now.
        value: Word,
    },
    /// A cell was read, added to and written at once.
    Added {
        /// Which one.
        cell: u32,
        /// What it held.
        before: Word,
        /// What it holds now.
        value: Word,
    },
    /// A cell held what was expected, and was written.
    Swapped {
        /// Which one.
        cell: u32,
        /// What it held.
        before: Word,
        /// What it holds now.
        value: Word,
    },
    /// A cell held something else, and was left alone.
    NotSwapped {
        /// Which one.
        cell: u32,
        /// What was expected.
        expected: Word,
        /// What it holds.
        found: Word,
    },
    /// A lock was free, and is taken.
    Locked {
        /// Which one.
        lock: u8,
    },
    /// A lock is given back.
    Unlocked {
        /// Which one.
        lock: u8,
    },
    /// A lock was not free: the thread waits where it was.
    Blocked {
        /// Which one.
        lock: u8,
        /// Who holds it.
        owner: u8,
    },
}

impl Process {
    /// Before anybody has done anything.
    pub fn new(code: &Code) -> Self {
        Process::with_cells(code, [0; MOST_CELLS])
    }
}

impl<C: AsRef<[Word]> + AsMut<[Word]>> Process<C> {
    /// Before anybody has done anything. `cells` are as many zeros as the program wants, or more.
    pub(super) fn with_cells(code: &Code, mut cells: C) -> Self {
        for (cell, info) in cells.as_mut().iter_mut().zip(code.cells()) {
            *cell = info.start;
        }
        Process {
            cells,
            locks: [None; MOST_LOCKS],
            threads: [Thread::default(); MOST_THREADS as usize],
        }
    }

    /// The cells.
    pub fn cells(&self) -> &[Word] {
        self.cells.as_ref()
    }

    /// Who holds each of the locks.
    pub fn locks(&self) -> [Option<u8>; MOST_LOCKS] {
        self.locks
    }

    /// A thread.
    pub fn thread(&self, thread: u8) -> Thread {
        self.threads.get(usize::from(thread)).copied().unwrap_or_default()
    }

    /// Whether a thread has completed its rounds.
    pub fn is_done(&self, code: &Code, thread: u8) -> bool {
        self.thread(thread).round >= code.setup().iterations
    }

    /// The instruction that a thread does next; none if it is done.
    pub fn next(&self, code: &Code, thread: u8) -> Option<Instruction> {
        if self.is_done(code, thread) {
            return None;
        }
        code.listing(thread)
            .steps
            .get(usize::from(self.thread(thread).next))
            .map(|it| it.instruction)
    }

    /// The lock that stands between a thread and its next instruction, and who holds it.
    pub fn blocked_on(&self, code: &Code, thread: u8) -> Option<(u8, u8)> {
        match self.next(code, thread)? {
            Instruction::Lock { lock } => Some((lock, self.locks[usize::from(lock)]?)),
            _ => None,
        }
    }

    /// Whether a thread can do its next instruction.
    pub fn can_step(&self, code: &Code, thread: u8) -> bool {
        !self.is_done(code, thread) && self.blocked_on(code, thread).is_none()
    }

    /// The threads that wait for each other in a ring, each for a lock that the next one holds: none of them will ever go
    /// on. Empty if there is no such ring.
    pub fn deadlocked(&self, code: &Code) -> Vec<u8> {
        let owner_before = |thread| self.blocked_on(code, thread).map(|(_, owner)| owner);
        for start in 0..code.setup().threads {
            let mut ring = vec![start];
            let mut at = start;
            while let Some(owner) = owner_before(at) {
                if owner == start {
                    return ring;
                }
                if ring.contains(&owner) {
                    // A ring, but not through this thread: it is found from one of its own.
                    break;
                }
                ring.push(owner);
                at = owner;
            }
        }
        Vec::new()
    }

    /// Does the next instruction of a thread; none if it is done, and nothing happens.
    pub fn step(&mut self, code: &Code, thread: u8) -> Option<Effect> {
        let instruction = self.next(code, thread)?;
        let mut now = self.thread(thread);
        now.next += 1;
        let effect = match instruction {
            Instruction::Add { to, from, by } => {
                let value = now.registers[from.index()].wrapping_add(by);
                now.registers[to.index()] = value;
                Effect::Computed { register: to, value }
            }
            Instruction::JumpIf { register, is, than, to } => {
                let is_taken = is.holds(now.registers[register.index()], than);
                if is_taken {
                    now.next = to;
                }
                Effect::Branched { is_taken }
            }
            Instruction::Lock { lock } => match &mut self.locks[usize::from(lock)] {
                Some(owner) => return Some(Effect::Blocked { lock, owner: *owner }),
                free => {
                    *free = Some(thread);
                    Effect::Locked { lock }
                }
            },
            Instruction::Unlock { lock } => {
                self.locks[usize::from(lock)] = None;
                Effect::Unlocked { lock }
            }
            _ => self.touch(thread, &mut now, instruction)?,
        };
        // The end of a round takes no step, because nobody else could tell.
        if usize::from(now.next) >= code.listing(thread).steps.len() {
            now = Thread { round: now.round + 1, ..Thread::default() };
        }
        self.threads[usize::from(thread)] = now;
        Some(effect)
    }

    /// Does an instruction that touches a cell; none if it touches none.
    fn touch(&mut self, thread: u8, now: &mut Thread, instruction: Instruction) -> Option<Effect> {
        let effect = match instruction {
            Instruction::Load { to, from } => {
                let cell = now.cell_of(from);
                let value = self.load(cell);
                now.registers[to.index()] = value;
                Effect::Loaded { cell, value }
            }
            Instruction::Store { to, from } => {
                let cell = now.cell_of(to);
                let value = match from {
                    Operand::Register(register) => now.registers[register.index()],
                    Operand::Constant(value) => value,
                    Operand::Item => item(thread, now.round),
                };
                Effect::Stored { cell, before: self.store(cell, value), value }
            }
            Instruction::FetchAdd { cell, by, old } => {
                let cell = now.cell_of(cell);
                let before = self.load(cell);
                let value = before.wrapping_add(by);
                self.store(cell, value);
                now.registers[old.index()] = before;
                Effect::Added { cell, before, value }
            }
            Instruction::CompareAndSwap { cell, expected, replacement, otherwise } => {
                let cell = now.cell_of(cell);
                let (expected, found) = (now.registers[expected.index()], self.load(cell));
                if found == expected {
                    let value = now.registers[replacement.index()];
                    Effect::Swapped { cell, before: self.store(cell, value), value }
                } else {
                    now.next = otherwise;
                    Effect::NotSwapped { cell, expected, found }
                }
            }
            Instruction::Add { .. }
            | Instruction::JumpIf { .. }
            | Instruction::Lock { .. }
            | Instruction::Unlock { .. } => return None,
        };
        Some(effect)
    }

    fn load(&self, cell: u32) -> Word {
        self.cells().get(cell as usize).copied().unwrap_or_default()
    }

    /// Writes a cell; what it held before.
    fn store(&mut self, cell: u32, value: Word) -> Word {
        match self.cells.as_mut().get_mut(cell as usize) {
            Some(place) => std::mem::replace(place, value),
            None => 0,
        }
    }
}

impl Thread {
    /// The cell that is meant by a place, as the registers are now.
    pub fn cell_of(&self, place: Place) -> u32 {
        let index = place.index.map_or(0, |it| self.registers[it.index()]);
        u32::from(place.cell).saturating_add_signed(index)
    }
}

impl Comparison {
    fn holds(self, left: Word, right: Word) -> bool {
        match self {
            Comparison::Equal => left == right,
            Comparison::NotEqual => left != right,
            Comparison::AtMost => left <= right,
        }
    }
}
