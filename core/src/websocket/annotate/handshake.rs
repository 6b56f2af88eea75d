//! The lines of the handshake, each a field.

use super::super::handshake::{Purpose, lines, split_header};
use super::super::wire::Direction;
use super::field::{Field, FieldKind};

impl Purpose {
    /// What the line is called.
    pub const fn name(self) -> &'static str {
        match self {
            Purpose::RequestLine => "request line",
            Purpose::StatusLine => "status line",
            Purpose::Host => "Host",
            Purpose::Origin => "Origin",
            Purpose::Upgrade => "Upgrade",
            Purpose::Connection => "Connection",
            Purpose::Key => "Sec-WebSocket-Key",
            Purpose::Version => "Sec-WebSocket-Version",
            Purpose::Accept => "Sec-WebSocket-Accept",
            Purpose::Subprotocol => "Sec-WebSocket-Protocol",
            Purpose::Extensions => "Sec-WebSocket-Extensions",
            Purpose::Other => "another header",
            Purpose::End => "empty line",
        }
    }

    /// The rule that it must keep, in a sentence.
    pub const fn rule(self) -> &'static str {
        match self {
            Purpose::RequestLine => "An ordinary request: the method is GET, the version HTTP/1.1.",
            Purpose::StatusLine => {
                "101 says that the protocol changes; any other status is an ordinary answer and opens nothing."
            }
            Purpose::Host => "Which of the server's names was meant, with the port.",
            Purpose::Origin => {
                "Which page asks. A browser always tells, so a server can turn the pages of strangers away."
            }
            Purpose::Upgrade => "Names the other protocol: websocket.",
            Purpose::Connection => "Says that Upgrade is meant for the next hop.",
            Purpose::Key => "16 random bytes in base64, others for every connection.",
            Purpose::Version => "13, the only version there is.",
            Purpose::Accept => {
                "The SHA-1 of the key and a fixed GUID, in base64: only a server that speaks WebSocket knows it."
            }
            Purpose::Subprotocol => {
                "What to speak over the connection; the server chooses from the client's list."
            }
            Purpose::Extensions => {
                "What to add to the protocol; the server chooses from the client's list."
            }
            Purpose::Other => "The handshake does not need it.",
            Purpose::End => "Here HTTP ends; the next byte is a frame's.",
        }
    }
}

/// The lines of a head as far as it has arrived.
pub(super) fn fields(bytes: &[u8], direction: Direction) -> Vec<Field> {
    let mut begin = 0;
    let field = |(end, line): (usize, &[u8])| {
        let (purpose, value) = match (begin, split_header(line)) {
            (0, _) if direction == Direction::ToServer => (Purpose::RequestLine, line),
            (0, _) => (Purpose::StatusLine, line),
            _ if line.is_empty() => (Purpose::End, line),
            (_, Some((name, value))) => match Purpose::of_header(name) {
                Purpose::Other => (Purpose::Other, line),
                known => (known, value),
            },
            (_, None) => (Purpose::Other, line),
        };
        let value = String::from_utf8_lossy(value).into_owned();
        let bits = begin * 8..end * 8;
        begin = end;
        Field { kind: FieldKind::Line(purpose), bits, value, is_broken: false }
    };
    lines(bytes).map(field).collect()
}
