//! What happened at a node in a few words, and whether it is worth a place in the diagram at all.

use super::rows::NoteSign;
use super::words::{goods_text, outcome_name, record_name};
use playground_core::sim::Durability;
use playground_core::two_phase_commit::{
    Branch, Event, Good, Happening, Mark, Order, Outcome, Reason, Record, Timer,
};

/// The shape and the words; none for what the rest of the diagram says already.
pub fn note(mark: &Mark) -> Option<(NoteSign, String)> {
    let is_first_moment = mark.at.0 == 0;
    Some(match &mark.what {
        // That everybody starts at the start needs no saying.
        Happening::Started if is_first_moment => return None,
        Happening::Started => (NoteSign::Start, "restarts".to_owned()),
        Happening::Crashed { lost_records: 0 } => (NoteSign::Crash, "dies".to_owned()),
        Happening::Crashed { lost_records } => (NoteSign::Crash, format!("loses {lost_records}")),
        Happening::Appended { record, durability: Durability::Forced } => {
            (NoteSign::Forced, short_name(record).to_owned())
        }
        Happening::Appended { record, durability: Durability::Lazy } => {
            (NoteSign::Lazy, short_name(record).to_owned())
        }
        Happening::Forced => (NoteSign::OnDisk, "on disk".to_owned()),
        Happening::Fired(Timer::Vote(_)) => (NoteSign::TimeOut, "no votes".to_owned()),
        Happening::Fired(Timer::Resend(_)) => (NoteSign::TimeOut, "no answer".to_owned()),
        Happening::Fired(Timer::Inquire(_)) => (NoteSign::TimeOut, "no word".to_owned()),
        Happening::Reported(event) => return reported(event),
        Happening::Unreachable => (NoteSign::Crash, "nobody there".to_owned()),
        Happening::Isolated => (NoteSign::Plain, "cut off".to_owned()),
        Happening::Healed => (NoteSign::Plain, "mended".to_owned()),
        Happening::DiskSet { lies: true, .. } => (NoteSign::Plain, "disk lies".to_owned()),
        Happening::DiskSet { force_ms, .. } => {
            (NoteSign::Plain, format!("disk {:.1} s", f64::from(*force_ms) / 1e3))
        }
        Happening::Armed(_) => (NoteSign::Armed, "armed".to_owned()),
    })
}

fn reported(event: &Event) -> Option<(NoteSign, String)> {
    Some(match event {
        Event::Began { branches, .. } => (NoteSign::Plain, ordered(branches)),
        Event::Decided { outcome, reason, .. } => {
            let is_commit = *outcome == Outcome::Committed;
            let why = reason.map(short_reason).unwrap_or_default();
            (NoteSign::Decision(is_commit), format!("{}{why}", outcome_name(*outcome)))
        }
        Event::Damaged { .. } => (NoteSign::Damage, "damage".to_owned()),
        Event::Unheard { .. } => (NoteSign::Damage, "no promise".to_owned()),
        Event::Refused { .. } => (NoteSign::Plain, "refuses".to_owned()),
        // Records and messages tell of these.
        Event::Voted { .. }
        | Event::Answered { .. }
        | Event::Ended { .. }
        | Event::Resolved { .. }
        | Event::Holds { .. }
        | Event::Recovered { .. }
        | Event::Inquired { .. } => return None,
    })
}

/// There is little room beside the outer lifelines.
fn short_name(record: &Record) -> &'static str {
    match record {
        Record::Heuristic { outcome: Outcome::Committed, .. } => "✓ by hand",
        Record::Heuristic { outcome: Outcome::Aborted, .. } => "✕ by hand",
        _ => record_name(record),
    }
}

fn short_reason(reason: Reason) -> String {
    match reason {
        Reason::OutOf(Good::Cent) => ": no money".to_owned(),
        Reason::OutOf(good) => format!(": no {good}"),
        Reason::VoteTimedOut => ": too late".to_owned(),
        Reason::GivenUp => ": given up".to_owned(),
        Reason::Locked(_) => ": locked".to_owned(),
        Reason::Unavailable => ": away".to_owned(),
    }
}

fn ordered(branches: &[Branch]) -> String {
    match Order::of(branches) {
        Some(
            Order::Meal { item: Good::Fries, quantity, .. }
            | Order::Paid { item: Good::Fries, quantity, .. },
        ) => format!("{quantity} fries"),
        Some(Order::Meal { item, quantity, .. } | Order::Paid { item, quantity, .. }) => {
            goods_text(item, quantity)
        }
        Some(Order::Quote { item }) => format!("any {item}?"),
        Some(Order::Bill { .. }) => "a bill".to_owned(),
        None => "an order".to_owned(),
    }
}
