//! Every run there is: the protocol keeps its promises in all of them, each mistake is caught with
//! its shortest run, and that run breaks the same promise in the lab.

use playground_core::sim::{Explorer, Limits, Model, Report, Time, Verdict, replay};
use playground_core::two_phase_commit::{
    Check, CheckAction, CheckModel, CheckState, Flaw, Happened,
};
use std::collections::{BTreeMap, BTreeSet};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const COMMITS: &str = "it can end with everybody committed";
const BLOCKS: &str = "everybody can be in doubt while the coordinator is down";

fn explore(check: Check) -> (Report<CheckAction>, CheckModel) {
    let mut explorer = Explorer::new(CheckModel::new(check), Limits { states: 1_000_000 });
    while explorer.expand(usize::MAX) {}
    let report = explorer.report();
    assert!(report.is_complete, "{check:?}");
    (report, explorer.model().clone())
}

/// The names of the promises that are broken, with the length of the shortest run of each.
fn broken(report: &Report<CheckAction>) -> Vec<(&'static str, usize)> {
    let broken = report.verdicts.iter().filter_map(|(name, verdict)| match verdict {
        Verdict::Broken(run) => Some((*name, run.actions.len())),
        _ => None,
    });
    broken.collect()
}

#[test]
fn the_protocol_keeps_its_promises_in_every_run() {
    for (participants, participant_crashes, coordinator_crashes, states) in
        [(2, 0, 0, 43), (2, 1, 1, 1_332), (2, 2, 2, 6_280), (3, 1, 2, 55_072)]
    {
        for is_sold_out in [false, true] {
            let check = Check {
                participants,
                participant_crashes,
                coordinator_crashes,
                is_sold_out,
                flaw: Flaw::None,
            };
            let (report, _) = explore(check);
            assert_eq!(broken(&report), [], "{check:?}");
            if !is_sold_out {
                assert_eq!(report.distinct, states, "{check:?}");
            }
            let verdict = |wanted| {
                let mut all = report.verdicts.iter();
                all.find_map(|(name, it)| (*name == wanted).then_some(it)).expect("it is checked")
            };
            let commits = matches!(verdict(COMMITS), Verdict::Witnessed(_));
            assert_eq!(commits, !is_sold_out, "{check:?}: {:?}", verdict(COMMITS));
            let blocks = matches!(verdict(BLOCKS), Verdict::Witnessed(_));
            let can_block = coordinator_crashes > 0 && !is_sold_out;
            assert_eq!(blocks, can_block, "{check:?}: {:?}", verdict(BLOCKS));
        }
    }
}

/// All states, found without the explorer, with the name of each as its key.
fn states(model: &mut CheckModel) -> BTreeMap<String, CheckState> {
    let initial = model.initial();
    let mut seen = BTreeMap::from([(format!("{initial:?}"), initial)]);
    let (mut waiting, mut successors) = (vec![initial], Vec::new());
    while let Some(state) = waiting.pop() {
        model.successors(&state, &mut successors);
        for (_, next) in successors.drain(..) {
            if seen.insert(format!("{next:?}"), next).is_none() {
                waiting.push(next);
            }
        }
    }
    seen
}

/// How many combinations there are of situations that the nodes can be in.
fn combinations(mut model: CheckModel) -> usize {
    let states = states(&mut model);
    states.values().map(CheckState::situations).collect::<BTreeSet<_>>().len()
}

#[test]
fn the_shortcuts_leave_no_combination_out() {
    for flaw in [Flaw::None, Flaw::ForgetVote] {
        for (participant_crashes, coordinator_crashes) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let check =
                Check { participant_crashes, coordinator_crashes, flaw, ..Check::default() };
            let with = combinations(CheckModel::new(check));
            let without = combinations(CheckModel::without_shortcuts(check));
            assert_eq!(with, without, "{check:?}");
        }
    }
}

#[test]
fn from_everywhere_everybody_gets_out_of_doubt_although_all_messages_are_lost() {
    for is_sold_out in [false, true] {
        let check = Check { is_sold_out, ..Check::default() };
        let mut model = CheckModel::without_shortcuts(check);
        let states = states(&mut model);
        assert!(states.len() > 1_000);
        let stuck = |timers, model: &mut CheckModel| {
            states.values().filter(|state| !model.settles(state, timers)).count()
        };
        assert_eq!(stuck(true, &mut model), 0, "{check:?}");
        // It is the timers that see to it.
        assert!(stuck(false, &mut model) > 100, "{check:?}");
    }
}

#[test]
fn each_mistake_is_caught_with_its_shortest_run() {
    let agreed = "no participant commits what another aborts";
    let kept = "what is committed is kept by everybody who promised";
    let followed = "nobody aborts what the coordinator has decided to commit";
    for (flaw, crashes, expected) in [
        (Flaw::DecideBeforeLogging, 1, vec![(agreed, 8), (kept, 8)]),
        (Flaw::ForgetVote, 1, vec![(agreed, 9), (kept, 7), (followed, 8)]),
        (Flaw::AbortOnTimeout, 0, vec![(agreed, 7), (kept, 7), (followed, 6)]),
        (Flaw::PresumeCommit, 0, vec![(agreed, 5), (kept, 4)]),
        (Flaw::AcknowledgeBeforeCommit, 1, vec![(agreed, 11), (kept, 11), (followed, 11)]),
    ] {
        let check = Check {
            participant_crashes: crashes,
            coordinator_crashes: crashes,
            flaw,
            ..Check::default()
        };
        let (report, model) = explore(check);
        assert_eq!(broken(&report), expected, "{flaw:?}");
        for (name, verdict) in &report.verdicts {
            let (Verdict::Broken(found) | Verdict::Witnessed(found)) = verdict else { continue };
            let run = model.run_of(&found.actions);
            let transcript = replay(&run, Time(u64::MAX), u64::MAX);
            let refused =
                transcript.events.iter().find(|(_, it)| matches!(it, Happened::Refused { .. }));
            assert_eq!(refused, None, "{flaw:?}: the lab can do all of it");
            if let Verdict::Broken(_) = verdict {
                let seen = transcript.violations.iter().any(|it| it.invariant == *name);
                assert!(seen, "{flaw:?}: the lab sees that {name:?} is broken");
            }
        }
    }
}
