//! How each contender wants to be talked to.

use anyhow::{Context, Result, ensure};

use super::frames::{self, Kind};
use super::stamp::{Stamp, Stamps};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Dialect {
    /// A text is a message for everybody.
    Plain,
    /// Engine.IO 4 around Socket.IO 5, with events named `m`.
    SocketIo,
    /// Our own chat: `playground_core::chat::wire`.
    Chat,
}

/// What a text from the server is.
pub(crate) enum Heard<'a> {
    /// Messages of the room, whoever sent them.
    Messages(Stamps<'a>),
    /// The receiver is in the room now.
    Ready,
    /// A question, and the answer to it.
    Question(&'a [u8]),
    /// Nothing that matters here.
    Other,
}

impl Dialect {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Plain => "/",
            Self::SocketIo => "/socket.io/?EIO=4&transport=websocket",
            Self::Chat => "/ws/chat",
        }
    }

    /// What a member says first.
    pub(crate) fn greeting(self, member: usize) -> Vec<String> {
        match self {
            Self::Plain => vec![],
            Self::SocketIo => vec!["40".into()],
            Self::Chat => vec![
                hello(&format!("member {member}"), None),
                r#"{"type":"join","room":"load"}"#.into(),
            ],
        }
    }

    /// Whether nothing tells that a member is in the room.
    pub(crate) fn is_ready_at_once(self) -> bool {
        self == Self::Plain
    }

    /// Appends the frame that publishes a text: the stamp's, and `more`.
    pub(crate) fn publish(self, stamp: Stamp, more: &str, out: &mut Vec<u8>) {
        let text = [&stamp.text(), more.as_bytes()].concat();
        match self {
            Self::Plain => frames::write(Kind::Text, &text, out),
            Self::SocketIo => {
                let payload = [br#"42["m",""#.as_slice(), &text, br#""]"#].concat();
                frames::write(Kind::Text, &payload, out);
            }
            Self::Chat => {
                let Stamp { publisher, number, .. } = stamp;
                let head = format!(
                    r#"{{"type":"send","room":"load","id":"{publisher}-{number}","text":""#
                );
                let payload = [head.as_bytes(), &text, br#""}"#].concat();
                frames::write(Kind::Text, &payload, out);
            }
        }
    }

    /// Understands a text from the server; `sequence` is the last sequence number of the room, where there are
    /// such.
    pub(crate) fn hear<'a>(self, payload: &'a [u8], sequence: &mut u64) -> Result<Heard<'a>> {
        let messages = || Some(Heard::Messages(Stamps(payload)));
        let heard = match (self, payload) {
            (Self::Plain, _) => messages(),
            (Self::SocketIo, [b'4', b'2', ..]) => messages(),
            (Self::SocketIo, [b'4', b'0', ..]) => Some(Heard::Ready),
            (Self::SocketIo, [b'0', ..]) => Some(Heard::Other),
            (Self::SocketIo, b"2") => Some(Heard::Question(b"3")),
            (Self::SocketIo, _) => None,
            (Self::Chat, payload) => match payload.strip_prefix(br#"{"type":""#.as_slice()) {
                Some([b'm', ..]) => {
                    next_in_sequence(payload, sequence)?;
                    messages()
                }
                Some(more) if more.starts_with(b"joined\"") => Some(Heard::Ready),
                Some(more) if more.starts_with(b"refused\"") => None,
                Some(_) => Some(Heard::Other),
                None => None,
            },
        };
        heard.with_context(|| format!("unexpected: {}", String::from_utf8_lossy(payload)))
    }
}

/// What a person says to our chat first; `last` is the session that this one follows.
pub(crate) fn hello(name: &str, last: Option<u64>) -> String {
    let last = last.map(|last| format!(r#","last":{last}"#)).unwrap_or_default();
    format!(r#"{{"type":"hello","v":1,"name":"{name}","secret":"the secret of {name}"{last}}}"#)
}

/// Checks that the first message of a run is the one after the last one; whoever hears the run counts on.
fn next_in_sequence(payload: &[u8], sequence: &mut u64) -> Result<()> {
    const KEY: &[u8] = br#""seq":"#;
    let at = memchr::memmem::find(payload, KEY).context("a run has no number")?;
    let digits = payload[at + KEY.len()..].iter().take_while(|byte| byte.is_ascii_digit());
    let number = digits.fold(0, |number, digit| 10 * number + u64::from(digit - b'0'));
    ensure!(
        *sequence == 0 || number == *sequence + 1,
        "message {number} of the room came after {sequence}"
    );
    *sequence = number - 1;
    Ok(())
}
