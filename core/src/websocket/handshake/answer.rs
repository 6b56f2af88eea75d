//! The server's answer to a request, and the client's check of it.

use super::opening::{field, lines};
use super::{Accept, GUID, HandshakeError, VERSION, accept, names, only};
use thiserror::Error;

/// The server's answer as bytes (section 4.2.2).
pub fn response(accept: &Accept) -> Vec<u8> {
    let headers = [
        field("Upgrade", "websocket"),
        field("Connection", "Upgrade"),
        field("Sec-WebSocket-Accept", &accept.accept),
    ];
    lines("HTTP/1.1 101 Switching Protocols", &headers)
}

/// The answer to a request that opens no WebSocket, as bytes. The connection ends behind it.
pub fn refusal(error: &HandshakeError) -> Vec<u8> {
    let (status, phrase) = (error.status(), error.phrase());
    let mut headers = vec![field("Connection", "close"), field("Content-Length", "0")];
    match status {
        426 => headers.push(field("Sec-WebSocket-Version", VERSION)),
        405 => headers.push(field("Allow", "GET")),
        _ => {}
    }
    lines(&format!("HTTP/1.1 {status} {phrase}"), &headers)
}

/// Why a client does not take an answer for the opening of a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ResponseError {
    /// Not an HTTP response.
    #[error("this is not a response")]
    Malformed,
    /// The server did something else, such as refuse or redirect.
    #[error("the status is {0}, not 101")]
    Status(u16),
    /// `Upgrade` does not name WebSockets.
    #[error("Upgrade must be websocket")]
    NotAnUpgrade,
    /// `Connection` does not name the upgrade.
    #[error("Connection must name Upgrade")]
    ConnectionKept,
    /// `Sec-WebSocket-Accept` is missing, or is not the answer to our key.
    #[error("Sec-WebSocket-Accept must be {expected:?}, the hash of our key and {GUID}")]
    Accept {
        /// The right answer.
        expected: String,
    },
    /// The server chose an extension or a protocol, though we offered none.
    #[error("{0} names something that was not offered")]
    NotOffered(&'static str),
}

/// The client's check of the answer (section 4.1, second list). `key` is the one that was sent.
pub fn check_response<'a>(
    key: &str,
    status: u16,
    headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<(), ResponseError> {
    if status != 101 {
        return Err(ResponseError::Status(status));
    }
    let headers: Vec<_> = headers.into_iter().collect();
    if !names(&headers, "Upgrade", "websocket") {
        return Err(ResponseError::NotAnUpgrade);
    }
    if !names(&headers, "Connection", "upgrade") {
        return Err(ResponseError::ConnectionKept);
    }
    let expected = accept(key).map(|accept| accept.accept).unwrap_or_default();
    if only(&headers, "Sec-WebSocket-Accept").ok().as_ref() != Some(&expected) {
        return Err(ResponseError::Accept { expected });
    }
    for name in ["Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"] {
        if headers.iter().any(|(it, _)| it.eq_ignore_ascii_case(name)) {
            return Err(ResponseError::NotOffered(name));
        }
    }
    Ok(())
}
