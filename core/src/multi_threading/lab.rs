//! The lab: threads that run a tiny program one instruction at a time, in an order that the visitor or a seed decides.
//!
//! It is a machine with one processor: between any two instructions the scheduler may go over to another thread. So it
//! shows every order that several processors can bring about with atomic operations, and those are what programs break
//! on; what processors and compilers do besides to plain loads and stores is told in
//! [`instruction`](super::instruction). Simplified: every instruction takes the same time, and whoever waits for a lock
//! is woken when it is given back, and has to try again.

mod act;
mod action;
mod auditor;
mod event;
mod frame;
mod memory;
mod picture;
mod scheduling;

pub use action::{Action, MOST_STEP_MS, Scenario, Scheduler};
pub use event::Event;
pub use frame::{
    CellView, Frame, LockView, MOST_TURNS, Overwritten, Stale, ThreadState, ThreadView, Touch, Turn,
};

pub(super) use scheduling::Standing;

use super::process::{Effect, Process};
use super::program::Code;
use super::promise::{Promise, Tally};
use crate::sim::{Invariant, Rng, Simulation, Time};
use auditor::Auditor;
use memory::Memory;
use std::sync::Arc;

/// What the scheduler and the visitor know of a thread; where it is, is in the process.
#[derive(Clone, Debug, Default)]
struct Status {
    is_paused: bool,
    is_killed: bool,
    /// The lock that it waits for, and since when.
    waiting: Option<(u8, Time)>,
    steps: u64,
}

/// The state of the lab.
#[derive(Clone, Debug)]
pub struct Lab {
    scenario: Arc<Scenario>,
    code: Arc<Code>,
    process: Process,
    scheduler: Scheduler,
    rng: Rng,
    now: Time,
    /// When the scheduler lets somebody go on; none if it does not, or nobody can.
    next_at: Option<Time>,
    /// Who has gone on last.
    running: Option<u8>,
    /// How many instructions it has done since it came to its turn.
    in_turn: u32,
    statuses: Vec<Status>,
    memory: Memory,
    auditor: Auditor,
    turns: Arc<Vec<Turn>>,
    steps: u64,
    switches: u64,
    is_over: bool,
    /// The ring of threads that wait for each other, as far as it has been told.
    deadlocked: Vec<u8>,
    /// Promises that were broken at some moment, in the order in which that was found.
    broken: Vec<Promise>,
    /// The events of the step that is being done.
    events: Vec<Event>,
}

impl Simulation for Lab {
    const NAME: &'static str = "multi_threading";
    type Scenario = Scenario;
    type Action = Action;
    type Event = Event;
    type Frame = Frame;

    fn new(scenario: &Scenario, rng: Rng) -> Self {
        let scenario = Arc::new(scenario.clamped());
        let code = Arc::new(Code::new(scenario.setup));
        let process = Process::new(&code);
        let mut lab = Lab {
            scheduler: scenario.scheduler,
            rng,
            now: Time::ZERO,
            next_at: None,
            running: None,
            in_turn: 0,
            statuses: vec![Status::default(); scenario.setup.threads.into()],
            memory: Memory::new(scenario.setup.threads),
            auditor: Auditor::new(process.cells()),
            turns: Arc::default(),
            steps: 0,
            switches: 0,
            is_over: false,
            deadlocked: Vec::new(),
            broken: Vec::new(),
            events: Vec::new(),
            process,
            code,
            scenario,
        };
        lab.plan();
        lab
    }

    fn next_at(&self) -> Option<Time> {
        self.next_at
    }

    fn step(&mut self) -> Vec<Event> {
        let Some(at) = self.next_at.take() else { return Vec::new() };
        self.now = at;
        if let Some(thread) = self.schedule() {
            self.go_on(thread);
        }
        self.plan();
        std::mem::take(&mut self.events)
    }

    fn act(&mut self, now: Time, action: Action) -> Vec<Event> {
        self.now = self.now.max(now);
        if let Err(refusal) = self.try_act(action) {
            return vec![Event::Refused { reason: refusal.to_string() }];
        }
        self.plan();
        std::mem::take(&mut self.events)
    }

    fn frame(&self, now: Time) -> Frame {
        picture::draw(self, now)
    }

    fn invariants() -> &'static [Invariant<Self>] {
        auditor::INVARIANTS
    }

    fn footprint_bytes(&self) -> usize {
        size_of::<Self>() + self.turns.len() * size_of::<Turn>() + self.statuses.len() * 128
    }
}

impl Lab {
    /// The sum that is right, and the one that is there.
    fn tally(&self) -> Tally {
        self.code.tally(&self.process)
    }

    /// Does the next instruction of a thread that can be chosen, and tells what came of it.
    fn go_on(&mut self, thread: u8) {
        let before = self.process.thread(thread);
        let Some(effect) = self.process.step(&self.code, thread) else { return };
        self.steps += 1;
        self.switch_to(thread);
        let status = &mut self.statuses[usize::from(thread)];
        status.steps += 1;
        if let Effect::Blocked { lock, .. } = effect {
            status.waiting = Some((lock, self.now));
        }
        self.auditor.heard(thread, effect);
        let overwrote = self.memory.note(&self.code, thread, effect, (self.steps, self.now));
        self.note_turn(Turn {
            step: self.steps,
            at: self.now,
            thread,
            instruction: before.next,
            round: before.round,
            effect,
            overwrote,
        });
        if let Effect::Unlocked { lock } = effect {
            self.wake(lock);
        }
        if self.process.thread(thread).round != before.round {
            self.memory.round_ended(thread);
            if self.process.is_done(&self.code, thread) {
                self.events.push(Event::Finished { thread });
            }
        }
        self.judge();
    }

    fn switch_to(&mut self, thread: u8) {
        match self.running.replace(thread) {
            Some(before) if before == thread => self.in_turn += 1,
            before => {
                self.in_turn = 1;
                if let Some(from) = before {
                    self.switches += 1;
                    self.events.push(Event::Switched { from, to: thread });
                }
            }
        }
    }

    fn note_turn(&mut self, turn: Turn) {
        let Turn { thread, instruction, round, effect, .. } = turn;
        self.events.push(Event::Stepped { thread, instruction, round, effect });
        if let (Some(overwritten), Effect::Stored { cell, .. }) = (turn.overwrote, effect) {
            self.events.push(Event::Overwrote { thread, cell, whose: overwritten.thread });
        }
        let turns = Arc::make_mut(&mut self.turns);
        if turns.len() == MOST_TURNS {
            turns.remove(0);
        }
        turns.push(turn);
    }

    /// A lock was given back: whoever waits for it tries again when its turn comes.
    fn wake(&mut self, lock: u8) {
        for (thread, status) in (0..).zip(&mut self.statuses) {
            if status.waiting.is_some_and(|(it, _)| it == lock) {
                status.waiting = None;
                self.events.push(Event::Woken { thread, lock });
            }
        }
    }

    /// Tells what has become true: a broken promise, a deadlock, the end.
    fn judge(&mut self) {
        for promise in self.scenario.setup.program.promises() {
            if !self.broken.contains(promise) && !promise.holds(&self.code, &self.process) {
                self.broken.push(*promise);
                self.events.push(Event::Broke { promise: *promise });
            }
        }
        let deadlocked = self.process.deadlocked(&self.code);
        if !deadlocked.is_empty() && self.deadlocked.is_empty() {
            self.events.push(Event::Deadlocked { threads: deadlocked.clone() });
        }
        self.deadlocked = deadlocked;
        self.look_for_end();
    }

    /// It is over once every thread has finished or is dead.
    fn look_for_end(&mut self) {
        let is_over = (0..self.scenario.setup.threads).all(|it| self.has_ended(it));
        if is_over && !self.is_over {
            let Tally { expected, actual } = self.tally();
            self.events.push(Event::Ended { expected, actual });
        }
        self.is_over = is_over;
    }

    fn has_ended(&self, thread: u8) -> bool {
        self.statuses[usize::from(thread)].is_killed || self.process.is_done(&self.code, thread)
    }
}
