//! The states as a graph: which follows on which, with numbers instead of the states.

use super::{CheckModel, CheckState};
use crate::multi_threading::instruction::Word;
use crate::sim::fingerprint;
use hashbrown::HashTable;
use std::collections::VecDeque;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct End {
    pub(super) is_deadlock: bool,
    pub(super) lost: u32,
    pub(super) actual: Word,
}

/// The states that have been reached, numbered in the order in which that happened, the start first.
pub(super) struct Graph {
    /// The numbers by fingerprint. Its order is never looked at.
    numbers: HashTable<(u64, u32)>,
    /// Those whose successors have not been looked at: the last ones.
    waiting: VecDeque<CheckState>,
    /// The successors of all states in a row, and where those of each state begin.
    edges: Vec<u32>,
    /// By whose step each of them is reached.
    by: Vec<u8>,
    begins: Vec<u32>,
    /// Of the states without a successor.
    pub(super) ends: Vec<(u32, End)>,
    /// Whether no promise is broken in a state.
    pub(super) kept: Vec<bool>,
}

impl Graph {
    pub(super) fn new(model: &CheckModel) -> Self {
        let mut graph = Graph {
            numbers: HashTable::new(),
            waiting: VecDeque::new(),
            edges: Vec::new(),
            by: Vec::new(),
            begins: vec![0],
            ends: Vec::new(),
            kept: Vec::new(),
        };
        graph.number(model, model.start());
        graph
    }

    /// The number of a state, the next one if it is new.
    fn number(&mut self, model: &CheckModel, state: CheckState) -> u32 {
        let fingerprint = fingerprint(&state);
        let known = self.numbers.find(fingerprint, |(it, _)| *it == fingerprint);
        if let Some((_, number)) = known {
            return *number;
        }
        let number = self.kept.len() as u32;
        self.numbers.insert_unique(fingerprint, (fingerprint, number), |(it, _)| *it);
        self.kept.push(model.is_kept(&state));
        self.waiting.push_back(state);
        number
    }

    /// Looks at the successors of so many states; false once there are none left.
    pub(super) fn expand(&mut self, model: &CheckModel, states: usize) -> bool {
        for _ in 0..states {
            let number = self.begins.len() as u32 - 1;
            let Some(state) = self.waiting.pop_front() else { return false };
            let before = self.edges.len();
            model.for_each_successor(&state, |thread, next| {
                let next = self.number(model, next);
                self.edges.push(next);
                self.by.push(thread);
            });
            self.begins.push(self.edges.len() as u32);
            if self.edges.len() == before {
                let tally = model.code.tally(&state);
                let is_deadlock = !model.is_at_end(&state);
                let end = End { is_deadlock, lost: tally.lost(), actual: tally.actual };
                self.ends.push((number, end));
            }
        }
        !self.waiting.is_empty()
    }

    /// How many states have been reached.
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// The states to which there are steps, one a step.
    pub(super) fn edges(&self) -> &[u32] {
        &self.edges
    }

    /// What follows on a state, and by whose step.
    pub(super) fn successors(&self, state: u32) -> impl ExactSizeIterator<Item = (u32, u32)> {
        let begins = &self.begins[state as usize..];
        let range = begins[0] as usize..begins[1] as usize;
        let by = self.by[range.clone()].iter().map(|thread| u32::from(*thread));
        by.zip(self.edges[range].iter().copied())
    }
}
