//! A model that remembers: its states are small numbers that mean something only to itself, and it
//! computes what follows from each only once, however often it is asked.

use crate::explorer::{PLENTY, broken, counts, explore};
use crate::two_phase::{Action, State, TwoPhase};
use playground_core::sim::{Explorer, Kind, Model, Progress, Property, Verdict};
use std::collections::BTreeMap;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Two-phase commit, a state a number. It cannot be shared, nor be compared, and need not.
struct Remembering {
    plain: TwoPhase,
    states: Vec<State>,
    numbers: BTreeMap<State, u32>,
    /// What follows from each state, once it has been asked for.
    following: BTreeMap<u32, Vec<(Action, u32)>>,
    computed: usize,
}

impl Remembering {
    fn new(plain: TwoPhase) -> Self {
        let (states, numbers, following) = Default::default();
        Remembering { plain, states, numbers, following, computed: 0 }
    }

    fn number(&mut self, state: State) -> u32 {
        *self.numbers.entry(state).or_insert_with_key(|state| {
            self.states.push(state.clone());
            self.states.len() as u32 - 1
        })
    }
}

impl Model for Remembering {
    const NAME: &'static str = "two_phase_remembering";
    type State = u32;
    type Action = Action;

    fn initial(&mut self) -> u32 {
        let initial = self.plain.initial();
        self.number(initial)
    }

    fn successors(&mut self, state: &u32, successors: &mut Vec<(Action, u32)>) {
        if let Some(known) = self.following.get(state) {
            successors.extend_from_slice(known);
            return;
        }
        self.computed += 1;
        let mut plain = Vec::new();
        self.plain.successors(&self.states[*state as usize], &mut plain);
        let start = successors.len();
        for (action, next) in plain {
            let number = self.number(next);
            successors.push((action, number));
        }
        self.following.insert(*state, successors[start..].to_vec());
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "nobody aborts what another commits",
                kind: Kind::Always,
                holds: |model, state| model.states[*state as usize].is_consistent(),
            },
            Property {
                name: "all can commit",
                kind: Kind::Sometimes,
                holds: |model, state| model.states[*state as usize].have_all_committed(),
            },
        ]
    }
}

#[test]
fn a_model_that_remembers_is_searched_like_any_other() {
    let mut explorer = Explorer::new(Remembering::new(TwoPhase(3)), PLENTY);
    while explorer.expand(17) {}
    let report = explorer.report();
    let plain = explore(TwoPhase(3));
    assert_eq!(counts(&report), counts(&plain));
    assert_eq!(broken(&report, "all can commit"), broken(&plain, "all can commit"));
    assert_eq!(explorer.model().computed, 288, "finding the run has computed nothing anew");
}

#[test]
fn progress_says_how_far_the_search_has_come() {
    let mut explorer = Explorer::new(Remembering::new(TwoPhase(3)), PLENTY);
    let start = Progress {
        distinct: 1,
        generated: 1,
        depth: 1,
        waiting: 1,
        decided: 0,
        is_complete: false,
    };
    assert_eq!(explorer.progress(), start);
    let mut expanded = 0;
    while explorer.expand(1) {
        expanded += 1;
        let (progress, report) = (explorer.progress(), explorer.report());
        assert_eq!((progress.distinct, progress.generated, progress.depth), counts(&report));
        assert_eq!(progress.waiting, progress.distinct - expanded);
        let is_decided = |it: &&(_, Verdict<_>)| matches!(it.1, Verdict::Witnessed(_));
        assert_eq!(progress.decided, report.verdicts.iter().filter(is_decided).count());
        assert!(!progress.is_complete);
    }
    let end = Progress {
        distinct: 288,
        generated: 1_146,
        depth: 11,
        waiting: 0,
        decided: 1,
        is_complete: true,
    };
    assert_eq!(explorer.progress(), end);
}
