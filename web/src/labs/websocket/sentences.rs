//! What happens on the wire, in sentences.

use super::words::bytes_text;
use playground_core::websocket::annotate::What;
use playground_core::websocket::lab::{Ending, Happened, Mistake};
use playground_core::websocket::{Opcode, Role};

/// What happened at once, as one line.
pub fn describe(events: &[Happened]) -> String {
    let said: Vec<String> = events.iter().filter_map(sentence).collect();
    said.join(" ")
}

fn who(role: Role) -> &'static str {
    match role {
        Role::Client => "The client",
        Role::Server => "The server",
    }
}

/// None for what another sentence of the same moment says already.
fn sentence(event: &Happened) -> Option<String> {
    Some(match event {
        Happened::Connected { connection: 1 } => "The client opened a TCP connection.".to_owned(),
        Happened::Connected { .. } => "The client opened another TCP connection.".to_owned(),
        Happened::Sent { by, what } => format!("{} sent {}.", who(*by), what_text(*what)),
        Happened::Arrived { .. } => return None,
        Happened::RequestAccepted { .. } => {
            "The server took the request and hashed the key.".to_owned()
        }
        Happened::RequestRefused { error } => {
            format!("The server refused with {}: {error}.", error.status())
        }
        Happened::Opened => "The client checked the answer: the WebSocket is open.".to_owned(),
        Happened::ResponseRefused { error } => format!("The client hung up: {error}."),
        Happened::Received { at, opcode, bytes } => {
            let kind = match opcode {
                Opcode::Text => "a text",
                Opcode::Binary => "a binary message",
                Opcode::Ping => "a ping",
                _ => "a pong",
            };
            format!("{} got {kind} of {}.", who(*at), bytes_text(u64::from(*bytes)))
        }
        Happened::CloseReceived { at, code, reason } => {
            let code = code.map_or("without a code".to_owned(), |code| format!("with {code}"));
            let reason =
                if reason.is_empty() { String::new() } else { format!(" (“{reason}”)") };
            format!("{} got a close frame {code}{reason}.", who(*at))
        }
        Happened::Failed { at, error, code } => {
            format!("{} found a broken rule: {error}. It says {code}.", who(*at))
        }
        Happened::Misbehaved { by, mistake } => {
            format!("{} broke a rule: {}.", who(*by), mistake_text(*mistake))
        }
        Happened::Flipped { bit, .. } => {
            format!("Bit {} of byte {} flipped on its way.", bit % 8, bit / 8)
        }
        Happened::Lost { .. } => {
            "A segment was lost. TCP sends it again, and what is behind it waits.".to_owned()
        }
        Happened::PatienceLost => "The server has waited long enough for a request.".to_owned(),
        Happened::Ended { ending } => ending_text(*ending).to_owned(),
        Happened::Refused { reason } => format!("That cannot be done: {reason}."),
    })
}

fn what_text(what: What) -> &'static str {
    match what {
        What::Request => "an HTTP request",
        What::Response => "an HTTP response",
        What::Begun => "the beginning of a frame",
        What::Frame(outline) => match (Opcode::from_number(outline.opcode), outline.fin) {
            (Some(Opcode::Text), true) => "a text frame",
            (Some(Opcode::Text), false) => "the first fragment of a text",
            (Some(Opcode::Binary), true) => "a binary frame",
            (Some(Opcode::Binary), false) => "the first fragment of a binary message",
            (Some(Opcode::Continuation), true) => "the last fragment",
            (Some(Opcode::Continuation), false) => "another fragment",
            (Some(Opcode::Close), _) => "a close frame",
            (Some(Opcode::Ping), _) => "a ping",
            (Some(Opcode::Pong), _) => "a pong",
            (None, _) => "a frame with a reserved opcode",
        },
    }
}

/// How a connection ended.
pub fn ending_text(ending: Ending) -> &'static str {
    match ending {
        Ending::Clean => "The TCP connection ended after close frames both ways.",
        Ending::NoHandshake => "The TCP connection ended: there was no handshake.",
        Ending::AfterFailure => "The TCP connection ended after a broken rule.",
        Ending::Cut => "The connection was cut. Both sides are told 1006, which nobody sent.",
    }
}

/// A rule to break, in a few words.
pub fn mistake_text(mistake: Mistake) -> &'static str {
    match mistake {
        Mistake::WrongMasking => "a mask where none belongs, or none where one does",
        Mistake::ReservedBit => "a reserved bit",
        Mistake::ReservedOpcode => "a reserved opcode",
        Mistake::FragmentedPing => "a ping in fragments",
        Mistake::LongPing => "a ping of 126 bytes",
        Mistake::LoneContinuation => "a continuation of nothing",
        Mistake::UnfinishedMessage => "a message within a message",
        Mistake::PaddedLength => "a length with zeros in front",
        Mistake::HugeLength => "a length with its highest bit set",
        Mistake::Gibibyte => "a frame that claims a gibibyte",
        Mistake::InvalidText => "text that is not UTF-8",
        Mistake::HalfACode => "half a close code",
        Mistake::ForbiddenCode => "a close code that is never sent",
        Mistake::InvalidReason => "a reason that is not UTF-8",
    }
}
