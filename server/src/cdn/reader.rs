//! Reads a body from an edge, wherever its bytes are: arriving just now, in memory, on disk, or, if a piece is gone,
//! at the origin again.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use tokio::sync::watch;
use tokio::time::timeout;

use super::body::Torn;
use super::edge::Edge;
use super::index::Entry;
use super::inflow::Inflow;
use super::object::{End, Found, State, split};

/// A place in a body.
pub(super) struct Reader {
    edge: Arc<Edge>,
    entry: Arc<Entry>,
    state: watch::Receiver<State>,
    position: u64,
    /// Where to stop; none for wherever the body ends.
    end: Option<u64>,
    /// The piece at the position, if it was looked up already.
    piece: Option<Bytes>,
    /// The rest from the origin, once a piece was gone.
    rest: Option<Inflow>,
}

impl Reader {
    /// Reads from a position on.
    pub(super) fn new(
        edge: Arc<Edge>,
        entry: Arc<Entry>,
        position: u64,
        end: Option<u64>,
        piece: Option<Bytes>,
    ) -> Self {
        let state = entry.object.watch();
        entry.object.read_to(position);
        Self { edge, entry, state, position, end, piece, rest: None }
    }

    /// The next bytes; none at the end.
    pub(super) async fn next(&mut self) -> Option<Result<Bytes, Torn>> {
        if self.end.is_some_and(|end| self.position >= end) {
            return None;
        }
        let found = match self.rest.take() {
            Some(rest) => self.read_rest(rest).await,
            None => self.find().await,
        };
        let mut bytes = match found {
            Ok(Some(bytes)) => bytes,
            Ok(None) if self.end.is_some() => {
                return Some(Err(Torn("the body is shorter than it was said to be".into())));
            }
            Ok(None) => return None,
            Err(torn) => return Some(Err(torn)),
        };
        if let Some(end) = self.end {
            let left = usize::try_from(end - self.position).unwrap_or(usize::MAX);
            bytes.truncate(left);
        }
        self.position += bytes.len() as u64;
        self.entry.object.read_to(self.position);
        Some(Ok(bytes))
    }

    async fn find(&mut self) -> Result<Option<Bytes>, Torn> {
        loop {
            let (number, offset) = split(self.position);
            let offset = usize::try_from(offset).unwrap_or(usize::MAX);
            if let Some(piece) = self.piece.take().filter(|piece| offset < piece.len()) {
                return Ok(Some(piece.slice(offset..)));
            }
            // Seen before looking, so that nothing that happens meanwhile is missed.
            let state = *self.state.borrow_and_update();
            match self.entry.object.find(self.position) {
                Found::Here(bytes) => return Ok(Some(bytes)),
                Found::Stored => {
                    let piece = self.edge.chunks().get(self.entry.object.id, number).await;
                    match piece.filter(|piece| offset < piece.len()) {
                        Some(piece) => return Ok(Some(piece.slice(offset..))),
                        None => return self.resume("a piece of the copy is gone").await,
                    }
                }
                Found::NotYet => match state.end {
                    End::Whole => return Ok(None),
                    End::Broken => return self.resume("the origin broke off").await,
                    End::Open => {
                        if self.state.changed().await.is_err() {
                            return Err(Torn("nobody fills the copy any more".into()));
                        }
                    }
                },
            }
        }
    }

    /// Asks the origin for the rest, if it is the same body. A reader sees nothing of it; else it sees that the
    /// connection breaks.
    async fn resume(&mut self, why: &str) -> Result<Option<Bytes>, Torn> {
        self.edge.forget(&self.entry);
        let torn = |what: &str| Torn(format!("{why}, and {what}"));
        let stored = &self.entry.stored;
        let tag = stored.entity_tag().filter(|tag| !tag.weak);
        let (Some(_), Some(tag)) = (tag, stored.headers().get(header::ETAG)) else {
            return Err(torn("without a strong entity tag the rest cannot be asked for"));
        };
        let mut headers = HeaderMap::new();
        for (name, value) in stored.selecting().fields() {
            if let Some(value) = value {
                headers.insert(name.clone(), value.clone());
            }
        }
        let last = self.end.map(|end| (end - 1).to_string()).unwrap_or_default();
        let range = format!("bytes={}-{last}", self.position);
        let range = HeaderValue::from_str(&range).map_err(|_| torn("it has no number"))?;
        headers.insert(header::RANGE, range);
        headers.insert(header::IF_RANGE, tag.clone());
        let url = self.entry.url.as_str();
        let sent = self.edge.ask_origin(Method::GET, url, headers, Body::empty()).await;
        let response = sent.map_err(|error| torn(&error.to_string()))?;
        let begin = format!("bytes {}-", self.position);
        let range = response.headers().get(header::CONTENT_RANGE);
        let fits =
            range.and_then(|range| range.to_str().ok()).is_some_and(|r| r.starts_with(&begin));
        if response.status() != StatusCode::PARTIAL_CONTENT || !fits {
            return Err(torn("the origin has another body by now"));
        }
        self.read_rest(response.into_body()).await
    }

    async fn read_rest(&mut self, mut rest: Inflow) -> Result<Option<Bytes>, Torn> {
        let patience = self.edge.shared.upstream.patience;
        loop {
            let frame = match timeout(patience, rest.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(error))) => return Err(Torn(format!("the origin broke off: {error}"))),
                Ok(None) => return Ok(None),
                Err(_) => return Err(Torn("the origin fell silent".into())),
            };
            if let Ok(bytes) = frame.into_data()
                && !bytes.is_empty()
            {
                self.rest = Some(rest);
                return Ok(Some(bytes));
            }
        }
    }
}
