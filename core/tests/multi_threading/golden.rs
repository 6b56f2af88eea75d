//! The scenarios as transcripts, which must never change. Of the long ones a fingerprint is kept.
//!
//! The same expectations hold natively and in wasm. `UPDATE_EXPECT=1` rewrites them natively.

use playground_core::multi_threading::lab::{Event, Frame};
use playground_core::multi_threading::scenarios::{self, Named};
use playground_core::sim::{Simulation, replay, summarize};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// More events than this are not written out.
const MOST_LINES: usize = 150;

fn line(event: &Event) -> String {
    let text = format!("{event:?}");
    text.replace(" {", ":").replace(['{', '}'], "").trim_end().to_owned()
}

/// What is left at the end.
fn summary(frame: &Frame) -> String {
    let mut text = String::new();
    for thread in &frame.threads {
        let (state, round, steps) = (thread.state, thread.round, thread.steps);
        writeln!(text, "thread {}: {state:?}, {round} rounds, {steps} steps", thread.thread)
            .expect("a string");
    }
    let cells: Vec<_> =
        frame.cells.iter().map(|it| format!("{} = {}", it.name, it.value)).collect();
    writeln!(text, "{}", cells.join(", ")).expect("a string");
    let locks: Vec<_> = frame.locks.iter().map(|it| (it.name, it.owner, &it.waiting)).collect();
    writeln!(text, "{locks:?}").expect("a string");
    let (tally, switches) = (frame.tally, frame.switches);
    writeln!(text, "{tally:?} of {}, {switches} switches", frame.expected_at_end)
        .expect("a string");
    writeln!(text, "broken: {:?}", frame.broken).expect("a string");
    text
}

fn transcript(named: &Named) -> String {
    let transcript = replay(&named.run, named.until, u64::MAX);
    let mut text = format!("{}\n", named.title);
    let is_long = transcript.events.len() > MOST_LINES;
    if is_long {
        writeln!(text, "{:?}", summarize(&named.run, transcript.steps)).expect("a string");
    }
    for (at, event) in transcript.events.iter().filter(|_| !is_long) {
        writeln!(text, "{at} {}", line(event)).expect("a string");
    }
    for violation in &transcript.violations {
        writeln!(text, "from {} on, not true: {}", violation.at, violation.invariant)
            .expect("a string");
    }
    text + &summary(&transcript.state.frame(named.until))
}

/// Compares a transcript with its file: the same text natively and in wasm, which has no files.
fn compare(name: &str, stored: &str, transcript: &str) {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let path = format!("../golden/multi_threading/{name}.txt");
        expect_test::expect_file![path].assert_eq(transcript);
        return;
    }
    // Git may have given the file other line ends.
    assert_eq!(transcript, stored.replace("\r\n", "\n"), "the transcript of {name:?} has changed");
}

/// The stored transcript of a scenario.
fn stored(name: &str) -> Option<&'static str> {
    macro_rules! stored {
        ($($name:literal)*) => {
            match name {
                $($name => Some(include_str!(concat!("../golden/multi_threading/", $name, ".txt"))),)*
                _ => None,
            }
        };
    }
    stored! {
        "opening" "lost_update" "whole_turns" "cut_turns" "locked" "swapped" "added" "last_seat"
        "last_seat_locked" "last_seat_swapped" "deadlock" "ordered" "ring" "appended" "appended_locked" "gap"
        "flag" "peterson" "overtaken" "holder_paused" "holder_killed" "sandbox"
    }
}

#[test]
fn transcripts_stay() {
    for named in scenarios::all() {
        let stored = stored(named.name);
        let stored = stored.unwrap_or_else(|| panic!("{:?} has no transcript yet", named.name));
        compare(named.name, stored, &transcript(&named));
    }
}
