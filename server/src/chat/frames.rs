//! Messages as the frames that carry them.

use axum::body::Bytes;
use playground_core::chat::wire::ServerMessage;
use playground_core::websocket::{Opcode, encode_header};

/// Writes messages as text frames. Keeps a buffer, so that a frame is written in one piece.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    json: Vec<u8>,
}

impl Frames {
    /// The most that the buffer keeps between two messages, in bytes.
    const KEPT: usize = 64 << 10;

    /// Appends a message's frame.
    pub(crate) fn write(&mut self, message: &ServerMessage, out: &mut Vec<u8>) {
        self.json.clear();
        self.json.shrink_to(Self::KEPT);
        serde_json::to_writer(&mut self.json, message).expect("wire types are always JSON");
        let header = encode_header(true, Opcode::Text, None, self.json.len() as u64);
        out.reserve(header.len() + self.json.len());
        out.extend_from_slice(&header);
        out.extend_from_slice(&self.json);
    }

    /// A message's frame by itself.
    pub(crate) fn frame(&mut self, message: &ServerMessage) -> Bytes {
        let mut out = Vec::new();
        self.write(message, &mut out);
        out.into()
    }
}
