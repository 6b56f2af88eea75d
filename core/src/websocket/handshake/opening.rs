//! The client's request, header by header.

use super::VERSION;
use base64::prelude::{BASE64_STANDARD, Engine as _};

/// What a line of the handshake is for; the page has a sentence for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// `GET /path HTTP/1.1`: an ordinary request.
    RequestLine,
    /// `HTTP/1.1 101 Switching Protocols`: the last words of HTTP.
    StatusLine,
    /// Which of the server's names was meant.
    Host,
    /// Which page asks, so that a server can turn strangers away.
    Origin,
    /// To which protocol.
    Upgrade,
    /// That the upgrade is for the next hop.
    Connection,
    /// 16 random bytes in base64.
    Key,
    /// The version of the protocol.
    Version,
    /// The answer to the key.
    Accept,
    /// Which protocol to speak over the connection.
    Subprotocol,
    /// Which extensions of the protocol to use.
    Extensions,
    /// A header that the handshake does not need.
    Other,
    /// The empty line: frames follow.
    End,
}

impl Purpose {
    /// What a header of this name is for, without regard to case.
    pub fn of_header(name: &str) -> Self {
        const KNOWN: [(&str, Purpose); 9] = [
            ("host", Purpose::Host),
            ("origin", Purpose::Origin),
            ("upgrade", Purpose::Upgrade),
            ("connection", Purpose::Connection),
            ("sec-websocket-key", Purpose::Key),
            ("sec-websocket-version", Purpose::Version),
            ("sec-websocket-accept", Purpose::Accept),
            ("sec-websocket-protocol", Purpose::Subprotocol),
            ("sec-websocket-extensions", Purpose::Extensions),
        ];
        let known = KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map_or(Purpose::Other, |(_, purpose)| *purpose)
    }
}

/// A header: its name and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderField {
    /// As it is usually written.
    pub name: &'static str,
    /// Without spaces around it.
    pub value: String,
}

/// A client's request to open a WebSocket (section 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The server's name, with the port unless it is the usual one.
    pub host: String,
    /// The path and the query.
    pub path: String,
    /// The page that asks; browsers always tell.
    pub origin: Option<String>,
    /// Random, and another one for every connection.
    pub nonce: [u8; 16],
}

impl Opening {
    /// The nonce as it is sent.
    pub fn key(&self) -> String {
        BASE64_STANDARD.encode(self.nonce)
    }

    /// The first line.
    pub fn request_line(&self) -> String {
        format!("GET {} HTTP/1.1", self.path)
    }

    /// The headers, in order.
    pub fn headers(&self) -> Vec<HeaderField> {
        let mut headers = vec![
            field("Host", &self.host),
            field("Upgrade", "websocket"),
            field("Connection", "Upgrade"),
            field("Sec-WebSocket-Key", &self.key()),
            field("Sec-WebSocket-Version", VERSION),
        ];
        headers.extend(self.origin.as_deref().map(|origin| field("Origin", origin)));
        headers
    }

    /// The request as bytes.
    pub fn encode(&self) -> Vec<u8> {
        lines(&self.request_line(), &self.headers())
    }
}

pub(super) fn field(name: &'static str, value: &str) -> HeaderField {
    HeaderField { name, value: value.to_owned() }
}

pub(super) fn lines(first: &str, headers: &[HeaderField]) -> Vec<u8> {
    let mut text = format!("{first}\r\n");
    for HeaderField { name, value } in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += "\r\n";
    text.into_bytes()
}
