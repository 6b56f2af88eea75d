//! Annotations: every bit has one field, the broken one is marked, and watching is reading.

use playground_core::websocket::annotate::{Broken, FieldKind, Piece, Watcher, What};
use playground_core::websocket::handshake::{Opening, Purpose};
use playground_core::websocket::lab::Mistake;
use playground_core::websocket::wire::Direction;
use playground_core::websocket::{DecodeError, Frame, Limits, Opcode, Role};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn watch(bytes: &[u8]) -> (Vec<Piece>, Watcher) {
    let mut watcher = Watcher::after_handshake(Direction::ToServer, Limits::default());
    (watcher.push(bytes), watcher)
}

fn frame(fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Frame { fin, opcode, mask: Some([1, 2, 3, 4]), payload }.encode(&mut out);
    out
}

/// Every bit belongs to exactly one field, in order.
fn covers(piece: &Piece) {
    let mut end = 0;
    for field in piece.fields.iter() {
        assert_eq!(field.bits.start, end, "{piece:?}");
        assert!(field.bits.end > end);
        end = field.bits.end;
    }
    assert_eq!(end, piece.bytes.len() * 8, "{piece:?}");
    for bit in 0..end {
        assert!(piece.field_at(bit).is_some_and(|field| field.bits.contains(&bit)));
    }
    assert_eq!(piece.field_at(end), None);
}

#[test]
fn a_frame_is_its_fields() {
    let (pieces, watcher) = watch(&frame(true, Opcode::Text, "Hé".as_bytes()));
    assert!(watcher.is_between_pieces());
    let [piece] = &pieces[..] else { panic!("one frame") };
    covers(piece);
    let fields: Vec<_> =
        piece.fields.iter().map(|it| (it.kind.name(), it.value.as_str())).collect();
    let expected = [
        ("FIN", "1"),
        ("RSV1", "0"),
        ("RSV2", "0"),
        ("RSV3", "0"),
        ("opcode", "1: text"),
        ("MASK", "1"),
        ("payload length", "3"),
        ("masking key", "01 02 03 04"),
        ("payload", "Hé"),
    ];
    assert_eq!(fields, expected);
    assert_eq!(&*piece.clear, "Hé".as_bytes());
}

#[test]
fn long_lengths_and_close_codes_have_fields_of_their_own() {
    for (bytes, bits) in [(126, 16..32), (65_536, 16..80)] {
        let (pieces, _) = watch(&frame(true, Opcode::Binary, &vec![0; bytes]));
        covers(&pieces[0]);
        let long = pieces[0].fields.iter().find(|field| field.kind == FieldKind::LongLength);
        let long = long.expect("it is long");
        assert_eq!((long.bits.clone(), long.value.clone()), (bits, bytes.to_string()));
    }
    let (pieces, _) = watch(&frame(true, Opcode::Close, b"\x03\xe8bye"));
    covers(&pieces[0]);
    let value = |kind| pieces[0].fields.iter().find(|it| it.kind == kind).map(|it| &it.value[..]);
    assert_eq!(value(FieldKind::CloseCode), Some("1000: normal closure"));
    assert_eq!(value(FieldKind::CloseReason), Some("bye"));
}

#[test]
fn every_mistake_is_marked_in_the_field_that_makes_it() {
    use FieldKind as K;
    for mistake in Mistake::ALL {
        let kind = match mistake {
            Mistake::WrongMasking => K::Masked,
            Mistake::ReservedBit => K::Reserved(1),
            Mistake::FragmentedPing => K::Fin,
            Mistake::LongPing => K::Length,
            Mistake::ReservedOpcode | Mistake::LoneContinuation | Mistake::UnfinishedMessage => {
                K::Opcode
            }
            Mistake::PaddedLength | Mistake::HugeLength | Mistake::Gibibyte => K::LongLength,
            Mistake::InvalidText => K::Payload,
            Mistake::HalfACode | Mistake::ForbiddenCode => K::CloseCode,
            Mistake::InvalidReason => K::CloseReason,
        };
        let (mut pieces, watcher) = watch(&mistake.bytes(Role::Client, [1, 2, 3, 4]));
        pieces.extend(watcher.rest());
        let piece = pieces.last().expect("there is a frame");
        covers(piece);
        let broken: Vec<_> = piece.fields.iter().filter(|field| field.is_broken).collect();
        assert_eq!(broken.len(), 1, "{mistake:?}: {broken:?}");
        assert_eq!(broken[0].kind, kind, "{mistake:?}");
        let Some(Broken::Frame(error)) = &piece.error else { panic!("{mistake:?} breaks a rule") };
        assert_eq!(error.close_code(), mistake.close_code(), "{mistake:?}");
    }
}

#[test]
fn what_comes_after_a_broken_rule_or_a_close_is_ignored() {
    let after = frame(true, Opcode::Text, b"after");
    for first in [frame(true, Opcode::Close, b""), frame(true, Opcode::Text, &[0xff])] {
        let (pieces, _) = watch(&[first, after.clone(), after.clone()].concat());
        let ignored: Vec<_> = pieces.iter().map(|piece| piece.is_ignored).collect();
        assert_eq!(ignored, [false, true, true]);
        assert_eq!(pieces[2].error, None);
    }
}

#[test]
fn a_frame_under_way_is_annotated_as_far_as_it_goes() {
    let bytes = frame(true, Opcode::Binary, &[7; 300]);
    let mut watcher = Watcher::after_handshake(Direction::ToServer, Limits::default());
    for (index, byte) in bytes.iter().enumerate() {
        let pieces = watcher.push(&[*byte]);
        if index + 1 == bytes.len() {
            assert_eq!(pieces.len(), 1);
            assert_eq!((watcher.rest(), watcher.missing_bytes()), (None, None));
            return;
        }
        assert!(pieces.is_empty());
        let rest = watcher.rest().expect("a frame is under way");
        covers(&rest);
        assert!(!rest.is_whole);
        let missing = (index >= 7).then(|| (bytes.len() - index - 1) as u64);
        assert_eq!(watcher.missing_bytes(), missing);
        assert_eq!(rest.what == What::Begun, index < 7);
    }
}

#[test]
fn a_request_is_its_lines_and_the_next_byte_is_a_frames() {
    let opening = Opening {
        host: "localhost:3000".into(),
        path: "/ws/echo".into(),
        origin: Some("http://localhost:3000".into()),
        nonce: [7; 16],
    };
    let request = opening.encode();
    let bytes = [&request[..], &frame(true, Opcode::Ping, b"")].concat();
    let mut watcher = Watcher::new(Direction::ToServer, Limits::default());
    let pieces = watcher.push(&bytes);
    pieces.iter().for_each(covers);
    let lines = pieces[0].fields.iter().map(|field| match field.kind {
        FieldKind::Line(purpose) => purpose,
        kind => panic!("{kind:?} is no line"),
    });
    let expected = [
        Purpose::RequestLine,
        Purpose::Host,
        Purpose::Upgrade,
        Purpose::Connection,
        Purpose::Key,
        Purpose::Version,
        Purpose::Origin,
        Purpose::End,
    ];
    assert!(lines.eq(expected));
    assert_eq!(pieces[0].fields[4].value, opening.key());
    assert_eq!((pieces[0].what, pieces[0].offset), (What::Request, 0));
    assert_eq!(pieces[1].offset, request.len() as u64);
    assert_eq!(pieces[1].error, None);
}

#[test]
fn a_message_that_grows_too_big_is_seen_in_its_last_header() {
    let limits = Limits { frame_bytes: 100, message_bytes: 100 };
    let mut watcher = Watcher::after_handshake(Direction::ToServer, limits);
    let pieces = watcher.push(&frame(false, Opcode::Binary, &[0; 60]));
    assert_eq!(pieces[0].error, None);
    let pieces = watcher.push(&frame(true, Opcode::Continuation, &[0; 60]));
    let error = DecodeError::MessageTooBig { bytes: 120, limit: 100 };
    assert_eq!(pieces[0].error, Some(Broken::Frame(error)));
    assert!(pieces[0].fields.iter().any(|it| it.kind == FieldKind::Length && it.is_broken));
}

/// Found by the fuzzer: no byte of the last frame is wrong.
#[test]
fn a_text_that_ends_within_a_character_ends_too_soon() {
    let begun = frame(false, Opcode::Text, &"é".as_bytes()[..1]);
    let (pieces, _) = watch(&[begun, frame(true, Opcode::Continuation, b"")].concat());
    assert_eq!(pieces[1].error, Some(Broken::Frame(DecodeError::TextNotUtf8)));
    let broken = pieces[1].fields.iter().filter(|field| field.is_broken);
    assert!(broken.map(|field| field.kind).eq([FieldKind::Fin]));
}
