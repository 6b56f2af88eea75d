//! Bytes worth sending: good frames, frames at a boundary, and frames that break a rule.

use playground_core::websocket::{CloseCode, Frame, Opcode, close_payload, encode_header};

/// The key of the example in RFC 6455 section 5.7: a fixed one, so that the same preset is the same bytes.
const KEY: Option<[u8; 4]> = Some([0x37, 0xfa, 0x21, 0x3d]);

/// Bytes worth sending.
pub struct Preset {
    /// The group it stands in.
    pub group: Group,
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub note: &'static str,
    /// Makes the bytes.
    pub bytes: fn() -> Vec<u8>,
}

/// What presets have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Nothing is wrong with it.
    Good,
    /// A length where the header changes.
    Boundary,
    /// It breaks a rule.
    Wrong,
    /// It closes.
    Close,
}

impl Group {
    /// All of them, in order.
    pub const ALL: [Group; 4] = [Group::Good, Group::Boundary, Group::Wrong, Group::Close];

    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Group::Good => "Good frames",
            Group::Boundary => "At the boundaries of length",
            Group::Wrong => "Against a rule",
            Group::Close => "Closing",
        }
    }
}

/// All presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        group: Group::Good,
        name: "“Hello”",
        note: "A text frame of five bytes, masked. It comes back without a mask.",
        bytes: || text(b"Hello"),
    },
    Preset {
        group: Group::Good,
        name: "A ping",
        note: "The answer is a pong with the same payload; no message is delivered.",
        bytes: || frame(true, Opcode::Ping, b"alive?"),
    },
    Preset {
        group: Group::Good,
        name: "A ping between fragments",
        note: "Two fragments of one message and a ping in between: the pong comes before the echo.",
        bytes: || {
            let first = frame(false, Opcode::Text, b"Hel");
            let ping = frame(true, Opcode::Ping, b"?");
            [first, ping, frame(true, Opcode::Continuation, b"lo")].concat()
        },
    },
    Preset {
        group: Group::Good,
        name: "A character cut in two",
        note: "The two bytes of “é” in two fragments: UTF-8 is checked across the seam.",
        bytes: || {
            let first = frame(false, Opcode::Text, b"caf\xc3");
            [first, frame(true, Opcode::Continuation, b"\xa9")].concat()
        },
    },
    Preset {
        group: Group::Boundary,
        name: "125 bytes",
        note: "The longest payload whose length fits into the second byte.",
        bytes: || binary(125),
    },
    Preset {
        group: Group::Boundary,
        name: "126 bytes",
        note: "The shortest that needs the 16-bit length: the seven bits say 126.",
        bytes: || binary(126),
    },
    Preset {
        group: Group::Boundary,
        name: "65,535 bytes",
        note: "The longest that 16 bits can tell.",
        bytes: || binary(65_535),
    },
    Preset {
        group: Group::Boundary,
        name: "65,536 bytes",
        note: "The shortest that needs the 64-bit length: the seven bits say 127.",
        bytes: || binary(65_536),
    },
    Preset {
        group: Group::Wrong,
        name: "A client's frame without a mask",
        note: "The same five bytes, in the clear.",
        bytes: || unmasked(b"Hello"),
    },
    Preset {
        group: Group::Wrong,
        name: "Text that is not UTF-8",
        note: "C3 begins a character of two bytes, and 28 cannot be its second.",
        bytes: || text(b"\xc3\x28"),
    },
    Preset {
        group: Group::Wrong,
        name: "A character that never ends",
        note: "The message is over in the middle of a character.",
        bytes: || text(b"caf\xc3"),
    },
    Preset {
        group: Group::Wrong,
        name: "A frame that claims a gibibyte",
        note: "Only its header is sent. The server refuses before it sets memory aside.",
        bytes: || encode_header(true, Opcode::Binary, KEY, 1 << 30).to_vec(),
    },
    Preset {
        group: Group::Wrong,
        name: "A reserved bit",
        note: "RSV1 belongs to compression, which nobody agreed to.",
        bytes: || changed(text(b"Hello"), 0, 0x40),
    },
    Preset {
        group: Group::Wrong,
        name: "A reserved opcode",
        note: "Opcode 3 has no meaning yet.",
        bytes: || changed(text(b"Hello"), 0, 0x02),
    },
    Preset {
        group: Group::Wrong,
        name: "A length that is too long",
        note: "Five bytes, with the length written in 16 bits.",
        bytes: || {
            let short = text(b"Hello");
            let mut bytes = vec![short[0], 0x80 | 126, 0, 5];
            bytes.extend_from_slice(&short[2..]);
            bytes
        },
    },
    Preset {
        group: Group::Wrong,
        name: "A continuation of nothing",
        note: "No message has begun that could go on.",
        bytes: || frame(true, Opcode::Continuation, b"lo"),
    },
    Preset {
        group: Group::Wrong,
        name: "A message within a message",
        note: "A second text begins before the first has ended.",
        bytes: || [frame(false, Opcode::Text, b"Hel"), text(b"Hello")].concat(),
    },
    Preset {
        group: Group::Wrong,
        name: "A ping of 126 bytes",
        note: "Control frames carry 125 bytes at most.",
        bytes: || frame(true, Opcode::Ping, &[b'x'; 126]),
    },
    Preset {
        group: Group::Wrong,
        name: "Half a ping",
        note: "A control frame without FIN.",
        bytes: || frame(false, Opcode::Ping, b"?"),
    },
    Preset {
        group: Group::Close,
        name: "Close with 1000",
        note: "Done. The server answers with the same code and ends the connection.",
        bytes: || frame(true, Opcode::Close, &close_payload(CloseCode::NORMAL, "bye")),
    },
    Preset {
        group: Group::Close,
        name: "Close without a code",
        note: "Allowed. The answer has none either.",
        bytes: || frame(true, Opcode::Close, b""),
    },
    Preset {
        group: Group::Close,
        name: "Close with 1006",
        note: "A code that is only ever made up by the receiver.",
        bytes: || frame(true, Opcode::Close, &CloseCode::ABNORMAL.0.to_be_bytes()),
    },
    Preset {
        group: Group::Close,
        name: "Close with one byte",
        note: "Half a code.",
        bytes: || frame(true, Opcode::Close, &[0x03]),
    },
];

fn frame(fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Frame { fin, opcode, mask: KEY, payload }.encode(&mut bytes);
    bytes
}

fn text(payload: &[u8]) -> Vec<u8> {
    frame(true, Opcode::Text, payload)
}

fn binary(len: usize) -> Vec<u8> {
    let payload: Vec<u8> = (0..=u8::MAX).cycle().take(len).collect();
    frame(true, Opcode::Binary, &payload)
}

fn unmasked(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Frame { fin: true, opcode: Opcode::Text, mask: None, payload }.encode(&mut bytes);
    bytes
}

fn changed(mut bytes: Vec<u8>, at: usize, by: u8) -> Vec<u8> {
    bytes[at] ^= by;
    bytes
}
