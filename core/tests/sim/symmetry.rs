//! Two-phase commit with managers that may change places: as many states as there are orbits, or, as
//! stateright's `2pc` example counts them, as many as a rough representative leaves.

use crate::explorer::{PLENTY, broken, counts, explore, verdict};
use crate::two_phase::{Action, Manager, Outcome, State, TwoPhase};
use playground_core::sim::{
    Explorer, Kind, Model, Property, Span, Time, Verdict, WalkEvent, replay,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Two-phase commit, searched up to a permutation of its managers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Interchangeable {
    managers: u8,
    sorted: Sorted,
    /// Whether what can happen is listed from the end, and so visited in another order.
    is_reversed: bool,
}

/// By what the managers of a representative are in order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Sorted {
    /// By all that is known about each: the same representative for all states of an orbit.
    ByEverything,
    /// By the manager's own state only, as in stateright's example: who is equal in that, but not in
    /// what the coordinator has heard from it, stays where it is.
    ByOwnState,
}

impl Interchangeable {
    fn sorted(self, state: &State) -> State {
        let has = |bits: u8, manager: usize| bits & 1 << manager != 0;
        let with = |(it, own): (usize, &Manager)| (*own, has(state.heard, it), has(state.sent, it));
        let mut managers: Vec<_> = state.managers.iter().enumerate().map(with).collect();
        match self.sorted {
            Sorted::ByEverything => managers.sort(),
            Sorted::ByOwnState => managers.sort_by_key(|(own, _, _)| *own),
        }
        State {
            managers: managers.iter().map(|(own, _, _)| *own).collect(),
            outcome: state.outcome,
            heard: bits(managers.iter().map(|(_, heard, _)| *heard)),
            sent: bits(managers.iter().map(|(_, _, sent)| *sent)),
        }
    }
}

/// One bit each, the first the lowest.
fn bits(set: impl DoubleEndedIterator<Item = bool>) -> u8 {
    set.rev().fold(0, |bits, is_set| bits << 1 | u8::from(is_set))
}

impl Model for Interchangeable {
    const NAME: &'static str = "two_phase_interchangeable";
    type State = State;
    type Action = Action;

    fn initial(&mut self) -> State {
        TwoPhase(self.managers).initial()
    }

    fn successors(&mut self, state: &State, successors: &mut Vec<(Action, State)>) {
        TwoPhase(self.managers).successors(state, successors);
        if self.is_reversed {
            successors.reverse();
        }
    }

    fn representative<'a>(&self, state: &'a State) -> Cow<'a, State> {
        Cow::Owned(self.sorted(state))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "nobody aborts what another commits",
                kind: Kind::Always,
                holds: |_, state| state.is_consistent(),
            },
            Property {
                name: "the coordinator never commits",
                kind: Kind::Always,
                holds: |_, state| state.outcome != Outcome::Commit,
            },
            Property {
                name: "all can commit",
                kind: Kind::Sometimes,
                holds: |_, state| state.have_all_committed(),
            },
        ]
    }
}

/// Every orbit of two-phase commit, counted from all states: by the representatives themselves, which
/// are compared whole and not by fingerprints.
fn orbits(managers: u8) -> usize {
    let plain = Interchangeable { managers, sorted: Sorted::ByEverything, is_reversed: false };
    let initial = TwoPhase(managers).initial();
    let mut seen = BTreeSet::from([initial.clone()]);
    let mut waiting = vec![initial];
    while let Some(state) = waiting.pop() {
        let mut successors = Vec::new();
        TwoPhase(managers).successors(&state, &mut successors);
        waiting.extend(successors.into_iter().map(|it| it.1).filter(|it| seen.insert(it.clone())));
    }
    seen.iter().map(|state| plain.sorted(state)).collect::<BTreeSet<_>>().len()
}

#[test]
fn as_many_states_are_visited_as_there_are_orbits() {
    for (managers, expected) in [(1, 12), (2, 34), (3, 80), (4, 166), (5, 314)] {
        for is_reversed in [false, true] {
            let model = Interchangeable { managers, sorted: Sorted::ByEverything, is_reversed };
            let report = explore(model);
            assert_eq!(report.distinct, expected, "{managers} managers");
            assert_eq!(report.distinct, orbits(managers), "{managers} managers");
            let whole = explore(TwoPhase(managers));
            assert_eq!(report.depth, whole.depth, "no state is further away");
            let safe = verdict(&report, "nobody aborts what another commits");
            assert_eq!(*safe, Verdict::Holds);
            let steps = broken(&whole, "all can commit").actions.len();
            assert_eq!(broken(&report, "all can commit").actions.len(), steps);
        }
    }
}

/// "665" for five, says stateright's example, which is not the number of orbits: its representative
/// leaves managers in their places that differ only in what the coordinator has heard. An orbit is
/// then visited once or several times, depending on which of its states come first. Stateright goes
/// depth first, starting with the last thing that can happen; breadth first from the last counts the
/// same, from the first 508. All of an orbit's rough representatives, if none were left out: 1,092.
#[test]
fn a_rough_representative_counts_as_published_and_depends_on_the_order() {
    let rough = |is_reversed| {
        let model = Interchangeable { managers: 5, sorted: Sorted::ByOwnState, is_reversed };
        let report = explore(model);
        let safe = verdict(&report, "nobody aborts what another commits");
        assert_eq!(*safe, Verdict::Holds);
        assert_eq!(broken(&report, "all can commit").actions.len(), 5 * 3 + 1);
        counts(&report).0
    };
    assert_eq!(rough(true), 665);
    assert_eq!(rough(false), 508);
}

/// The search goes on from states that were really reached: had it gone on from representatives, an
/// action would name a manager that stands elsewhere in the state that the run has come to.
#[test]
fn a_counterexample_of_a_reduced_search_is_a_run_of_the_whole_model() {
    for sorted in [Sorted::ByEverything, Sorted::ByOwnState] {
        for is_reversed in [false, true] {
            let model = Interchangeable { managers: 4, sorted, is_reversed };
            let mut explorer = Explorer::new(model, PLENTY);
            while explorer.expand(10) {}
            let report = explorer.report();
            let name = "the coordinator never commits";
            let run = broken(&report, name).into_run(model, Span(1));
            let transcript = replay(&run, Time(u64::MAX), u64::MAX);
            let (took, rest): (Vec<_>, Vec<_>) =
                transcript.events.iter().partition(|(_, it)| matches!(it, WalkEvent::Took(_)));
            assert_eq!(took.len(), 2 * 4 + 1, "each prepares and is heard, then the commit");
            assert_eq!(rest, [&(Time(2 * 4 + 1), WalkEvent::Broke(name))]);
        }
    }
}
