//! What the server is going to answer, told before the bytes are sent.

use super::annotate::Watcher;
use super::wire::Direction;
use super::{Answer, CloseCode, EchoServer, Limits};

/// What the real echo server takes: 16 MiB and a little, a frame and a message.
pub const ECHO_LIMITS: Limits = {
    let bytes = (16 << 20) + (64 << 10);
    Limits { frame_bytes: bytes, message_bytes: bytes }
};

/// What becomes of bytes that a client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    /// What the server does, in order.
    pub answers: Vec<Answer>,
    /// The very bytes that it sends.
    pub bytes: Vec<u8>,
    /// The code of the close frame that the server sends, if it sends one with a code.
    pub close_code: Option<CloseCode>,
    /// Whether it then ends the connection.
    pub ends: bool,
    /// If a frame is under way: how many bytes the server still waits for, as far as it knows.
    pub missing_bytes: Option<u64>,
}

/// What the echo server answers to these frames of a client on an open connection.
///
/// `limits` are the server's; the real one's are [`ECHO_LIMITS`].
pub fn predict(frames: &[u8], limits: Limits) -> Prediction {
    let mut watcher = Watcher::after_handshake(Direction::ToServer, limits);
    watcher.push(frames);
    let missing = watcher.missing_bytes();
    predict_with(EchoServer::open(limits), frames, missing)
}

/// What the echo server answers to everything that a client sends from the first byte on, the HTTP request
/// included.
pub fn predict_connection(bytes: &[u8], limits: Limits) -> Prediction {
    let mut watcher = Watcher::new(Direction::ToServer, limits);
    watcher.push(bytes);
    let missing = watcher.missing_bytes();
    predict_with(EchoServer::new(limits), bytes, missing)
}

fn predict_with(mut server: EchoServer, bytes: &[u8], missing: Option<u64>) -> Prediction {
    let answers = server.receive(bytes);
    let ends = server.is_over();
    Prediction {
        close_code: answers.iter().find_map(Answer::close_code),
        answers,
        bytes: server.take_outgoing(),
        ends,
        missing_bytes: missing.filter(|_| !ends),
    }
}
