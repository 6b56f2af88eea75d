//! The scenarios as transcripts, which must never change, and what each of them shows.
//!
//! The same expectations hold natively and in wasm. `UPDATE_EXPECT=1` rewrites them natively.

use playground_core::sim::{ClusterEvent, Simulation, Transcript, replay};
use playground_core::two_phase_commit::scenarios::{self, Named};
use playground_core::two_phase_commit::{Event, Happened, Lab};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn run(named: &Named) -> Transcript<Lab> {
    replay(&named.run, named.until, u64::MAX)
}

/// One line an event; what only repeats the line before it is left out.
fn line(happened: &Happened) -> Option<String> {
    let Happened::Cluster(event) = happened else { return Some(format!("{happened:?}")) };
    Some(match event {
        ClusterEvent::Started(node) => format!("{node} starts"),
        ClusterEvent::Crashed { node, lost_records } => {
            format!("{node} dies, {lost_records} records lost")
        }
        ClusterEvent::Sent(it) => format!("#{} {} → {} {:?}", it.id, it.from, it.to, it.message),
        ClusterEvent::Delivered(it) => format!("#{} arrives", it.id),
        ClusterEvent::Lost(it, reason) => {
            format!("#{} {} → {} is lost ({reason:?})", it.id, it.from, it.to)
        }
        ClusterEvent::Appended { node, record, durability } => {
            format!("{node} writes {durability:?} {record:?}")
        }
        ClusterEvent::Forced(node) => format!("{node} has it on disk"),
        ClusterEvent::Fired(node, timer) => format!("{node} has waited for {timer:?}"),
        ClusterEvent::Reported(_, Event::Holds { .. }) => return None,
        ClusterEvent::Reported(node, event) => format!("{node} reports {event:?}"),
        ClusterEvent::Refused(node) => format!("{node} is not there"),
    })
}

fn transcript(named: &Named) -> String {
    let transcript = run(named);
    let mut text = format!("{}\n", named.title);
    for (at, happened) in &transcript.events {
        if let Some(line) = line(happened) {
            writeln!(text, "{at} {line}").expect("a string");
        }
    }
    for violation in &transcript.violations {
        writeln!(text, "from {} on, not true: {}", violation.at, violation.invariant)
            .expect("a string");
    }
    let frame = transcript.state.frame(named.until);
    for order in frame.orders.iter() {
        writeln!(text, "{:?} {:?} {:?}", order.order, order.state, order.cost).expect("a string");
    }
    for node in &frame.nodes {
        let (free, held) = (node.free, node.held);
        writeln!(text, "{}: free {free:?}, held {held:?}, {} in doubt", node.id, node.doubts.len())
            .expect("a string");
    }
    text
}

/// Compares a transcript with its file: the same text natively and in wasm, which has no files.
fn compare(name: &str, stored: &str, transcript: &str) {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let path = format!("../golden/two_phase_commit/{name}.txt");
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
                $($name => Some(include_str!(concat!("../golden/two_phase_commit/", $name, ".txt"))),)*
                _ => None,
            }
        };
    }
    stored! {
        "opening" "burger" "pizzas" "drinks"
        "no-courier" "bill" "pick-up" "quote"
        "blocked" "participant-dies" "lost-vote" "partitioned"
        "operator" "lying-disk" "decide-before-logging" "forget-vote"
        "abort-on-timeout" "presume-commit" "acknowledge-before-commit"
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
