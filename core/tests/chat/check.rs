//! Every run there is: the promises hold in all of them, and each part that is left out is missed, with
//! its shortest run.

use playground_core::chat::wire::Message;
use playground_core::chat::{Check, CheckAction, CheckModel, Happened, LOBBY, Transport, Without};
use playground_core::sim::{
    Explorer, Limits, Model, Report, Rng, Run, Simulation, Span, Time, Verdict, Walk, WalkEvent,
    replay,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const RETRY: &str = "the server sees a retry of what it has";
const TWICE: &str = "no message is shown twice";
const STORED: &str = "no message is stored twice";
const MISSING: &str = "no message is missing between two that are shown";
const ORDER: &str = "messages are shown in order";
const ALL: &str = "in the end everybody shows everything";

fn explore(check: Check) -> Report<CheckAction> {
    let report = Explorer::new(CheckModel::new(check), Limits { states: 200_000 }).run();
    assert!(report.is_complete, "{check:?}");
    report
}

/// The names of the promises that are broken, with the length of the shortest run of each.
fn broken(report: &Report<CheckAction>) -> Vec<(&'static str, usize)> {
    let broken = report.verdicts.iter().filter_map(|(name, verdict)| match verdict {
        Verdict::Broken(run) => Some((*name, run.actions.len())),
        _ => None,
    });
    broken.collect()
}

fn sees_a_retry(report: &Report<CheckAction>) -> bool {
    report.verdicts.iter().any(|it| it.0 == RETRY && matches!(it.1, Verdict::Witnessed(_)))
}

#[test]
fn every_promise_holds_in_every_run() {
    let calm = Check { cuts: 0, crashes: 0, ..Check::default() };
    let raw = Check { transport: Transport::Raw, ..calm };
    let one = Check { messages: 1, ..calm };
    for (check, states, retries) in [
        (calm, 157, false),
        (Check { cuts: 1, ..one }, 169, false),
        (Check { crashes: 1, ..one }, 722, false),
        (Check { cuts: 1, crashes: 1, ..one }, 3_759, false),
        (Check { cuts: 1, ..calm }, 2_141, false),
        (Check { doubles: 1, messages: 1, ..raw }, 145, true),
        (raw, 2_283, false),
        (Check { tabs: 3, cuts: 1, ..one }, 628, false),
    ] {
        let report = explore(check);
        assert_eq!(broken(&report), [], "{check:?}");
        assert_eq!(report.distinct, states, "{check:?}");
        // On connections that keep order, whoever resumes before sending again repeats nothing.
        assert_eq!(sees_a_retry(&report), retries, "{check:?}");
    }
}

/// Two tabs, two messages, a cut at any moment, and a server that dies between any two outputs.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn every_promise_holds_with_a_cut_and_a_crash() {
    let report = explore(Check::default());
    assert_eq!(broken(&report), []);
    assert_eq!((report.distinct, report.depth), (67_964, 25));
    assert!(!sees_a_retry(&report));
}

#[test]
fn each_part_that_is_left_out_is_missed() {
    let calm = Check { cuts: 0, crashes: 0, ..Check::default() };
    let raw = Check { transport: Transport::Raw, ..calm };
    let (numbers, ids, resume) =
        (Some(Without::SequenceNumbers), Some(Without::Idempotency), Some(Without::Resume));
    for (check, expected) in [
        (Check { without: numbers, messages: 1, cuts: 1, ..calm }, vec![(TWICE, 7), (ALL, 8)]),
        (Check { without: numbers, ..raw }, vec![(ORDER, 6), (ALL, 10)]),
        (
            Check { without: ids, messages: 1, doubles: 1, ..raw },
            vec![(TWICE, 6), (STORED, 4), (ALL, 10)],
        ),
        // Whoever resumes sees what is stored, and sends nothing again: the numbers do for both.
        (Check { without: ids, messages: 1, cuts: 1, ..calm }, vec![]),
        (Check { without: resume, messages: 1, cuts: 1, ..calm }, vec![(ALL, 8)]),
        (Check { without: resume, messages: 3, cuts: 1, ..calm }, vec![(MISSING, 12), (ALL, 16)]),
    ] {
        let report = explore(check);
        assert_eq!(broken(&report), expected, "{check:?}");
        breaks_in_the_lab(check, &report);
        let honest = explore(Check { without: None, ..check });
        assert_eq!(broken(&honest), [], "{check:?}");
    }
}

/// Each shortest run can be done in the lab, and breaks the same promise there; that nothing more comes
/// is not a promise of the lab.
fn breaks_in_the_lab(check: Check, report: &Report<CheckAction>) {
    let model = CheckModel::new(check);
    for (name, verdict) in &report.verdicts {
        let Verdict::Broken(found) = verdict else { continue };
        let run = model.run_of(&found.actions);
        let until = Time::from_ms((found.actions.len() as u64 + 1) * 1_000);
        let transcript = replay(&run, until, u64::MAX);
        let refused =
            transcript.events.iter().find(|(_, it)| matches!(it, Happened::Refused { .. }));
        assert_eq!(refused, None, "{check:?}: the lab can do all of it");
        if *name != ALL {
            let seen = transcript.violations.iter().any(|it| it.invariant == *name);
            assert!(seen, "{check:?}: the lab sees that {name:?} is broken");
        }
    }
}

/// What the model does, the lab does: after any run of the model, the same run of the lab stores the same
/// and shows the same.
#[test]
fn the_lab_does_what_the_check_does() {
    let mut rng = Rng::new(7);
    let raw =
        Check { transport: Transport::Raw, cuts: 0, crashes: 0, doubles: 2, ..Check::default() };
    for check in [Check { messages: 3, cuts: 2, crashes: 2, ..Check::default() }, raw] {
        for _ in 0..60 {
            let mut model = CheckModel::new(check);
            let mut state = model.initial();
            let (mut actions, mut successors) = (Vec::new(), Vec::new());
            for _ in 0..rng.below(30) {
                model.successors(&state, &mut successors);
                let count = successors.len() as u64;
                if count == 0 {
                    break;
                }
                let (action, next) = successors.swap_remove(rng.below(count) as usize);
                actions.push(action);
                state = next;
                successors.clear();
            }
            let run = model.run_of(&actions);
            let until = Time::from_ms((actions.len() as u64 + 1) * 1_000 - 1);
            let lab = replay(&run, until, u64::MAX).state;
            let ids = |messages: Vec<&Message>| -> Vec<(u64, String)> {
                messages.iter().map(|it| (it.seq, it.text.to_string())).collect()
            };
            let frame = lab.frame(until);
            let rooms = frame.server.rooms.iter().filter(|it| &*it.name == LOBBY);
            let stored = rooms.flat_map(|it| it.messages.iter().map(|(it, _)| &**it)).collect();
            let expected = state.store().iter().map(|it| &**it).collect();
            assert_eq!(ids(stored), ids(expected), "{check:?} {actions:?}");
            for (number, tab) in state.tabs().iter().enumerate() {
                let node = lab.cluster().nodes()[number + 1].machine().and_then(|it| it.tab());
                let client = node.expect("a tab").client();
                let shown = client.messages(LOBBY).map(|it| &**it).collect();
                let expected = tab.client().messages(LOBBY).map(|it| &**it).collect();
                assert_eq!(ids(shown), ids(expected), "{check:?} tab {number} {actions:?}");
            }
        }
    }
}

#[test]
fn a_shortest_run_opens_in_the_player_and_breaks_the_same() {
    let check = Check {
        without: Some(Without::SequenceNumbers),
        messages: 1,
        crashes: 0,
        ..Check::default()
    };
    for (name, verdict) in explore(check).verdicts {
        let Verdict::Broken(found) = verdict else { continue };
        let run = found.into_run(CheckModel::new(check), Span::from_ms(1_000));
        let json = serde_json::to_string(&run).expect("plain data");
        let run: Run<Walk<CheckModel>> = serde_json::from_str(&json).expect("it can be read");
        let transcript = replay(&run, Time(u64::MAX), u64::MAX);
        let last = transcript.events.last().map(|(_, event)| event.clone());
        assert_eq!(last, Some(WalkEvent::Broke(name)));
        let refused = transcript.events.iter().any(|(_, it)| matches!(it, WalkEvent::Refused(_)));
        assert!(!refused);
    }
}
