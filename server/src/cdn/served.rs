//! Answers on their way out: those that are the server's own, and what is known of one once it is out.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use playground_core::cdn::wire::Step;

use super::body::CdnBody;
use super::edge::Edge;

/// Whether an answer with this status has no body.
pub(super) fn is_bodiless(status: StatusCode) -> bool {
    status.is_informational() || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// An answer that no origin has a part in.
pub(super) fn own(answer: impl IntoResponse) -> Response<CdnBody> {
    answer.into_response().map(CdnBody::own)
}

/// What is known of an answer once its body was read or dropped.
pub(super) struct Served {
    pub(super) edge: Arc<Edge>,
    pub(super) number: u64,
    pub(super) since: Instant,
    pub(super) status: u16,
    pub(super) bytes: u64,
    pub(super) is_whole: bool,
}

impl Served {
    pub(super) fn add(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    pub(super) fn finish(&mut self) {
        self.is_whole = true;
    }

    pub(super) fn broke(&mut self, why: &str) {
        tracing::warn!(edge = self.edge.name, why, "an answer broke off");
        self.edge.tell(self.number, || Step::Failed { why: why.to_owned() });
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.edge.counts.bytes_served.fetch_add(self.bytes, Ordering::Relaxed);
        let took_us = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.edge.tell(self.number, || Step::Served {
            status: self.status,
            bytes: self.bytes,
            took_us,
            is_whole: self.is_whole,
        });
    }
}
