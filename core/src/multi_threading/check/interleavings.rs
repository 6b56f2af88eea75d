//! How many interleavings there are, and how they end: counted without running through them, by dynamic programming over
//! the graph of states.
//!
//! A state is reached in as many ways as all states before it together, so one pass in topological order is enough.
//! Threads that wait in a loop can come back to the same state: then there is no bound to the number of interleavings.

use super::graph::{End, Graph};
use super::preemptions::Fewest;
use super::{CheckModel, CheckStep};
use crate::multi_threading::instruction::Word;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most states of a graph whose interleavings are counted.
const MOST_STATES: usize = 1_500_000;

/// How many interleavings there are, and what becomes of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interleavings {
    /// Distinct states.
    pub states: u64,
    /// Steps from one state to another.
    pub steps: u64,
    /// All of them; none if threads can wait in a loop for as long as the scheduler likes, so that there is no bound, or if
    /// there are more than 2¹²⁸.
    pub total: Option<u128>,
    /// Those in which a promise is broken at some moment.
    pub broken: Option<u128>,
    /// How probable these are if each next step is drawn from all that are possible, each with the same probability.
    pub broken_share: Option<f64>,
    /// How they end: those that come to their end first, what loses least first.
    pub endings: Vec<Ending>,
}

/// A way to end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// Whether threads wait for each other for ever.
    pub is_deadlock: bool,
    /// How many updates are lost; or how many seats were sold that are not there.
    pub lost: u32,
    /// What the cells say in the end: the counter, the seats sold, the money, or the items that have a slot.
    pub actual: Word,
    /// In how many interleavings; none as with [`Interleavings::total`].
    pub interleavings: Option<u128>,
    /// How probable it is if each next step is drawn from all that are possible, each with the same probability.
    pub share: Option<f64>,
}

/// In how many ways a state is reached, and how probably. A count that reaches [`u128::MAX`] stays there, and means that
/// it is not known.
#[derive(Clone, Copy, Debug, Default)]
struct Ways {
    all: u128,
    share: f64,
    /// Without a broken promise on the way.
    kept: u128,
    kept_share: f64,
}

/// A count under way, in portions.
pub(super) struct Counting {
    graph: Graph,
    ways: Vec<Ways>,
    /// How many steps into each state have not been followed.
    missing: Vec<u32>,
    /// States that are reached in no more ways than are known.
    ready: Vec<u32>,
    followed: usize,
    counted: Option<Interleavings>,
    fewest: Option<Fewest>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Building,
    Following,
    Preempting,
    Done,
    TooLarge,
}

impl Counting {
    pub(super) fn new(model: &CheckModel) -> Self {
        Counting {
            graph: Graph::new(model),
            ways: Vec::new(),
            missing: Vec::new(),
            ready: Vec::new(),
            followed: 0,
            counted: None,
            fewest: None,
            stage: Stage::Building,
        }
    }

    /// Goes on for so many states; false once it is done.
    pub(super) fn advance(&mut self, model: &CheckModel, states: usize) -> bool {
        match self.stage {
            Stage::Building => {
                if !self.graph.expand(model, states) {
                    self.begin_following();
                } else if self.graph.len() > MOST_STATES {
                    self.stage = Stage::TooLarge;
                }
            }
            Stage::Following => {
                if !self.follow(states) {
                    self.counted = Some(self.sum_up());
                    // What comes next needs room as well.
                    self.ways = Vec::new();
                    let threads = model.check().setup.threads;
                    self.fewest = Some(Fewest::new(&self.graph, threads));
                    self.stage = Stage::Preempting;
                }
            }
            Stage::Preempting => {
                let fewest = self.fewest.as_mut();
                if !fewest.is_some_and(|it| it.advance(&self.graph, states)) {
                    self.stage = Stage::Done;
                }
            }
            Stage::Done | Stage::TooLarge => {}
        }
        !matches!(self.stage, Stage::Done | Stage::TooLarge)
    }

    fn begin_following(&mut self) {
        let len = self.graph.len();
        self.missing = vec![0; len];
        for to in self.graph.edges() {
            self.missing[*to as usize] += 1;
        }
        self.ways = vec![Ways::default(); len];
        // Nothing is broken before anybody has done anything.
        self.ways[0] = Ways { all: 1, share: 1.0, kept: 1, kept_share: 1.0 };
        // Somebody may come back to the start in a loop.
        self.ready.extend(Some(0).filter(|_| self.missing[0] == 0));
        self.stage = Stage::Following;
    }

    /// Passes on in how many ways states are reached, each to those that follow on it, once it is known; false once
    /// nothing is left.
    fn follow(&mut self, states: usize) -> bool {
        for _ in 0..states {
            let Some(from) = self.ready.pop() else { return false };
            self.followed += 1;
            let ways = self.ways[from as usize];
            let choices = self.graph.successors(from).len() as f64;
            for (_, to) in self.graph.successors(from) {
                let is_kept = self.graph.kept[to as usize];
                let next = &mut self.ways[to as usize];
                next.all = next.all.saturating_add(ways.all);
                next.share += ways.share / choices;
                if is_kept {
                    next.kept = next.kept.saturating_add(ways.kept);
                    next.kept_share += ways.kept_share / choices;
                }
                let missing = &mut self.missing[to as usize];
                *missing -= 1;
                if *missing == 0 {
                    self.ready.push(to);
                }
            }
        }
        true
    }

    /// The run that breaks a promise with the fewest preemptions, and how many it takes.
    pub(super) fn fewest_preemptions(&self) -> Option<(u32, Vec<CheckStep>)> {
        self.fewest.as_ref()?.result()
    }

    /// What has come of it; none while it is under way, or if there are too many states.
    pub(super) fn result(&self) -> Option<&Interleavings> {
        self.counted.as_ref()
    }

    fn sum_up(&self) -> Interleavings {
        // States that nobody has followed lie in a loop, or behind one.
        let is_bounded = self.followed == self.graph.len();
        let count = |count: u128| Some(count).filter(|it| is_bounded && *it < u128::MAX);
        let share = |share: f64| Some(share).filter(|_| is_bounded);
        let mut by_end: BTreeMap<End, Ways> = BTreeMap::new();
        let mut all = Ways::default();
        for (state, end) in &self.graph.ends {
            let ways = self.ways[*state as usize];
            for sum in [by_end.entry(*end).or_default(), &mut all] {
                sum.all = sum.all.saturating_add(ways.all);
                sum.kept = sum.kept.saturating_add(ways.kept);
                sum.share += ways.share;
                sum.kept_share += ways.kept_share;
            }
        }
        let endings = by_end.into_iter().map(|(end, ways)| Ending {
            is_deadlock: end.is_deadlock,
            lost: end.lost,
            actual: end.actual,
            interleavings: count(ways.all),
            share: share(ways.share),
        });
        Interleavings {
            states: self.graph.len() as u64,
            steps: self.graph.edges().len() as u64,
            total: count(all.all),
            broken: count(all.all).map(|it| it - all.kept),
            // Sums of many small shares are not exact in the last digits.
            broken_share: share((all.share - all.kept_share).clamp(0.0, 1.0)),
            endings: endings.collect(),
        }
    }
}
