//! A tiny program run many times over, a seed each, as fast as it goes: how often updates are lost, and how many.
//!
//! The same seed, scheduler and set-up give the same run as in the [`Lab`](super::lab::Lab), where it can be looked at as
//! long as it is short enough.

use super::instruction::Word;
use super::lab::{Scheduler, Standing};
use super::process::{Effect, MOST_THREADS, Process};
use super::program::{Code, Setup};
use super::promise::{self, Tally};
use crate::sim::Rng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most runs.
pub const MOST_RUNS: u32 = 1_000_000;
/// A run that has not ended after so many steps, besides a hundred a round, is given up: its threads wait in a loop for
/// what never comes.
const MOST_STEPS: u64 = 10_000_000;
/// How many steps a unit of work is.
const STEPS_A_UNIT: u64 = 1_000;

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The program, and how many threads run it how often; up to [`MOST_ROUNDS`](super::program::MOST_ROUNDS) in all.
    pub setup: Setup,
    /// Who decides which thread goes on; by hand is nobody, and nothing happens.
    pub scheduler: Scheduler,
    /// How many runs, 1 to [`MOST_RUNS`].
    pub runs: u32,
    /// The seed of the first of them; each has the next one.
    pub first_seed: u64,
}

/// How one run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// Its seed.
    pub seed: u64,
    /// What the updates come to.
    pub expected: Word,
    /// What the cells say.
    pub actual: Word,
    /// How many instructions were done or tried.
    pub steps: u64,
    /// How often another thread went on than before.
    pub switches: u64,
    /// Whether it came to its end: otherwise the threads wait for each other.
    pub has_ended: bool,
}

impl Ran {
    /// How many updates were lost; or how many seats were sold that are not there.
    pub fn lost(&self) -> u32 {
        self.expected.abs_diff(self.actual)
    }
}

/// What has come of the runs so far, in few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManyStanding {
    /// How many runs have ended, one way or the other.
    pub done: u32,
    /// How many there are.
    pub all: u32,
    /// How many runs lost how many updates, in the order of the losses; those that did not come to their end do not count.
    pub losses: Vec<(u32, u32)>,
    /// How many runs did not come to their end.
    pub stuck: u32,
    /// The seed of the first run of all that lost something or did not come to its end.
    pub first_bad_seed: Option<u64>,
    /// How many instructions were done or tried in all.
    pub steps: u64,
}

/// Runs under way, in portions.
#[derive(Clone, Debug)]
pub struct ManyRuns {
    plan: Plan,
    code: Code,
    running: Running,
    done: Vec<Ran>,
}

/// A run under way.
#[derive(Clone, Debug)]
struct Running {
    process: Process<Vec<Word>>,
    rng: Rng,
    seed: u64,
    running: Option<u8>,
    in_turn: u32,
    /// The lock that each thread waits for.
    waiting: [Option<u8>; MOST_THREADS as usize],
    steps: u64,
    switches: u64,
}

impl ManyRuns {
    /// Before the first run. Settings out of range are brought into it.
    pub fn new(plan: &Plan) -> Self {
        let plan = Plan {
            setup: plan.setup.clamped_unseen(),
            scheduler: plan.scheduler.clamped(),
            runs: plan.runs.clamp(1, MOST_RUNS),
            ..*plan
        };
        let code = Code::unseen(plan.setup);
        ManyRuns { running: Running::new(&code, plan.first_seed), plan, code, done: Vec::new() }
    }

    /// What is run, within the limits.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Goes on for so many thousands of steps; false once all runs have ended.
    pub fn advance(&mut self, units: usize) -> bool {
        let mut left = STEPS_A_UNIT.saturating_mul(units as u64);
        while left > 0 && self.done.len() < self.plan.runs as usize {
            let most = MOST_STEPS + 100 * u64::from(self.plan.setup.rounds());
            let before = self.running.steps;
            let goes_on = self.running.advance(&self.code, self.plan.scheduler, left.min(most));
            left -= (self.running.steps - before).min(left);
            if !goes_on || self.running.steps >= most {
                self.done.push(self.running.end(&self.code));
                let next_seed = self.running.seed.wrapping_add(1);
                self.running.restart(&self.code, next_seed);
                // However short a run is, it is some work.
                left = left.saturating_sub(1);
            }
        }
        self.done.len() < self.plan.runs as usize
    }

    /// The runs that have ended.
    pub fn done(&self) -> &[Ran] {
        &self.done
    }

    /// What has come of them.
    pub fn standing(&self) -> ManyStanding {
        let mut losses = BTreeMap::new();
        for ran in self.done.iter().filter(|it| it.has_ended) {
            *losses.entry(ran.lost()).or_insert(0) += 1;
        }
        let mut bad = self.done.iter().filter(|it| !it.has_ended || it.lost() > 0);
        ManyStanding {
            done: self.done.len() as u32,
            all: self.plan.runs,
            losses: losses.into_iter().collect(),
            stuck: self.done.iter().filter(|it| !it.has_ended).count() as u32,
            first_bad_seed: bad.next().map(|it| it.seed),
            steps: self.done.iter().map(|it| it.steps).sum::<u64>() + self.running.steps,
        }
    }
}

impl Running {
    fn new(code: &Code, seed: u64) -> Self {
        Running {
            process: Process::with_cells(code, vec![0; code.cells_in_all()]),
            rng: Rng::new(seed),
            seed,
            running: None,
            in_turn: 0,
            waiting: [None; MOST_THREADS as usize],
            steps: 0,
            switches: 0,
        }
    }

    fn restart(&mut self, code: &Code, seed: u64) {
        *self = Running::new(code, seed);
    }

    /// Does up to so many steps; false if there is nobody left who can go on.
    fn advance(&mut self, code: &Code, scheduler: Scheduler, steps: u64) -> bool {
        for _ in 0..steps {
            let standing = Standing { running: self.running, in_turn: self.in_turn };
            let (process, waiting) = (&self.process, &self.waiting);
            let can_go_on =
                |it: u8| waiting[usize::from(it)].is_none() && !process.is_done(code, it);
            let chosen = scheduler.choose(code.setup(), standing, &mut self.rng, can_go_on);
            let Some(thread) = chosen else { return false };
            self.go_on(code, thread);
        }
        true
    }

    #[inline]
    fn go_on(&mut self, code: &Code, thread: u8) {
        if self.running == Some(thread) {
            self.in_turn += 1;
        } else {
            self.switches += u64::from(self.running.is_some());
            self.running = Some(thread);
            self.in_turn = 1;
        }
        self.steps += 1;
        match self.process.step(code, thread) {
            Some(Effect::Blocked { lock, .. }) => self.waiting[usize::from(thread)] = Some(lock),
            Some(Effect::Unlocked { lock }) => {
                for waiting in self.waiting.iter_mut().filter(|it| **it == Some(lock)) {
                    *waiting = None;
                }
            }
            _ => {}
        }
    }

    fn end(&self, code: &Code) -> Ran {
        let Tally { expected, actual } = promise::tally(code, &self.process);
        let mut threads = 0..code.setup().threads;
        Ran {
            seed: self.seed,
            expected,
            actual,
            steps: self.steps,
            switches: self.switches,
            has_ended: threads.all(|it| self.process.is_done(code, it)),
        }
    }
}
