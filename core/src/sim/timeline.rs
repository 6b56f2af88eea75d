//! Travel through a run: forward, back, to any moment; acting in the past forks it and keeps the
//! old branch.

use super::simulation::Playhead;
use super::snapshots::Snapshots;
use super::{Run, Simulation, Time};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How many entries of the past are kept for marks and lists; older ones can still be reached.
const PAST_LIMIT: usize = 20_000;
/// How many other branches are kept; the oldest goes first.
const BRANCH_LIMIT: usize = 16;

/// A place in a run: a time, and how many things have happened, since several may happen at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment {
    /// How many steps and actions have happened.
    pub position: u64,
    /// The time.
    pub time: Time,
}

/// Something that happened: a step of the model or an action of the reader.
#[derive(Clone, Debug, PartialEq)]
pub struct Past<E> {
    /// The moment right after it.
    pub moment: Moment,
    /// Whether the reader did it.
    pub is_action: bool,
    /// What it brought about.
    pub events: Vec<E>,
}

/// A future that was left behind when the reader acted in its past.
#[derive(Clone, Debug)]
pub struct Branch<S: Simulation> {
    /// The whole run.
    pub run: Run<S>,
    /// Where the reader turned off.
    pub forked_at: Moment,
    /// How far it had been seen.
    pub until: Time,
}

/// A run and a place in it.
#[derive(Clone, Debug)]
pub struct Timeline<S: Simulation> {
    run: Run<S>,
    head: Playhead<S>,
    frontier: Moment,
    past: VecDeque<Past<S::Event>>,
    snapshots: Snapshots<S>,
    branches: Vec<Branch<S>>,
}

impl<S: Simulation> Timeline<S> {
    /// At the start of a run. Actions are put in the order of their times.
    pub fn new(mut run: Run<S>) -> Self {
        run.actions.sort_by_key(|(at, _)| *at);
        let head = Playhead::new(&run);
        Timeline {
            snapshots: Snapshots::new(head.clone()),
            run,
            head,
            frontier: Moment::default(),
            past: VecDeque::new(),
            branches: Vec::new(),
        }
    }

    /// The run, with everything that has been done in it.
    pub fn run(&self) -> &Run<S> {
        &self.run
    }

    /// The present time.
    pub fn now(&self) -> Time {
        self.head.now
    }

    /// The present moment.
    pub fn moment(&self) -> Moment {
        Moment { position: self.head.position, time: self.head.now }
    }

    /// The furthest moment reached on this branch.
    pub fn frontier(&self) -> Moment {
        self.frontier
    }

    /// The present state.
    pub fn state(&self) -> &S {
        &self.head.state
    }

    /// What is to be drawn now.
    pub fn frame(&self) -> S::Frame {
        self.head.state.frame(self.head.now)
    }

    /// When the next step or recorded action is due.
    pub fn next_at(&self) -> Option<Time> {
        self.head.next_at(&self.run)
    }

    /// What has happened on this branch, in order, also what lies after the present.
    pub fn past(&self) -> impl DoubleEndedIterator<Item = &Past<S::Event>> + ExactSizeIterator {
        self.past.iter()
    }

    /// The branches left behind, the newest last.
    pub fn branches(&self) -> &[Branch<S>] {
        &self.branches
    }

    /// How many snapshots are held, which bounds the memory.
    pub fn snapshot_count(&self) -> usize {
        self.snapshots.len()
    }

    /// The names of the invariants that do not hold now.
    pub fn broken_invariants(&self) -> impl Iterator<Item = &'static str> {
        let broken = S::invariants().iter().filter(|it| !(it.holds)(&self.head.state));
        broken.map(|it| it.name)
    }

    /// Lets everything happen that is due up to and including `until`, and makes it the present.
    /// Goes nowhere if `until` is already past.
    pub fn advance(&mut self, until: Time) {
        while self.forward(until) {}
        self.head.now = self.head.now.max(until);
        self.frontier = self.frontier.max(self.moment());
    }

    /// Goes to a time, forward or back; everything due up to and including it has happened.
    pub fn seek(&mut self, time: Time) {
        if time < self.head.now {
            self.head = self.snapshots.newest(|head| head.now <= time);
        }
        self.advance(time);
    }

    /// Goes to a moment exactly, also between things that happen at the same time. If the run does
    /// not get as far as that position by then, goes to its time.
    pub fn go_to(&mut self, moment: Moment) {
        if moment.position < self.head.position || moment.time < self.head.now {
            let Moment { position, time } = moment;
            self.head = self.snapshots.newest(|head| head.position <= position && head.now <= time);
        }
        while self.head.position < moment.position && self.forward(moment.time) {}
        if self.next_at().is_none_or(|at| at >= moment.time) {
            self.head.now = self.head.now.max(moment.time);
            self.frontier = self.frontier.max(self.moment());
        }
    }

    /// Goes to the next thing that happens; false if nothing is left to happen.
    pub fn step(&mut self) -> bool {
        self.forward(Time(u64::MAX))
    }

    /// Goes back to the moment right after the last thing but one; false at the start.
    pub fn step_back(&mut self) -> bool {
        if self.head.position == 0 {
            let moved = self.head.now > Time::ZERO;
            self.head.now = Time::ZERO;
            return moved;
        }
        let target = self.head.position - 1;
        self.head = self.snapshots.newest(|head| head.position <= target);
        while self.head.position < target && self.forward(Time(u64::MAX)) {}
        true
    }

    /// Acts now. If anything lies in the future, it is kept as a branch and a new future begins.
    /// Returns what the action brought about.
    pub fn act(&mut self, action: S::Action) -> Vec<S::Event> {
        let now = self.head.now;
        let is_undone = self.run.actions.len() > self.head.applied;
        let is_past = self.frontier.position > self.head.position && self.frontier.time > now;
        if is_undone || is_past {
            let (forked_at, until) = (self.moment(), self.future_end());
            self.keep(Branch { run: self.run.clone(), forked_at, until });
        }
        // First cut, then advance: what the reader has taken back must not happen again.
        self.run.actions.truncate(self.head.applied);
        self.forget_future();
        self.advance(now);
        self.run.actions.push((now, action));
        self.forward(now);
        self.past.back().map(|past| past.events.clone()).unwrap_or_default()
    }

    /// Changes to a branch, at the moment where it was left; the present one is kept in its place.
    /// False if there is no such branch.
    pub fn switch(&mut self, index: usize) -> bool {
        if index >= self.branches.len() {
            return false;
        }
        let target = self.branches.remove(index);
        let until = self.future_end();
        let left = std::mem::replace(&mut self.run, target.run);
        let shared = shared_actions(&left, &self.run);
        self.head = self.snapshots.newest(|head| still_valid(head, shared, &self.run));
        self.forget_future();
        self.keep(Branch { run: left, forked_at: target.forked_at, until });
        self.advance(target.until);
        self.go_to(target.forked_at);
        true
    }

    fn future_end(&self) -> Time {
        let last_action = self.run.actions.last().map_or(Time::ZERO, |(at, _)| *at);
        self.frontier.time.max(last_action)
    }

    fn keep(&mut self, branch: Branch<S>) {
        if self.branches.len() == BRANCH_LIMIT {
            self.branches.remove(0);
        }
        self.branches.push(branch);
    }

    fn forget_future(&mut self) {
        let position = self.head.position;
        self.frontier = self.moment();
        self.snapshots.truncate(position);
        while self.past.back().is_some_and(|past| past.moment.position > position) {
            self.past.pop_back();
        }
    }

    fn forward(&mut self, until: Time) -> bool {
        let actions_before = self.head.applied;
        let Some(events) = self.head.forward(&self.run, until) else { return false };
        let moment = self.moment();
        self.snapshots.offer(&self.head);
        if moment.position > self.frontier.position {
            if self.past.len() == PAST_LIMIT {
                self.past.pop_front();
            }
            let is_action = self.head.applied > actions_before;
            self.past.push_back(Past { moment, is_action, events });
        }
        self.frontier = self.frontier.max(moment);
        true
    }
}

/// How many actions two runs have in common from the start; none if they start differently.
fn shared_actions<S: Simulation>(left: &Run<S>, right: &Run<S>) -> usize {
    if left.scenario != right.scenario || left.seed != right.seed {
        return 0;
    }
    let pairs = left.actions.iter().zip(&right.actions);
    pairs.take_while(|(left, right)| left == right).count()
}

/// Whether a state reached on one run is also reached on another that shares its first actions.
fn still_valid<S: Simulation>(head: &Playhead<S>, shared: usize, run: &Run<S>) -> bool {
    let next_action = run.actions.get(head.applied);
    head.applied <= shared && next_action.is_none_or(|(at, _)| *at >= head.now)
}
