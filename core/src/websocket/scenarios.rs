//! Runs worth seeing: what the page opens with, and what the golden tests replay.

use super::lab::{Action, Greeting, Lab, Mistake, Scenario};
use super::{CloseCode, Role};
use crate::sim;

/// A run of this lab with a name.
pub type Named = sim::Named<Lab>;

/// All of them, the opening first.
pub fn all() -> Vec<Named> {
    let mut all = vec![
        opening(),
        handshake(),
        fragments(),
        lengths(),
        byte_by_byte(),
        closing(),
        crossing(),
        flipped_bit(),
        lost_segment(),
        cut(),
        stale_answer(),
        old_version(),
        growing(),
    ];
    all.extend(Mistake::ALL.map(mistake));
    all
}

fn text(text: &str) -> Action {
    Action::SendText { by: Role::Client, text: text.into() }
}

fn close(by: Role, code: CloseCode, reason: &str) -> Action {
    Action::Close { by, code, reason: reason.into() }
}

/// A handshake, a greeting and its echo, a ping between two fragments, and a close that is answered.
pub fn opening() -> Named {
    let pieces = Action::SendPieces {
        by: Role::Client,
        text: "One message, two frames ✂ and a ping between".into(),
        pieces: 2,
        ping: true,
    };
    let actions = [
        (2_200, text("Hello, wire!")),
        (4_600, pieces),
        (7_400, close(Role::Client, CloseCode::NORMAL, "done")),
    ];
    Named::new(
        "opening",
        "A connection from the first byte to the last",
        scenario(),
        &actions,
        10_000,
    )
}

fn scenario() -> Scenario {
    Scenario::default()
}

/// Nothing but the handshake.
pub fn handshake() -> Named {
    Named::new(
        "handshake",
        "An HTTP request that turns into something else",
        scenario(),
        &[],
        2_500,
    )
}

/// A text in four frames, cut within characters, with a ping between them.
pub fn fragments() -> Named {
    let action = |text: &str, pieces, ping| Action::SendPieces {
        by: Role::Client,
        text: text.into(),
        pieces,
        ping,
    };
    let part = |text: &str, fin| Action::SendFragment { text: text.into(), fin };
    let actions = [
        (2_000, action("κόσμε: cut anywhere", 4, true)),
        (5_000, part("first ", false)),
        (5_400, Action::Ping { by: Role::Client }),
        (5_800, part("second ", false)),
        (6_200, part("last", true)),
    ];
    Named::new("fragments", "One message in many frames", scenario(), &actions, 9_000)
}

/// The lengths at which the header changes its form.
pub fn lengths() -> Named {
    let scenario = Scenario { latency_ms: 300, gap_ms: 5, ..scenario() };
    let actions = [125, 126, 65_535, 65_536].into_iter().zip([1_000, 2_000, 3_000, 5_000]);
    let actions: Vec<_> =
        actions.map(|(bytes, at)| (at, Action::SendBinary { by: Role::Client, bytes })).collect();
    Named::new("lengths", "125, 126, 65,535 and 65,536 bytes", scenario, &actions, 7_500)
}

/// Every byte on its own, and it makes no difference.
pub fn byte_by_byte() -> Named {
    let scenario = Scenario { chunk_bytes: 1, gap_ms: 10, latency_ms: 400, ..scenario() };
    let actions =
        [(5_000, text("Hello, wire!")), (7_000, close(Role::Client, CloseCode::NORMAL, "done"))];
    Named::new("byte-by-byte", "Every byte alone", scenario, &actions, 9_500)
}

/// The server closes, the client answers.
pub fn closing() -> Named {
    let actions = [
        (2_000, text("Last words?")),
        (2_900, close(Role::Server, CloseCode::GOING_AWAY, "maintenance")),
    ];
    Named::new("closing", "The server says good-bye first", scenario(), &actions, 7_000)
}

/// Both close at once: each takes the other's close frame for the answer.
pub fn crossing() -> Named {
    let actions = [
        (2_000, close(Role::Client, CloseCode::NORMAL, "")),
        (2_300, close(Role::Server, CloseCode::NORMAL, "")),
    ];
    Named::new("crossing", "Two close frames that cross", scenario(), &actions, 6_000)
}

/// A bit flips on its way: the opcode is a reserved one, and the server says 1002.
pub fn flipped_bit() -> Named {
    // Segments 0 and 1 are the handshake, 2 is the text; bit 6 is worth 2 in the opcode.
    let actions = [(2_000, text("Hello, wire!")), (2_400, Action::FlipBit { chunk: 2, bit: 6 })];
    Named::new("flipped-bit", "One bit flips on its way", scenario(), &actions, 6_000)
}

/// A segment is lost: what was sent behind it waits.
pub fn lost_segment() -> Named {
    let actions =
        [(2_000, text("first")), (2_100, text("second")), (2_400, Action::Lose { chunk: 2 })];
    Named::new("lost-segment", "A lost segment holds up the next", scenario(), &actions, 7_000)
}

/// The connection is cut, and another is opened.
pub fn cut() -> Named {
    let actions = [
        (2_000, text("Is anybody there?")),
        (2_400, Action::Cut),
        (4_000, Action::Reconnect),
        (6_000, text("There you are.")),
    ];
    Named::new("cut", "Cut in the middle: code 1006", scenario(), &actions, 8_500)
}

/// The server's answer is one from a cache, and the client does not take it.
pub fn stale_answer() -> Named {
    let scenario = Scenario { greeting: Greeting::StaleAnswer, ..scenario() };
    Named::new("stale-answer", "The answer to another key", scenario, &[], 4_000)
}

/// The client speaks an old version: the server names the one it speaks.
pub fn old_version() -> Named {
    let scenario = Scenario { greeting: Greeting::OldVersion, ..scenario() };
    Named::new("old-version", "A version that the server does not speak", scenario, &[], 4_000)
}

/// Fragments that add up: the server says 1009 at the header that exceeds its limit.
pub fn growing() -> Named {
    let scenario = Scenario { limit_bytes: 50, ..scenario() };
    let part =
        |at| (at, Action::SendFragment { text: "Twenty-five bytes of it. ".into(), fin: false });
    let actions = [part(2_000), part(2_600), part(3_200)];
    Named::new("growing", "Fragments that add up to too much", scenario, &actions, 6_500)
}

/// A client breaks a rule, and is told which.
pub fn mistake(mistake: Mistake) -> Named {
    let (name, title) = match mistake {
        Mistake::WrongMasking => ("unmasked", "A client's frame without a mask"),
        Mistake::ReservedBit => ("reserved-bit", "A reserved bit"),
        Mistake::ReservedOpcode => ("reserved-opcode", "A reserved opcode"),
        Mistake::FragmentedPing => ("fragmented-ping", "A ping in fragments"),
        Mistake::LongPing => ("long-ping", "A ping of 126 bytes"),
        Mistake::LoneContinuation => ("lone-continuation", "A continuation of nothing"),
        Mistake::UnfinishedMessage => ("unfinished-message", "A message within a message"),
        Mistake::PaddedLength => ("padded-length", "A length with a zero too many"),
        Mistake::HugeLength => ("huge-length", "A length with its highest bit set"),
        Mistake::Gibibyte => ("gibibyte", "A frame that claims a gibibyte"),
        Mistake::InvalidText => ("invalid-text", "Text that is not UTF-8"),
        Mistake::HalfACode => ("half-a-code", "Half a close code"),
        Mistake::ForbiddenCode => ("forbidden-code", "A close code that is never sent"),
        Mistake::InvalidReason => ("invalid-reason", "A reason that is not UTF-8"),
    };
    let actions = [
        (2_000, text("So far, so good.")),
        (4_000, Action::Misbehave { by: Role::Client, mistake }),
        (4_400, text("Ignored.")),
    ];
    Named::new(name, title, scenario(), &actions, 7_500)
}
