//! What an edge does when it has nothing to serve: it asks the origin, once for all who want the same.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::response::Parts;
use axum::http::{HeaderMap, Method, Response, header};
use playground_core::cdn::caching::{self, CacheStatus, Failure, ForwardReason, RequestDirectives};
use playground_core::cdn::wire::Step;
use tokio::sync::oneshot;

use super::body::CdnBody;
use super::edge::{Edge, Visit, now};
use super::errand::{Errand, Landed};
use super::flights::{Arrived, Brought};
use super::index::{Entry, Variants};
use super::request::Asked;
use super::upstream::NoAnswer;

/// How far into a body a wanted part may begin for the whole body to be fetched, in bytes: its reader waits until
/// that much has arrived. Parts beyond are asked for as such, and not kept.
const NEAR: u64 = 4 << 20;

/// Why the origin is asked, and for what.
#[derive(Debug)]
pub(super) struct Want {
    pub(super) reason: ForwardReason,
    /// With which fields, if an old copy is to be confirmed.
    pub(super) conditions: HeaderMap,
    pub(super) old: Option<Arc<Entry>>,
}

impl Edge {
    /// Asks the origin, together with whoever wants the same; none if what others fetched is not for this request,
    /// which then begins anew.
    pub(super) async fn ask(
        self: &Arc<Self>,
        visit: &mut Visit,
        want: Want,
    ) -> Option<Response<CdnBody>> {
        if !may_share(&visit.asked, &want) {
            self.counts.misses.fetch_add(1, Ordering::Relaxed);
            return Some(self.alone(visit, want).await);
        }
        let flight = flight(&visit.asked, &self.index.get(&visit.asked.key));
        match self.landings.arrive(&flight, visit.number) {
            Arrived::Lead => {
                self.counts.misses.fetch_add(1, Ordering::Relaxed);
                let mut errand = Errand::new(visit, &want);
                caching::strip_preconditions(&mut errand.headers);
                let landed = self.set_off(flight, errand).await;
                let landed = landed.unwrap_or_else(|_| {
                    Landed::NoAnswer(NoAnswer::Unreachable("the request was given up".into()))
                });
                Some(self.deliver(visit, &want, landed).await)
            }
            Arrived::Join(seat) => {
                self.counts.joined.fetch_add(1, Ordering::Relaxed);
                self.tell(visit.number, || Step::Joined);
                match seat.landed().await {
                    Brought::Copy(entry) => self.share(visit, want, &entry).await,
                    Brought::Private => Some(self.alone(visit, want).await),
                    Brought::Error(status) => {
                        match self.stale(visit, &want, Failure::Status(status)).await {
                            Some(response) => Some(response),
                            None => Some(self.alone(visit, want).await),
                        }
                    }
                    Brought::TooSlow => {
                        Some(self.no_answer(visit, &want, &NoAnswer::TooSlow).await)
                    }
                    Brought::Unreachable(why) => {
                        Some(self.no_answer(visit, &want, &NoAnswer::Unreachable(why)).await)
                    }
                }
            }
            Arrived::Pass => {
                self.counts.passed.fetch_add(1, Ordering::Relaxed);
                Some(self.alone(visit, want).await)
            }
        }
    }

    /// Passes a request on, whatever it is.
    pub(super) async fn pass(
        self: &Arc<Self>,
        visit: &mut Visit,
        old: Option<Arc<Entry>>,
    ) -> Response<CdnBody> {
        self.counts.passed.fetch_add(1, Ordering::Relaxed);
        let reason = match visit.asked.method {
            Method::GET | Method::HEAD => ForwardReason::UriMiss,
            _ => ForwardReason::Method,
        };
        self.alone(visit, Want { reason, conditions: HeaderMap::new(), old }).await
    }

    /// Asks the origin for one reader.
    async fn alone(self: &Arc<Self>, visit: &mut Visit, want: Want) -> Response<CdnBody> {
        let errand = Errand::new(visit, &want);
        let landed = self.fetch(errand).await;
        self.deliver(visit, &want, landed).await
    }

    /// Confirms or replaces a copy while its reader is served with it.
    pub(super) fn revalidate(self: &Arc<Self>, visit: &Visit, variants: &Variants, index: usize) {
        let flight = flight(&visit.asked, variants);
        if let Arrived::Lead = self.landings.arrive(&flight, visit.number) {
            let old = variants[index].clone();
            let mut headers = visit.asked.headers.clone();
            caching::strip_preconditions(&mut headers);
            let errand = Errand {
                number: visit.number,
                method: Method::GET,
                target: visit.asked.target.clone(),
                key: visit.asked.key.clone(),
                headers,
                conditions: caching::conditional_headers(&old.stored),
                old: Some(old),
                body: Body::empty(),
            };
            drop(self.set_off(flight, errand));
        }
    }

    /// Asks the origin in a task of its own, which goes on if the reader leaves.
    fn set_off(self: &Arc<Self>, flight: String, errand: Errand) -> oneshot::Receiver<Landed> {
        let (sender, landed) = oneshot::channel();
        let mut landing = WillLand { edge: self.clone(), flight, brought: None };
        let edge = self.clone();
        tokio::spawn(async move {
            let landed = edge.fetch(errand).await;
            landing.brought = Some(landed.brought());
            drop(landing);
            // An error means that the reader has left.
            let _ = sender.send(landed);
        });
        landed
    }

    /// Gives what another one has fetched.
    async fn share(
        self: &Arc<Self>,
        visit: &mut Visit,
        want: Want,
        entry: &Arc<Entry>,
    ) -> Option<Response<CdnBody>> {
        let asked = &visit.asked;
        match caching::lookup([&entry.stored], asked.head(), now()) {
            caching::Verdict::Serve { freshness, .. } => {
                let mut status = CacheStatus::forwarded(want.reason);
                status.collapsed = true;
                status.ttl = Some(freshness.remaining_ms().div_euclid(1_000));
                self.answer(asked, entry, &freshness.age, status).await
            }
            // It is for other request fields: somebody else may lead for these.
            caching::Verdict::Forward { .. } => None,
            // It must be validated for each, so that there is nothing to wait for.
            _ => Some(self.alone(visit, want).await),
        }
    }

    /// Gives what was fetched to the reader who asked for it.
    async fn deliver(
        self: &Arc<Self>,
        visit: &Visit,
        want: &Want,
        landed: Landed,
    ) -> Response<CdnBody> {
        let asked = &visit.asked;
        let mut status = CacheStatus::forwarded(want.reason);
        let answered = match landed {
            Landed::Stored(entry, headers) => {
                let freshness = entry.stored.freshness(now());
                let code = entry.stored.status();
                status.fwd_status = Some(code.as_u16());
                status.stored = Some(true);
                status.ttl = Some(freshness.remaining_ms().div_euclid(1_000));
                match wants_less(&asked.headers) {
                    true => self.answer(asked, &entry, &freshness.age, status).await,
                    false => {
                        let body = self.read(&entry, 0, entry.object.length()).await;
                        body.map(|body| self.sign(code, headers, body, &status))
                    }
                }
            }
            Landed::Confirmed(entry) => {
                self.counts.revalidated.fetch_add(1, Ordering::Relaxed);
                let freshness = entry.stored.freshness(now());
                status.fwd_status = Some(304);
                status.ttl = Some(freshness.remaining_ms().div_euclid(1_000));
                self.answer(asked, &entry, &freshness.age, status).await
            }
            Landed::Stale(failure) => self.stale(visit, want, failure).await,
            Landed::Passed(parts, body, why) => {
                status.fwd_status = Some(parts.status.as_u16());
                status.stored = Some(false);
                status.detail = Some(why);
                let Parts { status: code, headers, .. } = *parts;
                Some(self.sign(
                    code,
                    headers,
                    CdnBody::passed(body, self.shared.upstream.patience),
                    &status,
                ))
            }
            Landed::NoAnswer(why) => Some(self.no_answer(visit, want, &why).await),
        };
        match answered {
            Some(response) => response,
            None => {
                let why = NoAnswer::Unreachable("the copy was gone before it was served".into());
                self.failure(visit, &why, &CacheStatus::forwarded(want.reason))
            }
        }
    }

    /// The old copy where it may stand in for an answer, else what there is to say about it.
    async fn no_answer(
        self: &Arc<Self>,
        visit: &Visit,
        want: &Want,
        why: &NoAnswer,
    ) -> Response<CdnBody> {
        if let Some(response) = self.stale(visit, want, Failure::Unreachable).await {
            return response;
        }
        self.failure(visit, why, &CacheStatus::forwarded(want.reason))
    }

    /// The old copy, if it may be served in place of a failure.
    async fn stale(
        self: &Arc<Self>,
        visit: &Visit,
        want: &Want,
        failure: Failure,
    ) -> Option<Response<CdnBody>> {
        let old = want.old.as_ref()?;
        let settings = &self.shared.settings;
        let allowed =
            caching::stale_instead(settings, &old.stored, visit.asked.head(), failure, now());
        let (freshness, reason) = allowed.ok()?;
        let mut status = CacheStatus::forwarded(want.reason);
        if let Failure::Status(code) = failure {
            status.fwd_status = Some(code);
        }
        status.ttl = Some(freshness.remaining_ms().div_euclid(1_000));
        status.detail = Some(reason.to_string());
        let response = self.answer(&visit.asked, old, &freshness.age, status).await?;
        self.counts.stale.fetch_add(1, Ordering::Relaxed);
        self.tell(visit.number, || Step::Hit {
            age_s: u64::from(freshness.age.seconds()),
            lifetime_s: freshness.lifetime.ms / 1_000,
            is_stale: true,
        });
        Some(response)
    }
}

/// A flight that lands, whatever becomes of the task that carries it.
struct WillLand {
    edge: Arc<Edge>,
    flight: String,
    brought: Option<Brought>,
}

impl Drop for WillLand {
    fn drop(&mut self) {
        let given_up = || Brought::Unreachable("the request to the origin was given up".into());
        let brought = self.brought.take().unwrap_or_else(given_up);
        self.edge.landings.land(&self.flight, brought);
    }
}

/// Whether others may wait for the answer to a request: it must be one that is the same for all of them.
fn may_share(asked: &Asked, want: &Want) -> bool {
    let by_wish = matches!(
        want.reason,
        ForwardReason::RequestNoCache
            | ForwardReason::RequestMaxAge
            | ForwardReason::RequestMinFresh
            | ForwardReason::Method
    );
    asked.method == Method::GET
        && !by_wish
        && !asked.headers.contains_key(header::AUTHORIZATION)
        && !RequestDirectives::parse(&asked.headers).no_store
        && (!want.conditions.is_empty() || is_near(&asked.headers))
}

/// Whether a request wants all of a body, or a part near its beginning.
fn is_near(headers: &HeaderMap) -> bool {
    let Some(range) = headers.get(header::RANGE) else { return true };
    let range = range.to_str().ok().and_then(|range| range.trim().strip_prefix("bytes="));
    let first = range.and_then(|range| range.split('-').next()?.trim().parse::<u64>().ok());
    first.is_some_and(|first| first <= NEAR)
}

/// Whether a request may be answered with less than a whole response.
fn wants_less(headers: &HeaderMap) -> bool {
    [header::RANGE, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE]
        .iter()
        .any(|name| headers.contains_key(name))
}

/// Who wants the same: the same address, and the same in all fields by which its copies are told apart.
fn flight(asked: &Asked, variants: &Variants) -> String {
    let mut flight = asked.key.as_str().to_owned();
    let mut names: Vec<_> = variants
        .iter()
        .flat_map(|entry| entry.stored.selecting().fields().map(|(name, _)| name.clone()))
        .collect();
    names.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    names.dedup();
    for name in names {
        flight.push('\n');
        flight.push_str(name.as_str());
        for value in asked.headers.get_all(&name) {
            flight.push(':');
            flight.push_str(&String::from_utf8_lossy(value.as_bytes()));
        }
    }
    flight
}
