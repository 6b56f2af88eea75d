//! A request's body that can be sent to somebody else as long as nobody has read of it.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::Error;
use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// A body with its owner, who lends it.
pub(super) struct Lending {
    body: Arc<Mutex<Body>>,
    is_touched: Arc<AtomicBool>,
    is_empty: bool,
}

/// A body that is lent.
struct Lent {
    body: Arc<Mutex<Body>>,
    is_touched: Arc<AtomicBool>,
}

impl Lending {
    pub(super) fn new(body: Body) -> Self {
        let is_empty = body.is_end_stream();
        Self { body: Arc::new(Mutex::new(body)), is_touched: Arc::default(), is_empty }
    }

    /// The body, for one who sends it.
    pub(super) fn lend(&self) -> Body {
        match self.is_empty {
            true => Body::empty(),
            false => {
                let (body, is_touched) = (self.body.clone(), self.is_touched.clone());
                Body::new(Lent { body, is_touched })
            }
        }
    }

    /// Whether it can be sent again as it was.
    pub(super) fn is_untouched(&self) -> bool {
        self.is_empty || !self.is_touched.load(Ordering::Relaxed)
    }
}

impl Lent {
    /// Does something with the body. It is read in one place at a time, and no panic leaves it half read.
    fn with<T>(&self, deed: impl FnOnce(&mut Body) -> T) -> T {
        deed(&mut self.body.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.is_touched.store(true, Ordering::Relaxed);
        self.with(|body| Pin::new(body).poll_frame(context))
    }

    fn is_end_stream(&self) -> bool {
        self.with(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(|body| body.size_hint())
    }
}
