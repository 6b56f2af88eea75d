//! One edge: it answers readers from its copies, and asks the origin for what it lacks.
//!
//! Every rule is the core's: what may be served, must be validated, may be stored, and with which fields. Here is
//! what the rules are about: copies, connections, and readers who wait for each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use playground_core::cdn::caching::{
    self, Age, CacheStatus, ServeReason, Settings, Timestamp, Verdict, lookup,
};
use playground_core::cdn::wire::Step;

use super::body::CdnBody;
use super::chunks::{Chunks, pieces};
use super::events::Events;
use super::fetch::Want;
use super::flights::Landings;
use super::index::{Entry, Index};
use super::inflow::Inflow;
use super::machines::Machine;
use super::manifests::Manifests;
use super::object::split;
use super::reader::Reader;
use super::request::{Asked, CDN_LOOP, Place, refused};
use super::served::{Served, is_bodiless, own};
use super::stats::Counts;
use super::upstream::{NoAnswer, Upstream};
use crate::problem::AppError;

/// How often a request begins anew because what it found has gone meanwhile.
const TRIES: usize = 4;

/// What the edges of a server share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) place: Place,
    pub(super) upstream: Upstream,
    pub(super) events: Events,
    /// What is known of the other edges, where they are processes of their own.
    pub(super) machine: Option<Arc<Machine>>,
    /// How long everything is fresh, in milliseconds, if an operator says so; `u64::MAX` for what the origin says.
    pub(super) ttl_override_ms: AtomicU64,
    next_number: AtomicU64,
}

impl Shared {
    pub(super) fn new(place: Place, upstream: Upstream, machine: Option<Machine>) -> Self {
        Self {
            settings: Settings::default(),
            place,
            upstream,
            events: Events::new(),
            machine: machine.map(Arc::new),
            ttl_override_ms: AtomicU64::new(u64::MAX),
            next_number: AtomicU64::new(1),
        }
    }

    pub(super) fn ttl_override(&self) -> Option<u64> {
        Some(self.ttl_override_ms.load(Ordering::Relaxed)).filter(|ms| *ms != u64::MAX)
    }
}

/// An edge.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) name: String,
    pub(super) shared: Arc<Shared>,
    pub(super) index: Index,
    pub(super) chunks: Chunks,
    pub(super) manifests: Option<Manifests>,
    pub(super) landings: Landings,
    pub(super) counts: Arc<Counts>,
}

/// The wall clock, as the rules want it.
pub(super) fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

/// A request in the hands of an edge.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) asked: Asked,
    /// By which events name it; 0 while nobody watches.
    pub(super) number: u64,
    since: Instant,
}

impl Edge {
    /// Answers a request whose path is the origin's; `mark` is what its reader calls it.
    pub(super) async fn serve(
        self: &Arc<Self>,
        parts: Parts,
        body: Body,
        mark: Option<u64>,
    ) -> Response<CdnBody> {
        self.counts.requests.fetch_add(1, Ordering::Relaxed);
        let since = Instant::now();
        let number = self.shared.next_number.fetch_add(1, Ordering::Relaxed);
        let asked = match Asked::new(parts, body, &self.shared.place) {
            Ok(asked) => asked,
            Err(error) => {
                self.counts.failed.fetch_add(1, Ordering::Relaxed);
                return own(error);
            }
        };
        let mut visit = Visit { asked, number, since };
        self.tell(number, || Step::Asked {
            method: visit.asked.method.to_string(),
            url: visit.asked.url().to_owned(),
            mark,
        });
        let response = match visit.asked.method {
            Method::GET | Method::HEAD => self.look(&mut visit).await,
            _ => self.pass(&mut visit, None).await,
        };
        let served = Served {
            edge: self.clone(),
            number,
            since: visit.since,
            status: response.status().as_u16(),
            bytes: 0,
            is_whole: false,
        };
        response.map(|body| body.counted(served))
    }

    /// Looks for a copy, and asks the origin if there is none to serve.
    async fn look(self: &Arc<Self>, visit: &mut Visit) -> Response<CdnBody> {
        for _ in 0..TRIES {
            let mut variants = self.index.get(&visit.asked.key);
            if let Some(machine) = &self.shared.machine {
                variants = machine.doubt(variants);
            }
            let heads = variants.iter().map(|entry| &entry.stored);
            let want = match lookup(heads, visit.asked.head(), now()) {
                Verdict::Serve { index, freshness, reason } => {
                    let entry = &variants[index];
                    let answered = match self.quick(&visit.asked, entry, &freshness) {
                        Some(response) => Some(response),
                        None => {
                            let status = CacheStatus::hit(&freshness);
                            self.answer(&visit.asked, entry, &freshness.age, status).await
                        }
                    };
                    let Some(response) = answered else { continue };
                    self.tell(visit.number, || Step::Hit {
                        age_s: u64::from(freshness.age.seconds()),
                        lifetime_s: freshness.lifetime.ms / 1_000,
                        is_stale: reason != ServeReason::Fresh,
                    });
                    entry.hits.fetch_add(1, Ordering::Relaxed);
                    match reason {
                        ServeReason::Fresh => &self.counts.hits,
                        _ => &self.counts.stale,
                    }
                    .fetch_add(1, Ordering::Relaxed);
                    if reason == ServeReason::WhileRevalidating {
                        self.revalidate(visit, &variants, index);
                    }
                    return response;
                }
                Verdict::GatewayTimeout { reason } => {
                    self.counts.failed.fetch_add(1, Ordering::Relaxed);
                    let detail = format!("The request wants a copy only, and {reason}.");
                    return own(refused(StatusCode::GATEWAY_TIMEOUT, detail));
                }
                Verdict::Validate { index, reason, conditions, .. } => {
                    Want { reason, conditions, old: Some(variants[index].clone()) }
                }
                Verdict::Forward { reason } => {
                    Want { reason, conditions: HeaderMap::new(), old: None }
                }
            };
            self.tell(visit.number, || Step::Missed { why: want.reason.token().into() });
            if let Some(response) = self.ask(visit, want).await {
                return response;
            }
        }
        // What others fetch goes before this one gets it: it asks for itself.
        self.pass(visit, None).await
    }

    /// An answer from a copy; none if its body turns out to be gone.
    pub(super) async fn answer(
        self: &Arc<Self>,
        asked: &Asked,
        entry: &Arc<Entry>,
        age: &Age,
        status: CacheStatus,
    ) -> Option<Response<CdnBody>> {
        let length = entry.object.length();
        let caching::Response { status: code, mut headers, body } =
            caching::respond(&entry.stored, asked.head(), age, length);
        if code == entry.stored.status()
            && !headers.contains_key(header::CONTENT_LENGTH)
            && let Some(length) = length
            && !is_bodiless(code)
        {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        let body = match body {
            caching::Body::Empty => CdnBody::empty(),
            caching::Body::Whole if is_bodiless(code) => CdnBody::empty(),
            caching::Body::Whole => self.read(entry, 0, length).await?,
            caching::Body::Part(part) => self.read(entry, part.start, Some(part.end)).await?,
        };
        Some(self.sign(code, headers, body, &status))
    }

    /// The body of a copy, or a part of it; none if not all of it is there any more.
    pub(super) async fn read(
        self: &Arc<Self>,
        entry: &Arc<Entry>,
        begin: u64,
        end: Option<u64>,
    ) -> Option<CdnBody> {
        let object = &entry.object;
        let state = object.state();
        let left = end.map(|end| end - begin);
        if left == Some(0) {
            return Some(CdnBody::empty());
        }
        let (number, offset) = split(begin);
        let is_whole = state.end == super::object::End::Whole;
        if !is_whole {
            // It is arriving, and what has arrived is at hand.
            let reader = Reader::new(self.clone(), entry.clone(), begin, end, None);
            return Some(CdnBody::read(reader, left));
        }
        let piece = match self.chunks.in_memory(object.id, number) {
            Some(piece) => Some(piece),
            None => self.chunks.get(object.id, number).await,
        };
        let last = end.unwrap_or(state.arrived).saturating_sub(1);
        let is_there = |number| self.chunks.has(object.id, number);
        let piece = piece.filter(|_| (number + 1..pieces(last + 1)).all(is_there));
        let Some(piece) = piece else {
            self.forget(entry);
            return None;
        };
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let wanted = left.unwrap_or(state.arrived - begin);
        let to = from.saturating_add(usize::try_from(wanted).unwrap_or(usize::MAX));
        if to <= piece.len() {
            return Some(CdnBody::whole(piece.slice(from..to)));
        }
        let reader = Reader::new(self.clone(), entry.clone(), begin, Some(last + 1), Some(piece));
        Some(CdnBody::read(reader, Some(wanted)))
    }

    /// An answer with what every answer bears: who passed it on, and what this edge did.
    pub(super) fn sign(
        &self,
        status: StatusCode,
        mut headers: HeaderMap,
        body: CdnBody,
        cache_status: &CacheStatus,
    ) -> Response<CdnBody> {
        headers.append(header::VIA, self.shared.place.via.clone());
        cache_status.append_to(&mut headers, &self.name);
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    /// A problem of the edge's own.
    pub(super) fn failure(
        &self,
        visit: &Visit,
        why: &NoAnswer,
        status: &CacheStatus,
    ) -> Response<CdnBody> {
        self.counts.failed.fetch_add(1, Ordering::Relaxed);
        self.tell(visit.number, || Step::Failed { why: why.to_string() });
        let error = match why {
            NoAnswer::BodyTooLarge => AppError::BodyTooLarge,
            NoAnswer::TooSlow => {
                refused(StatusCode::GATEWAY_TIMEOUT, "The origin did not answer in time.")
            }
            NoAnswer::Unreachable(_) => {
                refused(StatusCode::BAD_GATEWAY, "The origin cannot be reached.")
            }
        };
        let (parts, body) = own(error).into_parts();
        self.sign(parts.status, parts.headers, body, status)
    }

    /// Sends a request to the origin, or to a shield before it.
    pub(super) async fn ask_origin(
        self: &Arc<Self>,
        method: Method,
        path_and_query: &str,
        mut headers: HeaderMap,
        body: Body,
    ) -> Result<Response<Inflow>, NoAnswer> {
        self.counts.origin_requests.fetch_add(1, Ordering::Relaxed);
        let place = &self.shared.place;
        headers.append(header::VIA, place.via.clone());
        headers.append(CDN_LOOP, place.name.clone());
        match &self.shared.machine {
            Some(machine) => machine.send(self, method, path_and_query, headers, body).await,
            None => {
                let sent = self.shared.upstream.send(method, path_and_query, headers, body).await;
                Ok(sent?.map(Inflow::Arriving))
            }
        }
    }

    pub(super) fn chunks(&self) -> &Chunks {
        &self.chunks
    }

    /// Tells those who watch.
    pub(super) fn tell(&self, number: u64, step: impl FnOnce() -> Step) {
        self.shared.events.tell(&self.name, number, step);
    }
}
