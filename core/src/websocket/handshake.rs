//! The opening handshake (RFC 6455, section 4): an HTTP request whose answer proves that the server meant it.
//!
//! The client sends 16 random bytes; the server hashes them together with a constant that nobody would use
//! by accident. A server that knows nothing of WebSockets cannot give that answer, nor can a cache.

mod answer;
mod head;
mod opening;

pub use answer::{ResponseError, check_response, refusal, response};
pub use head::{Head, MOST_HEAD_BYTES};
pub(super) use head::{lines, split_header};
pub use opening::{HeaderField, Opening, Purpose};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha1::{Digest as _, Sha1};
use thiserror::Error;

/// What the server appends to the client's key (section 1.3).
pub const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The only version of the protocol that there is (section 4.1).
pub const VERSION: &str = "13";

/// The server's answer to a key, with everything on the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accept {
    /// The value of `Sec-WebSocket-Key`.
    pub key: String,
    /// The 16 bytes that the key stands for.
    pub nonce: [u8; 16],
    /// The key as it is written, and the [`GUID`].
    pub concatenated: String,
    /// The SHA-1 of that.
    pub digest: [u8; 20],
    /// The digest in base64: the value of `Sec-WebSocket-Accept`.
    pub accept: String,
}

/// Why a request does not open a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HandshakeError {
    /// Another method than GET.
    #[error("the method must be GET, not {0}")]
    Method(String),
    /// An HTTP version before 1.1, or one without upgrades.
    #[error("the request must be HTTP/1.1, not {0}")]
    HttpVersion(String),
    /// A header is not there.
    #[error("there must be a header {0}")]
    Missing(&'static str),
    /// A header is there more than once.
    #[error("there must be one header {0}, not several")]
    Repeated(&'static str),
    /// `Upgrade` does not name WebSockets.
    #[error("Upgrade must name websocket")]
    NotAnUpgrade,
    /// `Connection` does not name the upgrade.
    #[error("Connection must name Upgrade")]
    ConnectionKept,
    /// A version of the protocol that is not 13.
    #[error("Sec-WebSocket-Version must be {VERSION}, not {0}")]
    Version(String),
    /// The key is not 16 bytes in base64.
    #[error("Sec-WebSocket-Key must be 16 bytes in base64")]
    Key,
    /// Not HTTP at all.
    #[error("this is not a request: {0:?}")]
    Malformed(String),
    /// The headers do not end.
    #[error("the request's head must not exceed {MOST_HEAD_BYTES} bytes")]
    TooLong,
}

impl HandshakeError {
    /// The HTTP status of the answer. With 426 goes the header `Sec-WebSocket-Version: 13` (section 4.4),
    /// with 405 `Allow: GET`.
    pub const fn status(&self) -> u16 {
        match self {
            HandshakeError::Method(_) => 405,
            HandshakeError::HttpVersion(_) => 505,
            HandshakeError::NotAnUpgrade | HandshakeError::Version(_) => 426,
            HandshakeError::TooLong => 431,
            _ => 400,
        }
    }

    /// What the status is called.
    pub const fn phrase(&self) -> &'static str {
        match self.status() {
            405 => "Method Not Allowed",
            426 => "Upgrade Required",
            431 => "Request Header Fields Too Large",
            505 => "HTTP Version Not Supported",
            _ => "Bad Request",
        }
    }
}

/// The answer to a key (section 4.2.2, step 5). A key is 16 bytes in base64.
pub fn accept(key: &str) -> Result<Accept, HandshakeError> {
    let bytes = BASE64_STANDARD.decode(key).map_err(|_| HandshakeError::Key)?;
    let nonce = bytes.try_into().map_err(|_| HandshakeError::Key)?;
    let concatenated = format!("{key}{GUID}");
    let digest: [u8; 20] = Sha1::digest(&concatenated).into();
    let accept = BASE64_STANDARD.encode(digest);
    Ok(Accept { key: key.to_owned(), nonce, concatenated, digest, accept })
}

/// The server's side (section 4.2.1): whether a request opens a WebSocket, and the answer to its key.
///
/// `version` is as in the request line, `HTTP/1.1`. Names of headers are compared without regard to case.
/// Whether the `Origin` is welcome, and which protocol to speak, is for the caller to decide.
pub fn check_request<'a>(
    method: &str,
    version: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<Accept, HandshakeError> {
    if method != "GET" {
        return Err(HandshakeError::Method(method.to_owned()));
    }
    if version != "HTTP/1.1" {
        return Err(HandshakeError::HttpVersion(version.to_owned()));
    }
    let headers: Vec<_> = headers.into_iter().collect();
    only(&headers, "Host")?;
    if !names(&headers, "Upgrade", "websocket") {
        return Err(HandshakeError::NotAnUpgrade);
    }
    if !names(&headers, "Connection", "upgrade") {
        return Err(HandshakeError::ConnectionKept);
    }
    let version = only(&headers, "Sec-WebSocket-Version")?;
    if version != VERSION {
        return Err(HandshakeError::Version(version));
    }
    accept(&only(&headers, "Sec-WebSocket-Key")?)
}

/// The value of the one header of that name.
fn only(headers: &[(&str, &[u8])], name: &'static str) -> Result<String, HandshakeError> {
    let mut values = headers.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name));
    let (_, value) = values.next().ok_or(HandshakeError::Missing(name))?;
    if values.next().is_some() {
        return Err(HandshakeError::Repeated(name));
    }
    Ok(String::from_utf8_lossy(value.trim_ascii()).into_owned())
}

/// Whether one of the headers of that name lists the token, without regard to case.
fn names(headers: &[(&str, &[u8])], name: &str, token: &str) -> bool {
    let values = headers.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name));
    let mut listed = values.flat_map(|(_, value)| value.split(|byte| *byte == b','));
    listed.any(|it| it.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
}
