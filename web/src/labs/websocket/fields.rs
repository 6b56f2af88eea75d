//! The fields of frames and heads, with their colours, names and explanations.

use super::http;
use super::parts::Part;
use playground_core::websocket::ECHO_LIMITS;
use playground_core::websocket::annotate::{Broken, Field, FieldKind, Piece, Watcher};
use playground_core::websocket::lab::{ChunkView, Frame};
use playground_core::websocket::wire::Direction;
use std::rc::Rc;

/// Bytes with what they mean.
#[derive(Clone, PartialEq)]
pub struct Meaning {
    /// The fields.
    pub parts: Rc<[Part]>,
    /// For each byte of a payload, what it is without its mask.
    pub clear: Rc<[Option<u8>]>,
}

/// What frames mean that one side sends after the handshake.
pub fn meaning_of_frames(direction: Direction, bytes: &[u8]) -> Meaning {
    let mut watcher = Watcher::after_handshake(direction, ECHO_LIMITS);
    let mut pieces = watcher.push(bytes);
    pieces.extend(watcher.rest());
    meaning_of(&pieces)
}

/// What pieces mean that follow each other.
pub fn meaning_of(pieces: &[Piece]) -> Meaning {
    let begin = pieces.first().map_or(0, |piece| piece.offset);
    let parts = pieces.iter().flat_map(|piece| {
        let shift = (piece.offset - begin) as usize * 8;
        piece.fields.iter().map(move |field| part(field, piece, shift))
    });
    let clear = pieces.iter().flat_map(|piece| {
        let header = piece.bytes.len() - piece.clear.len();
        std::iter::repeat_n(None, header).chain(piece.clear.iter().map(|byte| Some(*byte)))
    });
    Meaning { parts: parts.collect(), clear: clear.collect() }
}

/// What the bytes of a segment mean, which may hold parts of several pieces.
pub fn meaning_of_chunk(frame: &Frame, chunk: &ChunkView) -> Meaning {
    let views = frame
        .ahead
        .iter()
        .filter(|view| view.direction == chunk.direction && view.connection == frame.connection);
    let mut clear = vec![None; chunk.bytes.len()];
    let mut parts = Vec::new();
    for piece in views.map(|view| &view.piece) {
        let header = (piece.bytes.len() - piece.clear.len()) as u64;
        for (index, byte) in (piece.offset + header..).zip(piece.clear.iter()) {
            let place = index.checked_sub(chunk.offset).and_then(|it| clear.get_mut(it as usize));
            place.into_iter().for_each(|place| *place = Some(*byte));
        }
        // Both are places in one stream, which is no longer than a run.
        let shift = (piece.offset as i64 - chunk.offset as i64) * 8;
        let end = chunk.bytes.len() as i64 * 8;
        for field in piece.fields.iter() {
            let first = (field.bits.start as i64 + shift).max(0);
            let last = (field.bits.end as i64 + shift).min(end);
            if first < last {
                let bits = first as usize..last as usize;
                let begins = field.bits.start == 0 && shift >= 0;
                parts.push(Part { bits, begins, ..part(field, piece, 0) });
            }
        }
    }
    Meaning { parts: parts.into(), clear: clear.into() }
}

fn part(field: &Field, piece: &Piece, shift: usize) -> Part {
    let FieldKind::Line(purpose) = field.kind else {
        return frame_part(field, piece, shift);
    };
    Part {
        bits: field.bits.start + shift..field.bits.end + shift,
        tone: http::tone(purpose),
        short: purpose.name().into(),
        name: purpose.name().into(),
        value: field.value.clone().into(),
        rule: http::sentence(purpose).into(),
        begins: field.bits.start == 0,
        is_broken: field.is_broken,
    }
}

fn frame_part(field: &Field, piece: &Piece, shift: usize) -> Part {
    let kind = field.kind;
    let mut rule = format!("{} RFC 6455, section {}.", kind.rule(), kind.section());
    if let (true, Some(Broken::Frame(error))) = (field.is_broken, &piece.error) {
        rule = format!("Broken: {error} (section {}). {}", error.section(), kind.rule());
    }
    Part {
        bits: field.bits.start + shift..field.bits.end + shift,
        tone: tone(kind),
        short: short(kind).into(),
        name: kind.name().into(),
        value: field.value.clone().into(),
        rule: rule.into(),
        begins: field.bits.start == 0,
        is_broken: field.is_broken,
    }
}

/// The class that gives a field its colour.
pub fn tone(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Fin => "websocket-tone-fin",
        FieldKind::Reserved(_) => "websocket-tone-reserved",
        FieldKind::Opcode => "websocket-tone-opcode",
        FieldKind::Masked | FieldKind::MaskingKey => "websocket-tone-key",
        FieldKind::Length | FieldKind::LongLength => "websocket-tone-length",
        FieldKind::Payload | FieldKind::CloseReason => "websocket-tone-payload",
        FieldKind::CloseCode => "websocket-tone-code",
        FieldKind::Line(purpose) => http::tone(purpose),
    }
}

/// A field's name where there is little room; the reserved bits share one.
fn short(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Reserved(1) => "RSV",
        FieldKind::Reserved(_) => "",
        FieldKind::Length => "len",
        FieldKind::LongLength => "length",
        FieldKind::CloseCode => "code",
        _ => kind.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_two_frames_follow_each_other_and_payloads_are_unmasked() {
        let bytes = [0x89, 0x80, 1, 2, 3, 4, 0x81, 0x81, 1, 2, 3, 4, b'A' ^ 1];
        let meaning = meaning_of_frames(Direction::ToServer, &bytes);
        let mut end = 0;
        for part in meaning.parts.iter() {
            assert_eq!(part.bits.start, end, "{part:?}");
            end = part.bits.end;
        }
        assert_eq!(end, bytes.len() * 8);
        assert_eq!(meaning.clear.len(), bytes.len());
        assert_eq!(meaning.clear.last(), Some(&Some(b'A')));
        assert_eq!(meaning.parts.iter().filter(|part| part.begins).count(), 2);
    }

    #[test]
    fn what_is_broken_says_so() {
        let meaning = meaning_of_frames(Direction::ToServer, &[0xc1, 0x80, 0, 0, 0, 0]);
        let broken: Vec<_> = meaning.parts.iter().filter(|part| part.is_broken).collect();
        assert_eq!(broken.len(), 1);
        assert!(broken[0].name == "RSV1" && broken[0].rule.starts_with("Broken: "), "{broken:?}");
    }
}
