//! The body of what an edge answers.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::inflow::Inflow;
use super::reader::Reader;
use super::served::Served;

/// Why a body ends before its end: the connection is then cut, so that nobody takes a part for the whole.
#[derive(Debug)]
pub struct Torn(pub(super) String);

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Torn {}

/// The body of what an edge answers. Telling how much of it was read is for whoever dropped it to do, see `served`.
pub struct CdnBody {
    kind: Kind,
    served: Option<Served>,
}

enum Kind {
    /// Bytes that are all there.
    Whole(Option<Bytes>),
    /// Bytes from the store, or as they arrive there.
    Read(Box<Reading>),
    /// What the origin sends, passed on.
    Passed(Passing),
    /// An answer of the server's own.
    Own(Body),
}

/// What the origin sends, which may not fall silent for long once its reader wants more.
struct Passing {
    body: Inflow,
    patience: Duration,
    /// Runs out at the end of the patience; none while the origin keeps up.
    silence: Option<Pin<Box<Sleep>>>,
}

/// A reader and what it is about to bring.
struct Reading {
    left: Option<u64>,
    state: ReadState,
}

type Next = Pin<Box<dyn Future<Output = (Reader, Option<Result<Bytes, Torn>>)> + Send>>;

enum ReadState {
    Waiting(Next),
    Over,
}

impl CdnBody {
    pub(super) fn empty() -> Self {
        Kind::Whole(None).into()
    }

    pub(super) fn whole(bytes: Bytes) -> Self {
        Kind::Whole(Some(bytes).filter(|bytes| !bytes.is_empty())).into()
    }

    pub(super) fn read(reader: Reader, length: Option<u64>) -> Self {
        Kind::Read(Box::new(Reading { left: length, state: ReadState::Waiting(next(reader)) }))
            .into()
    }

    /// The origin's body; it breaks off when the origin sends nothing for the `patience`.
    pub(super) fn passed(body: Inflow, patience: Duration) -> Self {
        Kind::Passed(Passing { body, patience, silence: None }).into()
    }

    pub(super) fn own(body: Body) -> Self {
        Kind::Own(body).into()
    }

    /// Counts what is read of it.
    pub(super) fn counted(mut self, served: Served) -> Self {
        let mut served = served;
        if self.kind.is_end_stream() {
            served.finish();
        }
        self.served = Some(served);
        self
    }
}

fn next(mut reader: Reader) -> Next {
    Box::pin(async move {
        let bytes = reader.next().await;
        (reader, bytes)
    })
}

impl From<Kind> for CdnBody {
    fn from(kind: Kind) -> Self {
        Self { kind, served: None }
    }
}

impl Passing {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Torn>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.silence = None;
            return Poll::Ready(frame.map(|it| it.map_err(|error| Torn(error.to_string()))));
        }
        let silence = self.silence.get_or_insert_with(|| Box::pin(sleep(self.patience)));
        std::task::ready!(silence.as_mut().poll(context));
        Poll::Ready(Some(Err(Torn("the origin fell silent".into()))))
    }
}

impl Reading {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Torn>>> {
        let ReadState::Waiting(waiting) = &mut self.state else { return Poll::Ready(None) };
        let (reader, bytes) = std::task::ready!(waiting.as_mut().poll(context));
        match bytes {
            Some(Ok(bytes)) => {
                if let Some(left) = &mut self.left {
                    *left = left.saturating_sub(bytes.len() as u64);
                }
                self.state = ReadState::Waiting(next(reader));
                Poll::Ready(Some(Ok(bytes)))
            }
            Some(Err(torn)) => {
                self.state = ReadState::Over;
                Poll::Ready(Some(Err(torn)))
            }
            None => {
                self.state = ReadState::Over;
                Poll::Ready(None)
            }
        }
    }
}

impl HttpBody for CdnBody {
    type Data = Bytes;
    type Error = Torn;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Torn>>> {
        let this = &mut *self;
        let frame = match &mut this.kind {
            Kind::Whole(bytes) => bytes.take().map(|bytes| Ok(Frame::data(bytes))),
            Kind::Read(reading) => {
                std::task::ready!(reading.poll(context)).map(|bytes| bytes.map(Frame::data))
            }
            Kind::Passed(passing) => std::task::ready!(passing.poll(context)),
            Kind::Own(body) => std::task::ready!(Pin::new(body).poll_frame(context))
                .map(|frame| frame.map_err(|error| Torn(error.to_string()))),
        };
        if let Some(served) = &mut this.served {
            match &frame {
                Some(Ok(frame)) => {
                    served.add(frame.data_ref().map_or(0, |bytes| bytes.len() as u64))
                }
                Some(Err(torn)) => served.broke(&torn.0),
                None => served.finish(),
            }
            if this.kind.is_end_stream() {
                served.finish();
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.kind.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Kind::Read(reading) => reading.left.map_or_else(SizeHint::new, SizeHint::with_exact),
            Kind::Passed(passing) => passing.body.size_hint(),
            Kind::Own(body) => body.size_hint(),
        }
    }
}

impl Kind {
    fn is_end_stream(&self) -> bool {
        match self {
            Kind::Whole(bytes) => bytes.is_none(),
            Kind::Read(reading) => {
                reading.left == Some(0) || matches!(reading.state, ReadState::Over)
            }
            Kind::Passed(passing) => passing.body.is_end_stream(),
            Kind::Own(body) => body.is_end_stream(),
        }
    }
}
