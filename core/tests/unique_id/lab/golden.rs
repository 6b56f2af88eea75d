//! The scenarios as transcripts, which must never change. Of the long ones a fingerprint is kept.
//!
//! The same expectations hold natively and in wasm. `UPDATE_EXPECT=1` rewrites them natively.

use playground_core::sim::{Simulation, replay, summarize};
use playground_core::unique_id::lab::{Event, Frame};
use playground_core::unique_id::scenarios::{self, Named};
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
    for worker in &frame.workers {
        let (state, number, made) = (worker.state, worker.number, worker.made);
        let ahead_ms = worker.clock.ahead_ms;
        writeln!(
            text,
            "worker {}: {state:?}, number {number:?}, {made} made, {ahead_ms} ms ahead",
            worker.worker
        )
        .expect("a string");
    }
    for (row, number) in frame.registry.numbers.iter().zip(0..).filter(|(it, _)| it.row.epoch > 0) {
        writeln!(text, "number {number}: {:?}", row.row).expect("a string");
    }
    for shard in frame.shards.iter() {
        let posts: Vec<_> = shard.last.iter().map(|it| (it.user, it.id.0)).collect();
        writeln!(text, "shard: {posts:?}").expect("a string");
    }
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
        let path = format!("../../golden/unique_id/{name}.txt");
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
                $($name => Some(include_str!(concat!("../../golden/unique_id/", $name, ".txt"))),)*
                _ => None,
            }
        };
    }
    stored! {
        "opening" "wheel" "same_millisecond" "full_millisecond" "step_back_waits" "step_back_refused"
        "step_back_borrowed" "set_back_over_a_restart" "given_back" "sleeper" "cut_off" "registry_dies"
        "all_taken" "skewed" "blog" "javascript" "end_of_the_epoch" "sandbox"
        "one_number" "sequence_runs_on" "seconds" "without_mask" "clock_trusted" "high_water_forgotten"
        "lease_not_looked_at" "no_fencing" "answer_before_write" "auto_increment"
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
