//! The oracle on streams that are drawn: proper ones, and proper ones with a few bits flipped.

use super::oracle;
use playground_core::websocket::lab::Mistake;
use playground_core::websocket::{CloseCode, Frame, Opcode, Role, close_payload};
use proptest::collection::vec;
use proptest::prelude::*;

/// A frame; in most streams, something about it is wrong.
#[derive(Clone, Debug)]
enum Part {
    Frame { fin: bool, opcode: Opcode, payload: Vec<u8> },
    Close { code: u16, reason: String },
    Mistake(Mistake),
    Bytes(Vec<u8>),
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "\\PC{0,40}".prop_map(String::into_bytes),
        2 => vec(any::<u8>(), 0..200),
        1 => (120usize..132).prop_map(|length| vec![b'x'; length]),
        1 => (65_530usize..65_540).prop_map(|length| vec![b'y'; length]),
    ]
}

fn part() -> impl Strategy<Value = Part> {
    let opcode = prop::sample::select(Opcode::ALL.to_vec());
    let codes = prop_oneof![prop::sample::select(vec![1000, 1005, 1014, 3000]), any::<u16>()];
    prop_oneof![
        12 => (any::<bool>(), opcode, payload()).prop_map(|(fin, opcode, payload)| {
            Part::Frame { fin: fin || opcode.is_control(), opcode, payload }
        }),
        1 => (codes, "\\PC{0,30}").prop_map(|(code, reason)| Part::Close { code, reason }),
        1 => prop::sample::select(Mistake::ALL.to_vec()).prop_map(Part::Mistake),
        1 => vec(any::<u8>(), 0..20).prop_map(Part::Bytes),
    ]
}

fn encode(role: Role, parts: &[Part]) -> Vec<u8> {
    let sender = role.peer();
    let mut out = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let key = (number as u32).wrapping_mul(0x9e37_79b9).to_be_bytes();
        let mask = (sender == Role::Client).then_some(key);
        let (fin, opcode, payload) = match part {
            Part::Frame { fin, opcode, payload } => (*fin, *opcode, payload.clone()),
            Part::Close { code, reason } => {
                (true, Opcode::Close, close_payload(CloseCode(*code), reason))
            }
            Part::Mistake(mistake) => {
                out.extend(mistake.bytes(sender, key));
                continue;
            }
            Part::Bytes(bytes) => {
                out.extend(bytes);
                continue;
            }
        };
        Frame { fin, opcode, mask, payload: &payload }.encode(&mut out);
    }
    out
}

/// Makes the fragments of the stream follow each other as they must, so that not all fail at once.
fn in_order(mut parts: Vec<Part>) -> Vec<Part> {
    let mut is_under_way = false;
    for part in &mut parts {
        let Part::Frame { fin, opcode, .. } = part else { continue };
        if opcode.is_control() {
            continue;
        }
        *opcode = match (is_under_way, *opcode) {
            (true, _) => Opcode::Continuation,
            (false, Opcode::Continuation) => Opcode::Text,
            (false, opcode) => opcode,
        };
        is_under_way = !*fin;
    }
    parts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_stream_in_any_pieces(
        parts in vec(part(), 0..8),
        head in any::<[u8; 4]>(),
        keeps_order in prop::bool::weighted(0.8),
        flips in vec(any::<prop::sample::Index>(), 0..3),
    ) {
        let role = if head[0] & 1 == 0 { Role::Server } else { Role::Client };
        let parts = if keeps_order { in_order(parts) } else { parts };
        let mut bytes = encode(role, &parts);
        for flip in flips {
            if !bytes.is_empty() {
                let bit = flip.index(bytes.len() * 8);
                bytes[bit / 8] ^= 0x80 >> (bit % 8);
            }
        }
        oracle::check(&[&head, &bytes[..]].concat());
    }

    #[test]
    fn any_bytes_at_all(bytes in vec(any::<u8>(), 0..100)) {
        oracle::check(&bytes);
    }
}
