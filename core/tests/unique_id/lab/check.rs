//! Every run there is of leasing: the rules keep their promise in all of them, and each mistake is caught with its
//! shortest run.

use playground_core::sim::{
    Counterexample, Explorer, Limits, Report, Run, Span, Time, Verdict, Walk, replay,
};
use playground_core::unique_id::lab::Mistake;
use playground_core::unique_id::{
    Check, CheckAction, CheckModel, CheckSearch, Finding, FindingVerdict,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const UNIQUE: &str = "no ID is handed out twice";

/// Starts of each worker, leases, and how many states there are.
const ALL_OF: &[(u8, u8, usize)] = if cfg!(target_arch = "wasm32") {
    &[(1, 2, 59_320)]
} else {
    &[(1, 3, 207_204), (2, 2, 511_236)]
};

fn verdict<'a>(report: &'a Report<CheckAction>, name: &str) -> &'a Verdict<CheckAction> {
    let mut all = report.verdicts.iter();
    all.find_map(|(it, verdict)| (*it == name).then_some(verdict)).expect("it is checked")
}

#[test]
fn no_run_of_leasing_hands_out_an_id_twice() {
    for (starts, leases, states) in ALL_OF {
        let check = Check { starts: *starts, leases: *leases, mistake: None };
        let report = Explorer::new(CheckModel::new(check), Limits { states: 1_000_000 }).run();
        assert!(report.is_complete, "{check:?}");
        assert_eq!(report.distinct, *states, "{check:?}");
        for (name, verdict) in &report.verdicts {
            let is_kept = matches!(verdict, Verdict::Holds | Verdict::Witnessed(_));
            assert!(is_kept, "{check:?}: {name}: {verdict:?}");
        }
    }
}

/// The shortest run that breaks the promise; the search ends with it.
fn broken(check: Check) -> Counterexample<CheckAction> {
    let mut explorer = Explorer::new(CheckModel::new(check), Limits { states: 400_000 });
    loop {
        let goes_on = explorer.expand(5_000);
        match verdict(&explorer.report(), UNIQUE) {
            Verdict::Broken(found) => return found.clone(),
            _ => assert!(goes_on, "{check:?} breaks nothing"),
        }
    }
}

#[test]
fn each_mistake_is_caught_with_its_shortest_run() {
    for (mistake, steps) in [
        (Mistake::HighWaterForgotten, 10),
        (Mistake::LeaseNotLookedAt, 10),
        (Mistake::NoFencing, 13),
        (Mistake::AnswerBeforeWrite, 11),
    ] {
        assert!(Check::MISTAKES.contains(&mistake));
        let check = Check { starts: 1, leases: 2, mistake: Some(mistake) };
        let found = broken(check);
        let words: Vec<String> = found.actions.iter().map(ToString::to_string).collect();
        assert_eq!(words.len(), steps, "{mistake:?}: {words:#?}");
        // The run opens in a player, and breaks it there.
        let run: Run<Walk<CheckModel>> = found.into_run(CheckModel::new(check), Span::from_ms(500));
        let text = replay(&run, Time(u64::MAX), u64::MAX).to_string();
        assert!(text.contains(&format!("Broke({UNIQUE:?})")), "{text}");
        assert!(!text.contains("Refused"), "{text}");
    }
}

#[test]
fn a_search_tells_a_shortest_run_in_words() {
    let mistake = Some(Mistake::LeaseNotLookedAt);
    let mut search = CheckSearch::new(Check { starts: 1, leases: 2, mistake });
    let unique = |findings: Vec<Finding>| findings.into_iter().find(|it| it.property == UNIQUE);
    let first = unique(search.findings()).expect("it is checked");
    assert_eq!(first.verdict, FindingVerdict::Searching);
    while search.expand(5_000) {}
    let verdict = unique(search.findings()).expect("it is checked").verdict;
    let FindingVerdict::Broken(steps) = verdict else { panic!("{verdict:?}") };
    assert!(!search.progress().is_complete, "it ends with what it was to find");
    let expected = [
        "worker 0 starts",
        "worker 0 asks the registry",
        "worker 1 starts",
        "worker 1 asks the registry",
        "the registry, at 0 ms, hears start 1 of worker 0 ask for the number",
        "worker 0 hears the answer",
        "worker 0 makes an ID of 2 ms",
        "the registry, at 2 ms, hears start 1 of worker 1 ask for the number",
        "worker 1 hears the answer",
        "worker 1 makes an ID of 2 ms",
    ];
    assert_eq!(steps, expected);
}
