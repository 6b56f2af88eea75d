//! The scenarios as transcripts, which must never change, with every piece on the wire.
//!
//! The same expectations hold natively and in wasm. `UPDATE_EXPECT=1` rewrites them natively.

use playground_core::sim::{Simulation, Transcript, replay};
use playground_core::websocket::lab::{Lab, PieceView};
use playground_core::websocket::scenarios::{self, Named};
use playground_core::websocket::wire::Direction;
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A head as its lines, a frame as its first bytes and its fields.
fn piece(text: &mut String, view: &PieceView) {
    let PieceView { connection, direction, piece, sent_at, arrives_at } = view;
    let arrow = if *direction == Direction::ToServer { "→" } else { "←" };
    let arrival = arrives_at.map_or("never".into(), |at| at.to_string());
    let ignored = if piece.is_ignored { ", ignored" } else { "" };
    let bytes: Vec<String> =
        piece.bytes.iter().take(24).map(|byte| format!("{byte:02x}")).collect();
    let count = piece.bytes.len();
    writeln!(
        text,
        "{connection} {arrow} sent {sent_at}, arrives {arrival}, {count} bytes{ignored}"
    )
    .expect("a string");
    writeln!(text, "    {}", bytes.join(" ")).expect("a string");
    for field in piece.fields.iter() {
        let broken = if field.is_broken { "  BROKEN" } else { "" };
        let (name, value) = (field.kind.name(), &field.value);
        writeln!(text, "    {:?} {name}: {value:.60}{broken}", field.bits).expect("a string");
    }
    if let Some(error) = &piece.error {
        writeln!(text, "    {error:?}").expect("a string");
    }
}

fn transcript(named: &Named) -> String {
    let transcript: Transcript<Lab> = replay(&named.run, named.until, u64::MAX);
    let mut text = format!("{}\n{transcript}", named.title);
    let frame = transcript.state.frame(named.until);
    frame.pieces().for_each(|view| piece(&mut text, view));
    for side in [&frame.client, &frame.server] {
        let (state, seen) = (side.state, side.seen_code);
        writeln!(text, "{:?} is {state:?}, is told {seen:?}", side.role).expect("a string");
        for delivery in side.delivered.iter() {
            let payload = String::from_utf8_lossy(&delivery.payload);
            let payload: String = payload.chars().take(40).collect();
            writeln!(text, "    {} {:?} {payload:?}", delivery.at, delivery.opcode)
                .expect("a string");
        }
    }
    writeln!(text, "{:?}", frame.ending).expect("a string");
    text
}

/// Compares a transcript with its file: the same text natively and in wasm, which has no files.
fn compare(name: &str, stored: &str, transcript: &str) {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let path = format!("../golden/websocket/{name}.txt");
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
                $($name => Some(include_str!(concat!("../golden/websocket/", $name, ".txt"))),)*
                _ => None,
            }
        };
    }
    stored! {
        "opening" "handshake" "fragments" "lengths" "byte-by-byte" "closing" "crossing"
        "flipped-bit" "lost-segment" "cut" "stale-answer" "old-version" "growing"
        "unmasked" "reserved-bit" "reserved-opcode" "fragmented-ping" "long-ping"
        "lone-continuation" "unfinished-message" "padded-length" "huge-length" "gibibyte"
        "invalid-text" "half-a-code" "forbidden-code" "invalid-reason"
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

#[test]
fn scenarios_are_told_apart_and_end() {
    let all = scenarios::all();
    for (index, named) in all.iter().enumerate() {
        assert!(all[..index].iter().all(|other| other.name != named.name), "{}", named.name);
        let transcript: Transcript<Lab> = replay(&named.run, named.until, u64::MAX);
        assert_eq!(transcript.violations, [], "{}", named.name);
        assert_eq!(transcript.state.next_at(), None, "{}: nothing is left to happen", named.name);
        assert_eq!(named.run.scenario, named.run.scenario.clamped(), "{}", named.name);
    }
}
