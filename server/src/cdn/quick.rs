//! The quick way for what is asked most: all of a fresh copy that is in memory in one piece. Its head is the same for
//! a second, so it is prepared once.

use std::sync::Mutex;
use std::sync::PoisonError;

use axum::http::{HeaderMap, HeaderValue, Method, Response, header};
use playground_core::cdn::caching::{self, CacheStatus, Freshness};

use super::body::CdnBody;
use super::chunks::CHUNK;
use super::edge::Edge;
use super::index::Entry;
use super::request::Asked;
use super::served::is_bodiless;

/// The head of an answer, and for when it is right.
#[derive(Debug, Default)]
pub(super) struct Prepared(Mutex<Option<(Moment, HeaderMap)>>);

/// The age and the time left, in seconds.
type Moment = (u32, i64);

impl Prepared {
    fn get(&self, moment: Moment, make: impl FnOnce() -> HeaderMap) -> HeaderMap {
        // A head is there or not, never half.
        let mut prepared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*prepared {
            Some((then, headers)) if *then == moment => headers.clone(),
            _ => {
                let headers = make();
                *prepared = Some((moment, headers.clone()));
                headers
            }
        }
    }
}

impl Edge {
    /// An answer from a copy, if the quick way leads there.
    pub(super) fn quick(
        &self,
        asked: &Asked,
        entry: &Entry,
        freshness: &Freshness,
    ) -> Option<Response<CdnBody>> {
        let code = entry.stored.status();
        let state = entry.object.state();
        let is_fit = asked.method == Method::GET
            && entry.object.is_whole()
            && state.arrived <= CHUNK
            && !is_bodiless(code)
            && is_plain(&asked.headers);
        if !is_fit {
            return None;
        }
        let body = match state.arrived {
            0 => CdnBody::empty(),
            _ => CdnBody::whole(self.chunks.in_memory(entry.object.id, 0)?),
        };
        let left = freshness.remaining_ms().div_euclid(1_000);
        let headers = entry.prepared.get((freshness.age.seconds(), left), || {
            let length = state.arrived;
            let answer =
                caching::respond(&entry.stored, asked.head(), &freshness.age, Some(length));
            let mut headers = answer.headers;
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
            headers.append(header::VIA, self.shared.place.via.clone());
            CacheStatus::hit(freshness).append_to(&mut headers, &self.name);
            headers
        });
        let mut response = Response::new(body);
        *response.status_mut() = code;
        *response.headers_mut() = headers;
        Some(response)
    }
}

/// Whether a request asks for nothing but the whole.
fn is_plain(headers: &HeaderMap) -> bool {
    [header::RANGE, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE]
        .iter()
        .all(|name| !headers.contains_key(name))
}
