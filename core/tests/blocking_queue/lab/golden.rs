//! The scenarios as transcripts, which must never change. Of the long ones a fingerprint is kept.
//!
//! The same expectations hold natively and in wasm. `UPDATE_EXPECT=1` rewrites them natively.

use playground_core::blocking_queue::lab::{Event, Frame, Item, WorkerView};
use playground_core::blocking_queue::scenarios::{self, Named};
use playground_core::sim::{Simulation, replay, summarize};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// More events than this are not written out.
const MOST_LINES: usize = 150;

fn line(event: &Event) -> String {
    match event {
        Event::Made { by, item } => format!("{by} has made {item}"),
        Event::Stored { by, item, length } => format!("{by} stored {item}, {length} inside"),
        Event::Taken { by, item, waited, length } => {
            format!("{by} took {item} after {waited}, {length} inside")
        }
        Event::Finished { consumer, item } => format!("consumer {} finished {item}", consumer + 1),
        Event::Dropped { item, why } => format!("{item} is gone: {why:?}"),
        Event::Parked { by, is_again: false } => format!("{by} parked"),
        Event::Parked { by, is_again: true } => format!("{by} parked again"),
        Event::Woken { party, by: Some(by) } => format!("{party} woken by {by}"),
        Event::Asked { call, ask } => format!("command {call}: {ask}"),
        Event::Answered { call, answer } => format!("command {call}: {answer}"),
        other => {
            format!("{other:?}").replace(" {", ":").replace(['{', '}'], "").trim_end().to_owned()
        }
    }
}

fn names<'a>(items: impl IntoIterator<Item = &'a Item>) -> String {
    items.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// What is left at the end.
fn summary(frame: &Frame) -> String {
    let mut text = format!("inside, of {}: {}\n", frame.capacity, names(&frame.items));
    for view in frame.producers.iter().chain(&frame.consumers) {
        let WorkerView { worker, state, done, parks, parked, .. } = view;
        writeln!(text, "{worker}: {state:?}, {done} done, parked {parks} times, {parked} in all")
            .expect("a string");
    }
    let waits = |parties: &[_]| format!("{parties:?}");
    writeln!(text, "wait sets: {} {}", waits(&frame.putters), waits(&frame.takers))
        .expect("a string");
    writeln!(text, "inside: {:?}", frame.inside).expect("a string");
    writeln!(text, "before: {:?}", frame.before).expect("a string");
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
    let frame = transcript.state.frame(named.until);
    text + &summary(&frame) + &format!("{:?}\n", frame.totals)
}

/// Compares a transcript with its file: the same text natively and in wasm, which has no files.
fn compare(name: &str, stored: &str, transcript: &str) {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let path = format!("../../golden/blocking_queue/{name}.txt");
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
                $($name => {
                    Some(include_str!(concat!("../../golden/blocking_queue/", $name, ".txt")))
                })*
                _ => None,
            }
        };
    }
    stored! {
        "opening" "back_pressure" "empty" "bursts" "long_queue" "drop_newest" "drop_oldest" "time_out" "impatient"
        "woken_unwoken" "barging" "fair" "paused" "crashed" "commands" "closing" "memoryless" "sandbox"
        "if_for_while" "shared_condition" "notify_before_change" "notify_on_edge" "no_lock" "timeout_swallows"
        "close_wakes_one" "close_drops" "overtaking"
    }
}

#[test]
fn transcripts_stay() {
    for named in scenarios::all().into_iter().chain(scenarios::broken()) {
        let stored = stored(named.name);
        let stored = stored.unwrap_or_else(|| panic!("{:?} has no transcript yet", named.name));
        compare(named.name, stored, &transcript(&named));
    }
}
