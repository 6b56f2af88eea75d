//! Every run there is: the promises hold in all of them, and each part that is left out is missed, with
//! its shortest run.

use playground_core::chat::{Check, CheckAction, CheckModel, Transport, Without};
use playground_core::sim::{
    Explorer, Limits, Report, Run, Span, Time, Verdict, Walk, WalkEvent, replay,
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
        let honest = explore(Check { without: None, ..check });
        assert_eq!(broken(&honest), [], "{check:?}");
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
