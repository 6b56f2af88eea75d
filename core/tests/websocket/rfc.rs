//! The examples and tables of RFC 6455 that speak of frames.

use playground_core::websocket::{
    CloseCode, Decoder, Frame, Limits, Opcode, Role, close_payload, encode_header, mask,
    read_close_payload,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

fn read(role: Role, bytes: &[u8]) -> Vec<(bool, Opcode, Vec<u8>)> {
    let mut decoder = Decoder::new(role, Limits::default());
    let mut frames = Vec::new();
    decoder.feed(bytes);
    while let Some(frame) = decoder.next_frame().expect("the RFC's examples are valid") {
        frames.push((frame.fin, frame.opcode, frame.payload.to_vec()));
    }
    assert!(decoder.is_idle() || frames.last().is_some_and(|(fin, ..)| !fin));
    frames
}

fn write(fin: bool, opcode: Opcode, mask: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Frame { fin, opcode, mask, payload }.encode(&mut out);
    out
}

/// Section 5.7, "Examples", in its order.
#[test]
fn its_examples_are_read_and_written() {
    use Opcode::{Binary, Continuation, Ping, Pong, Text};
    let hello = b"Hello";
    let unmasked = [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
    assert_eq!(write(true, Text, None, hello), unmasked);
    assert_eq!(read(Role::Client, &unmasked), [(true, Text, hello.to_vec())]);

    let masked = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    assert_eq!(write(true, Text, Some(KEY), hello), masked);
    assert_eq!(read(Role::Server, &masked), [(true, Text, hello.to_vec())]);

    let fragments = [0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f];
    let (first, second) =
        (write(false, Text, None, b"Hel"), write(true, Continuation, None, b"lo"));
    assert_eq!([first, second].concat(), fragments);
    let parts = [(false, Text, b"Hel".to_vec()), (true, Continuation, b"lo".to_vec())];
    assert_eq!(read(Role::Client, &fragments), parts);

    let ping = [0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
    assert_eq!(write(true, Ping, None, hello), ping);
    assert_eq!(read(Role::Client, &ping), [(true, Ping, hello.to_vec())]);

    let pong = [0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    assert_eq!(write(true, Pong, Some(KEY), hello), pong);
    assert_eq!(read(Role::Server, &pong), [(true, Pong, hello.to_vec())]);

    for (length, header) in [
        (256, &[0x82, 0x7e, 0x01, 0x00][..]),
        (65_536, &[0x82, 0x7f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00][..]),
    ] {
        let payload = vec![7; length];
        let bytes = write(true, Binary, None, &payload);
        assert_eq!(bytes[..header.len()], *header);
        assert_eq!(read(Role::Client, &bytes), [(true, Binary, payload)]);
    }
}

/// Section 5.2, "Payload length": 7, 7+16 or 7+64 bits, whichever is the shortest.
#[test]
fn lengths_change_their_form_where_it_says() {
    for (length, second, header_bytes) in [
        (0, 0, 2),
        (1, 1, 2),
        (125, 125, 2),
        (126, 126, 4),
        (127, 126, 4),
        (65_535, 126, 4),
        (65_536, 127, 10),
        (u64::MAX >> 1, 127, 10),
    ] {
        let plain = encode_header(true, Opcode::Binary, None, length);
        assert_eq!((plain[1], plain.len()), (second, header_bytes), "{length}");
        let masked = encode_header(true, Opcode::Binary, Some(KEY), length);
        assert_eq!((masked[1], masked.len()), (second | 0x80, header_bytes + 4), "{length}");
        assert_eq!(masked[header_bytes..], KEY);
    }
}

/// Section 5.2, "Opcode", and section 11.8, its registry.
#[test]
fn opcodes_are_those_of_the_registry() {
    let registry = [
        (0, Opcode::Continuation, false),
        (1, Opcode::Text, false),
        (2, Opcode::Binary, false),
        (8, Opcode::Close, true),
        (9, Opcode::Ping, true),
        (10, Opcode::Pong, true),
    ];
    for number in 0..=u8::MAX {
        let known = registry.iter().find(|(it, ..)| *it == number);
        assert_eq!(Opcode::from_number(number), known.map(|(_, opcode, _)| *opcode));
    }
    for (number, opcode, is_control) in registry {
        assert_eq!((opcode.number(), opcode.is_control()), (number, is_control));
    }
    assert!(registry.iter().map(|(_, opcode, _)| *opcode).eq(Opcode::ALL));
}

/// Section 7.4.1, and IANA's registry for the three codes after it; section 7.4.2 for the ranges.
#[test]
fn close_codes_may_be_sent_or_not_as_it_says() {
    let may = |code| CloseCode(code).is_allowed_on_the_wire();
    for (codes, allowed) in [
        (0..=999, false),
        (1000..=1003, true),
        (1004..=1006, false),
        (1007..=1014, true),
        (1015..=2999, false),
        (3000..=4999, true),
        (5000..=u16::MAX, false),
    ] {
        for code in codes {
            assert_eq!(may(code), allowed, "{code}");
            let payload = close_payload(CloseCode(code), "");
            assert_eq!(read_close_payload(&payload).is_ok(), allowed, "{code}");
        }
    }
}

/// Section 7.4.1 names these.
#[test]
fn close_codes_have_the_names_of_the_registry() {
    for (code, name) in [
        (1000, Some("normal closure")),
        (1001, Some("going away")),
        (1002, Some("protocol error")),
        (1003, Some("unsupported data")),
        (1004, None),
        (1005, Some("no status received")),
        (1006, Some("abnormal closure")),
        (1007, Some("invalid payload data")),
        (1008, Some("policy violation")),
        (1009, Some("message too big")),
        (1010, Some("mandatory extension")),
        (1011, Some("internal error")),
        (1015, Some("TLS handshake")),
        (4000, None),
    ] {
        assert_eq!(CloseCode(code).name(), name);
    }
}

/// Section 5.3: octet i of the masked data is octet i of the data XOR octet i mod 4 of the key.
#[test]
fn masking_is_the_sum_it_says() {
    let data: Vec<u8> = (0..100u8).map(|byte| byte.wrapping_mul(37)).collect();
    for offset in 0..9 {
        for length in 0..data.len() - offset {
            let mut masked = data[offset..offset + length].to_vec();
            mask(KEY, offset, &mut masked);
            let expected = (offset..offset + length).map(|index| data[index] ^ KEY[index % 4]);
            assert!(masked.iter().copied().eq(expected), "{length} bytes from {offset}");
        }
    }
}

#[test]
fn a_reason_is_cut_between_characters() {
    let payload = close_payload(CloseCode::NORMAL, &"é".repeat(100));
    assert_eq!(payload.len(), 124, "61 characters of two bytes and the code");
    let said = read_close_payload(&payload).expect("it is whole");
    assert_eq!(said, Some((CloseCode::NORMAL, "é".repeat(61).as_str())));
}
