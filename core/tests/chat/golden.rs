//! The scenarios as transcripts, which must never change, and what each of them shows.
//!
//! The same expectations hold natively and in wasm. `UPDATE_EXPECT=1` rewrites them natively.

use playground_core::chat::scenarios::{self, Named};
use playground_core::chat::{Body, Frame, Happened, Lab, Record, Timer};
use playground_core::sim::{ClusterEvent, Simulation, Transcript, replay};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

pub fn run(named: &Named) -> Transcript<Lab> {
    replay(&named.run, named.until, u64::MAX)
}

fn body(body: &Body) -> String {
    match body {
        Body::ToServer(message) => serde_json::to_string(message).expect("plain data"),
        // What the limits are, is another test's concern.
        Body::ToTab(message) => {
            let text = serde_json::to_string(message).expect("plain data");
            text.split(r#","limits""#).next().unwrap_or_default().to_owned()
        }
        body => format!("{body:?}"),
    }
}

/// One line an event; what only keeps connections going, or is saved in a browser, is left out.
pub fn line(happened: &Happened) -> Option<String> {
    let Happened::Cluster(event) = happened else { return Some(format!("{happened:?}")) };
    let is_quiet = |it: &Body| matches!(it, Body::Ping | Body::Pong(_) | Body::Read(_));
    Some(match event {
        ClusterEvent::Started(node) => format!("{node} starts"),
        ClusterEvent::Crashed { node, lost_records } => {
            format!("{node} dies, {lost_records} records lost")
        }
        ClusterEvent::Sent(it) if is_quiet(&it.message.body) => return None,
        ClusterEvent::Delivered(it) if is_quiet(&it.message.body) => return None,
        ClusterEvent::Sent(it) => {
            format!("#{} {} → {} {}", it.id, it.from, it.to, body(&it.message.body))
        }
        ClusterEvent::Delivered(it) => format!("#{} arrives", it.id),
        ClusterEvent::Lost(it, reason) => {
            format!("#{} {} → {} is lost ({reason:?})", it.id, it.from, it.to)
        }
        ClusterEvent::Appended { record: Record::Saved(_), .. } => return None,
        ClusterEvent::Appended { node, record: Record::Stored(messages), .. } => {
            let all: Vec<String> =
                messages.iter().map(|it| format!("{} {}", it.room, it.seq)).collect();
            format!("{node} writes {}", all.join(" and "))
        }
        ClusterEvent::Appended { node, record, .. } => format!("{node} writes {record:?}"),
        ClusterEvent::Forced(node) if node.0 == 0 => "n0 has it on disk".into(),
        ClusterEvent::Forced(_) => return None,
        ClusterEvent::Fired(_, Timer::Wake | Timer::Ping(_)) => return None,
        ClusterEvent::Fired(node, timer) => format!("{node} has waited for {timer:?}"),
        ClusterEvent::Reported(node, event) => format!("{node} reports {event:?}"),
        ClusterEvent::Refused(node) => format!("{node} is not there"),
    })
}

fn screens(frame: &Frame) -> String {
    let mut text = String::new();
    for tab in &frame.tabs {
        writeln!(text, "{} {}: {} unseen", tab.node, tab.name, tab.unread).expect("a string");
        for thread in &tab.threads {
            let lines = thread.lines.iter().map(|it| {
                let tick = it.tick.map_or(String::new(), |tick| format!(" ({tick:?})"));
                format!("{}: {}{tick}", it.from, it.text)
            });
            let lines: Vec<String> = lines.collect();
            writeln!(text, "  {} | {}", thread.thread, lines.join(" | ")).expect("a string");
        }
    }
    text
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
    text + &screens(&frame) + &format!("{:?}\n", frame.total)
}

/// Compares a transcript with its file: the same text natively and in wasm, which has no files.
fn compare(name: &str, stored: &str, transcript: &str) {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let path = format!("../golden/chat/{name}.txt");
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
                $($name => Some(include_str!(concat!("../golden/chat/", $name, ".txt"))),)*
                _ => None,
            }
        };
    }
    stored! {
        "opening" "message" "private" "lost-ack" "retry" "offline" "server-dies" "slow-consumer" "reload"
        "flood" "long-absence" "ghost" "gap" "doubles" "storm" "without-sequence-numbers"
        "without-idempotency" "without-resume" "lying-disk"
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
