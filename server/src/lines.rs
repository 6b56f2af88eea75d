//! Lines of JSON as the body of a request or an answer that goes on for as long as somebody wants it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::{Receiver, UnboundedReceiver};

/// The media type of such a body.
pub(crate) const NDJSON: &str = "application/x-ndjson";
/// The longest line that is read, in bytes.
const LONGEST: usize = 64 << 10;
/// How many lines are sent together at most.
const TOGETHER: usize = 256;

/// Appends a value as a line.
pub(crate) fn push(bytes: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(&mut *bytes, value).expect("wire types are always JSON");
    bytes.push(b'\n');
}

/// A body of the values that come out of a channel, a line each; it ends with the channel. What waits is sent
/// together.
#[derive(Debug)]
pub(crate) enum Lines<T> {
    /// Whoever fills the channel waits until the reader has caught up.
    Bounded(Receiver<T>),
    /// Whoever fills the channel bounds it by other means.
    Unbounded(UnboundedReceiver<T>),
}

impl<T: Serialize> Body for Lines<T> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let mut values = Vec::new();
        let polled = match self.get_mut() {
            Lines::Bounded(waiting) => waiting.poll_recv_many(context, &mut values, TOGETHER),
            Lines::Unbounded(waiting) => waiting.poll_recv_many(context, &mut values, TOGETHER),
        };
        match polled {
            Poll::Pending => Poll::Pending,
            Poll::Ready(0) => Poll::Ready(None),
            Poll::Ready(_) => {
                let mut bytes = Vec::with_capacity(values.len() * 128);
                for value in &values {
                    push(&mut bytes, value);
                }
                Poll::Ready(Some(Ok(Frame::data(bytes.into()))))
            }
        }
    }
}

/// Reads the lines of a body, several at a time where several have arrived.
#[derive(Debug)]
pub(crate) struct LineReader<B> {
    body: B,
    rest: Vec<u8>,
}

impl<B: Body<Data = Bytes> + Unpin> LineReader<B> {
    pub(crate) fn new(body: B) -> Self {
        LineReader { body, rest: Vec::new() }
    }

    /// The next lines; none at the end, when the connection breaks, and after what is not such a line.
    pub(crate) async fn next<T: DeserializeOwned>(&mut self) -> Option<Vec<T>> {
        loop {
            let data = self.body.frame().await?.ok()?.into_data().unwrap_or_default();
            self.rest.extend_from_slice(&data);
            let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else {
                if self.rest.len() > LONGEST {
                    return None;
                }
                continue;
            };
            let whole = self.rest[..end].split(|byte| *byte == b'\n');
            let lines = whole.map(serde_json::from_slice).collect::<Result<_, _>>().ok()?;
            self.rest.drain(..=end);
            return Some(lines);
        }
    }
}
