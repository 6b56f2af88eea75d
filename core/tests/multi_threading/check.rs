//! Every interleaving there is: sound programs keep their promises in all of them, the others are caught with their
//! shortest run, and the interleavings are counted right.

use super::naive;
use expect_test::expect;
use playground_core::multi_threading::program::{Program, Setup};
use playground_core::multi_threading::promise::Promise;
use playground_core::multi_threading::{
    Check, CheckSearch, Finding, FindingVerdict, FoundRun, Interleavings,
};
use playground_core::sim::{Simulation, Time, replay};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// More interleavings than this take too long to run through one by one.
const MOST_TO_RUN_THROUGH: u128 = if cfg!(target_arch = "wasm32") { 2_000 } else { 20_000 };

fn setup(program: Program, threads: u8, iterations: u32) -> Setup {
    Setup { program, threads, iterations }
}

/// Everything that a search finds out.
fn search(setup: Setup) -> CheckSearch {
    let mut search = CheckSearch::new(Check { setup });
    while search.expand(10_000) {}
    assert!(search.progress().is_complete, "{setup:?}");
    search
}

fn interleavings(setup: Setup) -> Interleavings {
    search(setup).interleavings().expect("they have been counted")
}

/// The promises that are broken, each with its shortest run.
fn broken(search: &mut CheckSearch) -> Vec<(String, FoundRun)> {
    let broken = search.findings().into_iter().filter_map(|finding| match finding.verdict {
        FindingVerdict::Broken(run) => Some((finding.property, run)),
        _ => None,
    });
    broken.collect()
}

/// Small enough for every program; some of them have a million states with more.
fn sizes(program: Program) -> Vec<(u8, u32)> {
    let sizes = [(2, 1), (2, 2), (3, 1)];
    sizes.into_iter().filter(|(threads, _)| *threads <= program.most_threads()).collect()
}

#[test]
fn a_program_breaks_what_it_is_known_to_break_and_nothing_else() {
    for program in Program::ALL {
        let mut ever = Vec::new();
        for (threads, iterations) in sizes(program) {
            let mut search = search(setup(program, threads, iterations));
            for (name, _) in broken(&mut search) {
                let known = program.breaks().iter().any(|it| it.name() == name);
                assert!(known, "{program:?}, {threads} threads, {iterations} rounds: {name}");
                ever.push(name);
            }
            let goes_well = search.findings().pop().expect("there are properties");
            let is_possible = matches!(goes_well.verdict, FindingVerdict::Possible(_));
            assert!(is_possible, "{program:?}: {goes_well:?}");
        }
        for promise in program.breaks() {
            assert!(ever.iter().any(|it| it == promise.name()), "{program:?}: {promise:?}");
        }
    }
}

#[test]
fn a_shortest_run_breaks_the_same_promise_in_the_lab() {
    for (program, promise, steps) in [
        (Program::Counter, Promise::NoUpdateLost, 6),
        (Program::Seats, Promise::NotOversold, 8),
        (Program::Transfer, Promise::EverybodyEnds, 2),
        (Program::Append, Promise::NoItemLost, 4),
        (Program::AppendReserved, Promise::NoGap, 1),
        (Program::Flag, Promise::OneAtATime, 6),
        (Program::Flag, Promise::NoUpdateLost, 12),
        (Program::PetersonOvertaken, Promise::OneAtATime, 8),
    ] {
        let mut search = search(setup(program, 2, 1));
        let found = broken(&mut search).into_iter().find(|(name, _)| name == promise.name());
        let (_, found) = found.unwrap_or_else(|| panic!("{program:?} keeps {promise:?}"));
        assert_eq!(found.steps.len(), steps, "{program:?}, {promise:?}: {:#?}", found.steps);
        let transcript = replay(&found.run, Time(u64::MAX), u64::MAX);
        let text = transcript.to_string();
        assert!(!text.contains("Refused"), "{text}");
        assert_eq!(transcript.violations, [], "{text}");
        let frame = transcript.state.frame(Time::ZERO);
        assert!(frame.broken.contains(&promise.name()), "{program:?}: {:?}", frame.broken);
    }
}

#[test]
fn a_run_is_told_in_words() {
    let of = |program| {
        let mut text = String::new();
        for (name, found) in broken(&mut search(setup(program, 2, 1))) {
            writeln!(text, "not true: {name}").expect("a string");
            found.steps.iter().for_each(|step| writeln!(text, "  {step}").expect("a string"));
        }
        text
    };
    expect![[r#"
        not true: no update is lost
          thread 1: load r0 ← counter, which is 0
          thread 1: add r0 ← r0 + 1, which is 1
          thread 2: load r0 ← counter, which is 0
          thread 1: store counter ← r0: counter was 0, is 1
          thread 2: add r0 ← r0 + 1, which is 1
          thread 2: store counter ← r0: counter was 1, is 1
    "#]]
    .assert_eq(&of(Program::Counter));
    expect![[r#"
        not true: there is no deadlock
          thread 1: lock mutexA
          thread 2: lock mutexB
    "#]]
    .assert_eq(&of(Program::Transfer));
    expect![[r#"
        not true: no more seats are sold than there are
          thread 1: load r0 ← seats, which is 1
          thread 1: if r0 ≤ 0 go to 5, which it does not
          thread 2: load r0 ← seats, which is 1
          thread 1: fetch-add r1 ← seats, by −1: seats was 1, is 0
          thread 1: fetch-add r1 ← sold, by 1: sold was 0, is 1
          thread 2: if r0 ≤ 0 go to 5, which it does not
          thread 2: fetch-add r1 ← seats, by −1: seats was 0, is -1
          thread 2: fetch-add r1 ← sold, by 1: sold was 1, is 2
    "#]]
    .assert_eq(&of(Program::Seats));
    expect![[r#"
        not true: every item that was appended has its slot
          thread 1: load r0 ← tail, which is 0
          thread 1: store slot[r0] ← item: slot 0 was empty, is item 1 of thread 1
          thread 2: load r0 ← tail, which is 0
          thread 2: store slot[r0] ← item: slot 0 was item 1 of thread 1, is item 1 of thread 2
    "#]]
    .assert_eq(&of(Program::Append));
}

/// How many orders there are of threads that each do so many instructions and never wait.
fn multinomial(threads: u8, instructions: u64) -> u128 {
    let choose = |n: u128, k: u128| (0..k).fold(1, |product, it| product * (n - it) / (it + 1));
    let each = u128::from(instructions);
    (1..=u128::from(threads)).map(|it| choose(it * each, each)).product()
}

#[test]
fn threads_that_never_wait_have_as_many_interleavings_as_the_formula_says() {
    for (program, instructions) in
        [(Program::Counter, 3), (Program::CounterAdded, 1), (Program::Append, 4)]
    {
        for (threads, iterations) in [(2, 1), (2, 2), (2, 4), (3, 1), (3, 2)] {
            let found = interleavings(setup(program, threads, iterations));
            let formula = multinomial(threads, instructions * u64::from(iterations));
            assert_eq!(found.total, Some(formula), "{program:?}, {threads} threads, {iterations}");
        }
    }
    assert_eq!(interleavings(setup(Program::Counter, 2, 1)).total, Some(20));
    assert_eq!(interleavings(setup(Program::Counter, 2, 1)).broken, Some(18));
}

#[test]
fn counting_is_running_through_all_of_them() {
    for program in Program::ALL {
        for (threads, iterations) in sizes(program) {
            let setup = setup(program, threads, iterations);
            let counted = interleavings(setup);
            // More takes too long, and what is not bounded has no end.
            if counted.total.is_none_or(|it| it > MOST_TO_RUN_THROUGH) {
                continue;
            }
            let naive = naive::count(setup);
            assert_eq!(counted.total, Some(naive.total), "{setup:?}");
            assert_eq!(counted.broken, Some(naive.broken), "{setup:?}");
            let near =
                |share: Option<f64>, other: f64| share.is_some_and(|it| (it - other).abs() < 1e-9);
            assert!(near(counted.broken_share, naive.broken_share), "{setup:?}");
            assert_eq!(counted.endings.len(), naive.ends.len(), "{setup:?}");
            for (ending, (end, (count, share))) in counted.endings.iter().zip(naive.ends) {
                assert_eq!((ending.is_deadlock, ending.lost, ending.actual), end, "{setup:?}");
                assert_eq!(ending.interleavings, Some(count), "{setup:?}");
                assert!(near(ending.share, share), "{setup:?}");
            }
        }
    }
}

#[test]
fn who_waits_in_a_loop_has_no_bound() {
    for program in [Program::Flag, Program::Peterson, Program::PetersonOvertaken] {
        let found = interleavings(setup(program, 2, 1));
        assert_eq!((found.total, found.broken, found.broken_share), (None, None, None));
        assert!(found.endings.iter().all(|it| it.interleavings.is_none() && it.share.is_none()));
    }
}

#[test]
fn the_numbers_stay() {
    let mut text = String::new();
    for (program, threads, iterations) in [
        (Program::Counter, 2, 1),
        (Program::Counter, 2, 2),
        (Program::Counter, 3, 1),
        (Program::CounterLocked, 2, 2),
        (Program::CounterLocked, 3, 1),
        (Program::CounterSwapped, 2, 2),
        (Program::CounterSwapped, 3, 1),
        (Program::CounterAdded, 3, 2),
        (Program::Seats, 2, 1),
        (Program::SeatsLocked, 2, 1),
        (Program::SeatsSwapped, 2, 1),
        (Program::Transfer, 2, 1),
        (Program::TransferOrdered, 2, 1),
        (Program::Append, 2, 2),
        (Program::AppendLocked, 2, 2),
        (Program::AppendReserved, 2, 2),
        (Program::Flag, 2, 1),
        (Program::Peterson, 2, 2),
        (Program::PetersonOvertaken, 2, 2),
    ] {
        let Interleavings { states, total, broken, endings, .. } =
            interleavings(setup(program, threads, iterations));
        let ends: Vec<_> = endings
            .iter()
            .map(|it| (it.is_deadlock, it.lost, it.interleavings.unwrap_or_default()))
            .collect();
        let total = total.map_or("no bound".to_owned(), |it| it.to_string());
        let broken = broken.map_or("?".to_owned(), |it| it.to_string());
        writeln!(
            text,
            "{program:?} {threads}x{iterations}: {states} states, {total} interleavings, {broken} broken, {ends:?}"
        )
        .expect("a string");
    }
    expect![[r#"
        Counter 2x1: 21 states, 20 interleavings, 18 broken, [(false, 0, 2), (false, 1, 18)]
        Counter 2x2: 116 states, 924 interleavings, 918 broken, [(false, 0, 6), (false, 1, 216), (false, 2, 702)]
        Counter 3x1: 141 states, 1680 interleavings, 1674 broken, [(false, 0, 6), (false, 1, 270), (false, 2, 1404)]
        CounterLocked 2x2: 57 states, 6 interleavings, 0 broken, [(false, 0, 6)]
        CounterLocked 3x1: 56 states, 6 interleavings, 0 broken, [(false, 0, 6)]
        CounterSwapped 2x2: 133 states, 13344 interleavings, 0 broken, [(false, 0, 13344)]
        CounterSwapped 3x1: 211 states, 52980 interleavings, 0 broken, [(false, 0, 52980)]
        CounterAdded 3x2: 27 states, 90 interleavings, 0 broken, [(false, 0, 90)]
        Seats 2x1: 35 states, 66 interleavings, 60 broken, [(false, 0, 6), (false, 1, 60)]
        SeatsLocked 2x1: 20 states, 2 interleavings, 0 broken, [(false, 0, 2)]
        SeatsSwapped 2x1: 43 states, 314 interleavings, 0 broken, [(false, 0, 314)]
        Transfer 2x1: 43 states, 6 interleavings, 2 broken, [(false, 0, 4), (true, 0, 2)]
        TransferOrdered 2x1: 40 states, 2 interleavings, 0 broken, [(false, 0, 2)]
        Append 2x2: 384 states, 12870 interleavings, 12864 broken, [(false, 0, 6), (false, 1, 1572), (false, 2, 11292)]
        AppendLocked 2x2: 109 states, 6 interleavings, 0 broken, [(false, 0, 6)]
        AppendReserved 2x2: 65 states, 70 interleavings, 70 broken, [(false, 0, 70)]
        Flag 2x1: 107 states, no bound interleavings, ? broken, [(false, 0, 0), (false, 1, 0)]
        Peterson 2x2: 606 states, no bound interleavings, ? broken, [(false, 0, 0)]
        PetersonOvertaken 2x2: 2357 states, no bound interleavings, ? broken, [(false, 0, 0), (false, 1, 0), (false, 2, 0)]
    "#]].assert_eq(&text);
}

#[test]
fn settings_out_of_range_are_brought_into_it() {
    for (threads, iterations) in [(0, 0), (u8::MAX, u32::MAX)] {
        for program in Program::ALL {
            let mut search = CheckSearch::new(Check { setup: setup(program, threads, iterations) });
            search.expand(1_000);
            assert!(search.progress().distinct > 1, "{program:?}");
        }
    }
}

#[test]
fn a_finding_survives_the_way_to_the_page() {
    let mut search = search(setup(Program::Counter, 2, 1));
    let findings = search.findings();
    let json = serde_json::to_string(&findings).expect("plain data");
    let back: Vec<Finding> = serde_json::from_str(&json).expect("what was written can be read");
    assert_eq!(back, findings);
    let counted = search.interleavings().expect("they have been counted");
    let json = serde_json::to_string(&counted).expect("plain data");
    assert_eq!(serde_json::from_str::<Interleavings>(&json).expect("can be read"), counted);
}

#[test]
fn few_preemptions_are_enough() {
    for (program, threads, preemptions, steps) in [
        (Program::Counter, 2, Some(1), 6),
        (Program::Counter, 3, Some(1), 6),
        (Program::Seats, 2, Some(1), 8),
        (Program::Transfer, 2, Some(1), 2),
        (Program::Append, 2, Some(1), 4),
        (Program::AppendReserved, 2, Some(0), 1),
        // One alone is not enough: the flag is down again when the other one is done.
        (Program::Flag, 2, Some(2), 6),
        (Program::PetersonOvertaken, 2, Some(2), 8),
        (Program::CounterLocked, 3, None, 0),
        (Program::CounterSwapped, 2, None, 0),
        (Program::Peterson, 2, None, 0),
    ] {
        let search = search(setup(program, threads, 1));
        let calmest = search.calmest();
        assert_eq!(calmest.as_ref().map(|it| it.preemptions), preemptions, "{program:?}");
        let Some(calmest) = calmest else { continue };
        assert_eq!(calmest.run.steps.len(), steps, "{program:?}: {:#?}", calmest.run.steps);
        let transcript = replay(&calmest.run.run, Time(u64::MAX), u64::MAX);
        let text = transcript.to_string();
        assert!(text.contains("Broke") && !text.contains("Refused"), "{text}");
    }
}
