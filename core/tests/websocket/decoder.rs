//! Every rule broken, at the byte that breaks it, however the bytes are chopped; and what it costs in memory.

use playground_core::websocket::{
    CloseCode, DecodeError, Decoder, Frame, Limits, Opcode, Role, encode_header,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const KEY: [u8; 4] = [1, 2, 3, 4];
const SMALL: Limits = Limits { frame_bytes: 1_000, message_bytes: 1_500 };

/// A client's frame.
fn frame(fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Frame { fin, opcode, mask: Some(KEY), payload }.encode(&mut out);
    out
}

/// How many bytes are read before it fails, one by one, and how; all at once must give the same.
fn fails(role: Role, bytes: &[u8]) -> Option<(usize, DecodeError)> {
    let mut whole = Decoder::new(role, SMALL);
    whole.feed(bytes);
    let at_once = loop {
        match whole.next_frame() {
            Ok(Some(_)) => {}
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    let mut decoder = Decoder::new(role, SMALL);
    let one_by_one = bytes.iter().enumerate().find_map(|(index, byte)| {
        let error = decoder.decode(&[*byte]).err()?;
        Some((index + 1, error))
    });
    assert_eq!(at_once, one_by_one.map(|(_, error)| error));
    if let Some((_, error)) = one_by_one {
        assert_eq!(decoder.decode(&frame(true, Opcode::Ping, b"")), Err(error), "it stays failed");
        assert_eq!(decoder.heap_bytes(), 0);
    }
    one_by_one
}

#[test]
fn every_rule_fails_at_the_byte_that_breaks_it() {
    use DecodeError as E;
    let masked = |first: u8, second: u8, rest: &[u8]| [&[first, second | 0x80], rest].concat();
    let text = |payload: &[u8]| frame(true, Opcode::Text, payload);
    let begun = |bytes: &[u8]| [&frame(false, Opcode::Text, b"a"), bytes].concat();
    let close = |payload: &[u8]| frame(true, Opcode::Close, payload);
    let long = |bytes: u64| encode_header(true, Opcode::Binary, Some(KEY), bytes).to_vec();
    let code = CloseCode(1005);
    let cases = [
        (masked(0xc1, 0, &[]), 1, E::ReservedBits { bits: 0b100 }),
        (masked(0xa1, 0, &[]), 1, E::ReservedBits { bits: 0b010 }),
        (masked(0x91, 0, &[]), 1, E::ReservedBits { bits: 0b001 }),
        (masked(0x83, 0, &[]), 1, E::ReservedOpcode { opcode: 3 }),
        (masked(0x87, 0, &[]), 1, E::ReservedOpcode { opcode: 7 }),
        (masked(0x8b, 0, &[]), 1, E::ReservedOpcode { opcode: 11 }),
        (masked(0x8f, 0, &[]), 1, E::ReservedOpcode { opcode: 15 }),
        (masked(0x08, 0, &[]), 1, E::FragmentedControl),
        (masked(0x09, 0, &[]), 1, E::FragmentedControl),
        (masked(0x0a, 0, &[]), 1, E::FragmentedControl),
        (masked(0x80, 0, &[]), 1, E::NothingToContinue),
        (masked(0x00, 0, &[]), 1, E::NothingToContinue),
        (begun(&text(b"b")), 8, E::MessageUnfinished),
        (vec![0x81, 0x00], 2, E::Unmasked),
        (masked(0x89, 126, &[0, 126]), 2, E::LongControl),
        (masked(0x88, 127, &[0; 8]), 2, E::LongControl),
        (masked(0x82, 126, &[0, 125]), 4, E::LengthNotMinimal { bytes: 125 }),
        (
            masked(0x82, 127, &[0, 0, 0, 0, 0, 0, 255, 255]),
            10,
            E::LengthNotMinimal { bytes: 65_535 },
        ),
        (masked(0x82, 127, &[0x80, 0, 0, 0, 0, 0, 0, 0]), 10, E::LengthTooLong),
        (long(1_001), 4, E::FrameTooBig { bytes: 1_001, limit: 1_000 }),
        (long(1 << 30), 10, E::FrameTooBig { bytes: 1 << 30, limit: 1_000 }),
        (long(u64::MAX >> 1), 10, E::FrameTooBig { bytes: u64::MAX >> 1, limit: 1_000 }),
        (text(&[b'a', 0xff, b'b']), 8, E::TextNotUtf8),
        (text(&[0xf4, 0x90, b'b', b'c']), 8, E::TextNotUtf8),
        (text(&[0xed, 0xa0, 0x80]), 8, E::TextNotUtf8),
        (text(&[0xc0, 0x80]), 7, E::TextNotUtf8),
        (text(&[b'a', 0xe2, 0x82]), 9, E::TextNotUtf8),
        (begun(&frame(true, Opcode::Continuation, &[0xff, b'b'])), 14, E::TextNotUtf8),
        (close(&[3]), 7, E::HalfACloseCode),
        (close(&[3, 0xed]), 8, E::ForbiddenCloseCode { code }),
        (close(&[3, 0xe8, b'a', 0xff]), 10, E::ReasonNotUtf8),
    ];
    for (bytes, at, error) in cases {
        assert_eq!(fails(Role::Server, &bytes), Some((at, error)), "{bytes:02x?}");
    }
    assert_eq!(fails(Role::Client, &frame(true, Opcode::Text, b"a")), Some((2, E::Masked)));
}

#[test]
fn fragments_that_add_up_fail_at_the_header_that_exceeds_the_limit() {
    let (first, second) = ([0; 1_000], [0; 501]);
    let first = frame(false, Opcode::Binary, &first);
    let bytes = [&first[..], &frame(true, Opcode::Continuation, &second)].concat();
    let error = DecodeError::MessageTooBig { bytes: 1_501, limit: 1_500 };
    assert_eq!(fails(Role::Server, &bytes), Some((first.len() + 4, error)));
    assert_eq!(error.close_code(), CloseCode::TOO_BIG);
    let bytes = [&first[..], &frame(true, Opcode::Continuation, &second[1..])].concat();
    assert_eq!(fails(Role::Server, &bytes), None);
}

#[test]
fn a_character_may_be_cut_anywhere() {
    let text = "κόσμε 𝄞 ✓ a";
    for cut in 0..=text.len() {
        let (head, tail) = text.as_bytes().split_at(cut);
        let ping = frame(true, Opcode::Ping, &[0xff]);
        let pieces = [
            frame(false, Opcode::Text, head),
            ping.clone(),
            frame(false, Opcode::Continuation, b""),
            frame(true, Opcode::Continuation, tail),
        ];
        assert_eq!(fails(Role::Server, &pieces.concat()), None, "cut at {cut}");
        let ends = [frame(true, Opcode::Text, head), ping].concat();
        assert_eq!(fails(Role::Server, &ends).is_none(), text.is_char_boundary(cut));
    }
}

#[test]
fn bytes_that_are_not_text_are_not_checked() {
    for opcode in [Opcode::Binary, Opcode::Ping, Opcode::Pong] {
        assert_eq!(fails(Role::Server, &frame(true, opcode, &[0xff, 0xfe])), None);
    }
    let bytes = [
        frame(false, Opcode::Binary, &[0xff]),
        frame(true, Opcode::Continuation, &[0xff]),
        frame(true, Opcode::Text, b"a"),
    ];
    assert_eq!(fails(Role::Server, &bytes.concat()), None);
}

#[test]
fn limits_are_for_data_only() {
    let limits = Limits { frame_bytes: 0, message_bytes: 0 };
    let mut decoder = Decoder::new(Role::Server, limits);
    assert!(matches!(decoder.decode(&frame(true, Opcode::Ping, &[1; 125])), Ok(Some(_))));
    assert!(matches!(decoder.decode(&frame(true, Opcode::Text, b"")), Ok(Some(_))));
    let error = DecodeError::FrameTooBig { bytes: 1, limit: 0 };
    assert_eq!(decoder.decode(&frame(true, Opcode::Text, b"a")), Err(error));
}

#[test]
fn a_claim_costs_no_memory() {
    let limits = Limits { frame_bytes: 1 << 29, message_bytes: 1 << 29 };
    let mut decoder = Decoder::new(Role::Server, limits);
    assert_eq!(decoder.decode(&encode_header(true, Opcode::Binary, Some(KEY), 1 << 29)), Ok(None));
    assert_eq!(decoder.decode(&[0; 100]), Ok(None));
    assert!(decoder.heap_bytes() < 300, "{}", decoder.heap_bytes());
}

#[test]
fn memory_stays_below_the_frame_and_what_was_fed_and_goes_when_it_is_taken() {
    let mut decoder = Decoder::new(Role::Server, Limits::default());
    let payload = vec![5; 1_000_003];
    let bytes = frame(true, Opcode::Binary, &payload);
    let mut frames = 0;
    for piece in
        bytes.iter().copied().cycle().take(3 * bytes.len()).collect::<Vec<_>>().chunks(4_096)
    {
        decoder.feed(piece);
        while let Some(frame) = decoder.next_frame().expect("it is valid") {
            assert!(frame.payload == payload);
            frames += 1;
        }
        assert!(decoder.heap_bytes() <= bytes.len() + 4_096, "{}", decoder.heap_bytes());
    }
    assert_eq!(frames, 3);
    assert_eq!(decoder.heap_bytes(), 0);
    assert!(decoder.is_idle());
}

#[test]
fn many_frames_in_one_piece_are_taken_one_by_one() {
    let mut decoder = Decoder::new(Role::Server, SMALL);
    let piece: Vec<u8> = (0..200u8).flat_map(|byte| frame(true, Opcode::Binary, &[byte])).collect();
    let mut next = decoder.decode(&piece).expect("valid").map(|frame| frame.payload.to_vec());
    for byte in 0..200u8 {
        assert_eq!(next, Some(vec![byte]));
        next = decoder.decode(&[]).expect("valid").map(|frame| frame.payload.to_vec());
    }
    assert_eq!(next, None);
    assert_eq!(decoder.heap_bytes(), 0);
}

/// Found by the fuzzer: the room for a long piece stayed when only the first byte of a frame was left of it.
#[test]
fn memory_for_what_was_taken_is_given_back_before_the_frame_under_way_ends() {
    let mut decoder = Decoder::new(Role::Server, SMALL);
    let many: Vec<u8> = (0..200u8).flat_map(|byte| frame(true, Opcode::Binary, &[byte])).collect();
    decoder.feed(&[&many[..], &[0x82]].concat());
    while decoder.next_frame().expect("valid").is_some() {}
    assert!(decoder.heap_bytes() < 10, "{}", decoder.heap_bytes());
    assert!(!decoder.is_idle());
}
