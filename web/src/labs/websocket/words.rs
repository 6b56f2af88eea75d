//! Frames, answers and codes in words.

use crate::components::grouped;
use playground_core::websocket::annotate::{Broken, FieldKind, Piece, What};
use playground_core::websocket::lab::{ChunkView, Delivery, Ending, Frame, SideView};
use playground_core::websocket::wire::Direction;
use playground_core::websocket::{Answer, CloseCode, Opcode, Role, State, read_close_payload};

/// The most characters of a message that are quoted.
const MOST_QUOTED: usize = 40;

/// What the server does.
pub fn answer_text(answer: &Answer) -> String {
    match answer {
        Answer::Accepted(_) => "agrees to a WebSocket: 101".to_owned(),
        Answer::Refused(error) => format!("refuses with {}: {error}", error.status()),
        Answer::Echoed { opcode, payload } => {
            format!("sends back {}", content_text(*opcode == Opcode::Text, payload))
        }
        Answer::Ponged { payload } => {
            format!("answers the ping with a pong of {}", bytes_text(payload.len() as u64))
        }
        Answer::Noted { .. } => "takes note, and answers nothing".to_owned(),
        Answer::Closed { code: Some(code), .. } => format!("answers the close with {code}"),
        Answer::Closed { code: None, .. } => "answers the close, without a code".to_owned(),
        Answer::Failed(error) => format!("{error} (section {})", error.section()),
    }
}

/// A piece of what goes over the wire, in one line.
pub fn piece_text(piece: &Piece) -> String {
    let mut text = match piece.what {
        What::Request => "HTTP request".to_owned(),
        What::Response => "HTTP response".to_owned(),
        What::Begun => "the first byte of a frame".to_owned(),
        What::Frame(outline) => {
            frame_text(piece, outline.opcode, outline.fin, outline.payload_bytes)
        }
    };
    if !piece.is_whole {
        text += ", not yet whole";
    }
    match &piece.error {
        Some(Broken::Frame(error)) => text += &format!(": {error}"),
        Some(Broken::Handshake(error)) => text += &format!(": {error}"),
        None => {}
    }
    text
}

fn frame_text(piece: &Piece, opcode: u8, fin: bool, len: u64) -> String {
    let more = if fin { "" } else { ", more follows" };
    let payload = &piece.clear;
    match Opcode::from_number(opcode) {
        Some(Opcode::Text) if piece.is_whole => format!("{}{more}", content_text(true, payload)),
        Some(Opcode::Binary) if piece.is_whole => format!("{}{more}", content_text(false, payload)),
        Some(Opcode::Text) => format!("text, {}{more}", bytes_text(len)),
        Some(Opcode::Binary) => format!("binary, {}{more}", bytes_text(len)),
        Some(Opcode::Continuation) => format!("continuation, {}{more}", bytes_text(len)),
        Some(Opcode::Ping) => format!("ping, {}{more}", bytes_text(len)),
        Some(Opcode::Pong) => format!("pong, {}{more}", bytes_text(len)),
        Some(Opcode::Close) => match read_close_payload(payload) {
            Ok(Some((code, ""))) => format!("close {code}"),
            Ok(Some((code, reason))) => format!("close {code}: {reason}"),
            Ok(None) => "close without a code".to_owned(),
            Err(_) => "close".to_owned(),
        },
        None => format!("opcode {opcode}, {}{more}", bytes_text(len)),
    }
}

/// What a segment begins with, in a word or two.
pub fn chunk_name(chunk: &ChunkView) -> String {
    if chunk.is_end() {
        return "end".to_owned();
    }
    let opcode = chunk.fields.iter().find(|field| field.kind == FieldKind::Opcode);
    match chunk.fields.first().map(|field| field.kind) {
        Some(FieldKind::Line(_)) if chunk.direction == Direction::ToServer => "request".to_owned(),
        Some(FieldKind::Line(_)) => "response".to_owned(),
        Some(FieldKind::Fin) => match opcode.and_then(|field| field.value.split_once(": ")) {
            Some((number, "reserved")) => format!("opcode {number}"),
            Some((_, name)) => name.to_owned(),
            None => "frame".to_owned(),
        },
        Some(_) => "… more".to_owned(),
        None => "bytes".to_owned(),
    }
}

/// What was delivered.
pub fn delivery_text(delivery: &Delivery) -> String {
    match delivery.opcode {
        Opcode::Ping => "ping".to_owned(),
        Opcode::Pong => "pong".to_owned(),
        Opcode::Text => match str::from_utf8(&delivery.payload) {
            Ok(text) if text.chars().count() <= MOST_QUOTED => format!("“{text}”"),
            _ => content_text(true, &delivery.payload),
        },
        _ => content_text(false, &delivery.payload),
    }
}

/// How a side stands, in a word or two.
pub fn state_text(frame: &Frame, side: &SideView) -> String {
    if let Some((_, by, _)) = &frame.handshake.refused {
        let word = if *by == side.role { "refused" } else { "was refused" };
        return word.to_owned();
    }
    match (side.state, frame.ending) {
        (_, Some((_, Ending::Cut))) => "cut off".to_owned(),
        (_, Some(_)) => "closed".to_owned(),
        (Some(State::Open), _) => "open".to_owned(),
        (Some(State::Closing), _) => "closing".to_owned(),
        (Some(State::Closed), _) if side.failed.is_some() => "failed".to_owned(),
        (Some(State::Closed), _) => "closed".to_owned(),
        (None, _) if side.role == Role::Client => "asking".to_owned(),
        (None, _) => "waiting to be asked".to_owned(),
    }
}

/// A message: text quoted if it is short, bytes counted.
pub fn content_text(is_text: bool, payload: &[u8]) -> String {
    let size = bytes_text(payload.len() as u64);
    match str::from_utf8(payload) {
        Ok(text) if is_text && text.chars().count() <= MOST_QUOTED => {
            format!("text “{text}”, {size}")
        }
        _ if is_text => format!("text, {size}"),
        _ => format!("binary, {size}"),
    }
}

/// A close code in words.
pub fn close_text(code: CloseCode) -> String {
    match code.name() {
        Some(name) => name.to_owned(),
        None if code.0 >= 4_000 => "a code of the application's own".to_owned(),
        None => "a code without a name".to_owned(),
    }
}

/// So many bytes, with commas.
pub fn bytes_text(bytes: u64) -> String {
    if bytes == 1 { "1 byte".to_owned() } else { format!("{} bytes", grouped(bytes)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_quoted_if_they_are_short_text() {
        assert_eq!(content_text(true, b"Hello"), "text “Hello”, 5 bytes");
        assert_eq!(content_text(true, &[b'x'; 41]), "text, 41 bytes");
        assert_eq!(content_text(true, b"\xc3"), "text, 1 byte");
        assert_eq!(content_text(false, b"Hello"), "binary, 5 bytes");
    }

    #[test]
    fn large_numbers_have_commas() {
        assert_eq!([0, 999, 1_000, 65_536].map(grouped), ["0", "999", "1,000", "65,536"]);
    }
}
