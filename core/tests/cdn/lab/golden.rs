//! The scenarios as transcripts, which must never change. Of the long ones a fingerprint is kept.
//!
//! The same expectations hold natively and in wasm. `UPDATE_EXPECT=1` rewrites them natively.

use playground_core::cdn::lab::{Event, Exchange, Frame, Hop};
use playground_core::cdn::scenarios::{self, Named};
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

/// What was on the wire in the course of a click.
fn wire(frame: &Frame, exchange: &Exchange) -> String {
    let path = frame.path(exchange.item);
    let mut text = format!("reader {} {path}: {:?}\n", exchange.reader, exchange.end);
    for (at, hop) in &exchange.hops {
        match hop {
            Hop::Sent { flight, from, to, head } => {
                writeln!(text, "  {at} #{flight} {from} → {to}: {}", head.line).expect("a string");
                for (name, value) in &head.fields {
                    writeln!(text, "    {name}: {value}").expect("a string");
                }
            }
            Hop::Looked { at: node, found, freshness } => {
                let sum = freshness.map(|it| (it.age.current_age_ms, it.lifetime.ms));
                writeln!(text, "  {at} {node} looks: {found:?} {sum:?}").expect("a string");
            }
            hop => writeln!(text, "  {at} {hop:?}").expect("a string"),
        }
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
    for exchange in frame.exchanges.iter().take(8).filter(|_| !is_long) {
        text += &wire(&frame, exchange);
    }
    text + &format!("{:?}\n{:?}\n", frame.totals, frame.latency)
}

/// Compares a transcript with its file: the same text natively and in wasm, which has no files.
fn compare(name: &str, stored: &str, transcript: &str) {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let path = format!("../../golden/cdn/{name}.txt");
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
                $($name => Some(include_str!(concat!("../../golden/cdn/", $name, ".txt"))),)*
                _ => None,
            }
        };
    }
    stored! {
        "opening" "distance" "stampede" "stampede_alone" "expiry" "stale_while_revalidate" "origin_dies"
        "purge" "variants" "shield" "edge_dies" "edge_dies_modulo" "scan" "scan_resistant" "sandbox"
        "without_vary" "without_private" "without_age" "without_must_revalidate" "without_purge_order"
        "without_purge_of_fetches" "without_timeouts" "without_collapsing"
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
