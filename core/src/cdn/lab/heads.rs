//! The heads of messages as they are on the wire, for the picture.

use super::Lab;
use super::exchange::{Head, Hop};
use super::wire::{Flight, Message};
use http::{HeaderMap, StatusCode};

/// The fields by name and value, in the order of their names as they were set.
pub(super) fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

fn head(message: &Message, path: &str) -> Head {
    match message {
        Message::Ask(ask) => {
            Head { line: format!("GET {path} HTTP/1.1"), fields: fields(&ask.headers) }
        }
        Message::Answer(answer) => {
            let status = StatusCode::from_u16(answer.status).ok();
            let reason = status.and_then(|it| it.canonical_reason()).unwrap_or_default();
            let line = format!("HTTP/1.1 {} {reason}", answer.status);
            Head { line, fields: fields(&answer.headers) }
        }
        _ => Head::default(),
    }
}

impl Lab {
    /// Writes down what left, if a click set it off.
    pub(super) fn note_sent(&mut self, id: u64, flight: &Flight) {
        let Some(exchange) = flight.exchange else { return };
        let item = self.desk.clicks.iter().rev().find(|it| it.id == exchange).map(|it| it.item);
        let path = self.path(item.unwrap_or_default()).to_owned();
        let head = head(&flight.message, &path);
        let hop = Hop::Sent { flight: id, from: flight.from, to: flight.to, head };
        self.desk.hop(exchange, self.now, hop);
    }
}
