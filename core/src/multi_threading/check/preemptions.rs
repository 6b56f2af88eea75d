//! The run that breaks a promise with the fewest preemptions, and among those in the fewest steps: how little a scheduler
//! has to do for it.
//!
//! A preemption is a switch away from a thread that could have gone on; whoever waits or is done is left for nothing. Most
//! errors show with very few of them (Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of
//! Multithreaded Programs", PLDI 2007), and such a run is the easiest to understand.

use super::CheckStep;
use super::graph::Graph;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What a run costs: preemptions, then steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    preemptions: u16,
    steps: u16,
}

const FAR: Cost = Cost { preemptions: u16::MAX, steps: u16::MAX };

/// Dijkstra's search for the cheapest run, in portions. A place is a state and the thread that has gone on last.
pub(super) struct Fewest {
    threads: u32,
    /// For each place what it costs to come there, and from where.
    known: Vec<(Cost, u32)>,
    waiting: BinaryHeap<Reverse<(Cost, u32)>>,
    broken: Option<u32>,
}

impl Fewest {
    pub(super) fn new(graph: &Graph, threads: u8) -> Self {
        let threads = u32::from(threads);
        let mut known = vec![(FAR, 0); graph.len() * threads as usize];
        let nothing = Cost { preemptions: 0, steps: 0 };
        // Whoever begins has not taken the processor from anybody.
        for (place, known) in (0..).zip(known.iter_mut().take(threads as usize)) {
            *known = (nothing, place);
        }
        let waiting = (0..threads).map(|place| Reverse((nothing, place))).collect();
        Fewest { threads, known, waiting, broken: None }
    }

    /// Goes on for so many states; false once the run is found, or there is none.
    pub(super) fn advance(&mut self, graph: &Graph, states: usize) -> bool {
        for _ in 0..states {
            let Some(Reverse((cost, place))) = self.waiting.pop() else { return false };
            if cost > self.known[place as usize].0 {
                // A cheaper way was found meanwhile.
                continue;
            }
            let (state, last) = (place / self.threads, place % self.threads);
            if !graph.kept[state as usize] {
                self.broken = Some(place);
                return false;
            }
            let could_go_on = graph.successors(state).any(|(thread, _)| thread == last);
            for (thread, to) in graph.successors(state) {
                let is_preemption = could_go_on && thread != last;
                let next_cost = Cost {
                    preemptions: cost.preemptions.saturating_add(is_preemption.into()),
                    steps: cost.steps.saturating_add(1),
                };
                let next = to * self.threads + thread;
                let known = &mut self.known[next as usize];
                if next_cost < known.0 {
                    *known = (next_cost, place);
                    self.waiting.push(Reverse((next_cost, next)));
                }
            }
        }
        true
    }

    /// How many preemptions it takes, and the run; none if there is no such run, or it has not been found.
    pub(super) fn result(&self) -> Option<(u32, Vec<CheckStep>)> {
        let mut place = self.broken?;
        let preemptions = self.known[place as usize].0.preemptions;
        let mut steps = Vec::new();
        while place >= self.threads {
            steps.push(CheckStep { thread: (place % self.threads) as u8 });
            place = self.known[place as usize].1;
        }
        steps.reverse();
        Some((preemptions.into(), steps))
    }
}
