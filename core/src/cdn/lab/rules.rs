//! How a cache of the lab asks the rules of HTTP caching, and what becomes of them if a part is left out.

use super::Without;
use super::cache::{Cache, Copied, CopyId};
use super::origin::clock;
use super::wire::{Answer, Ask};
use crate::cdn::caching::{
    self, Forwarded, Freshness, RequestHead, ResponseHead, Settings, Stored,
};
use crate::sim::Time;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};

/// Where the origin is, for the rules: no name that exists.
const AUTHORITY: &str = "https://origin.example";

/// The address of a path at the origin.
fn target(path: &str) -> Uri {
    format!("{AUTHORITY}{path}")
        .parse()
        .unwrap_or_else(|_| Uri::from_static("https://origin.example/"))
}

/// What a cache is to do with a request.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// Serve this copy, which is fresh, or stale and to be validated meanwhile.
    Serve { id: CopyId, freshness: Freshness, is_stale: bool },
    /// Validate this copy first, with these fields.
    Validate { id: CopyId, freshness: Freshness, conditions: HeaderMap, why: Forwarded },
    /// Fetch; why, as `Cache-Status` has it.
    Miss { why: Forwarded },
}

/// Decides about a request.
pub(super) fn lookup(cache: &Cache, ask: &Ask, path: &str, now: Time) -> Verdict {
    let (target, now) = (target(path), clock(now));
    let request = RequestHead { method: &Method::GET, target: &target, headers: &ask.headers };
    let copies: Vec<(&CopyId, &Copied)> = cache.copies_of(ask.item).collect();
    let id = |index: usize| copies.get(index).map(|(id, _)| (*id).clone());
    match caching::lookup(copies.iter().map(|(_, it)| &it.stored), request, now) {
        caching::Verdict::Serve { index, freshness, reason } => match id(index) {
            Some(id) => {
                let is_stale = reason != caching::ServeReason::Fresh;
                Verdict::Serve { id, freshness, is_stale }
            }
            None => Verdict::Miss { why: Forwarded::UriMiss },
        },
        caching::Verdict::Validate { index, freshness, conditions, reason } => match id(index) {
            Some(id) => Verdict::Validate { id, freshness, conditions, why: reason.forwarded() },
            None => Verdict::Miss { why: reason.forwarded() },
        },
        caching::Verdict::Forward { reason } | caching::Verdict::GatewayTimeout { reason } => {
            Verdict::Miss { why: reason.forwarded() }
        }
    }
}

/// The fields of a cache's own request: those of the reader's, with its own conditions or without any.
pub(super) fn fetch_fields(ask: &Ask, conditions: Option<&HeaderMap>) -> HeaderMap {
    let mut headers = caching::forwarded_headers(&ask.headers, conditions);
    if conditions.is_none_or(HeaderMap::is_empty) {
        caching::strip_preconditions(&mut headers);
    }
    headers
}

/// The fields that ask whether a copy still holds.
pub(super) fn conditions(stored: &Stored) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(tag) = stored.headers().get(header::ETAG) {
        headers.insert(header::IF_NONE_MATCH, tag.clone());
    }
    headers
}

/// When a request was sent and its answer arrived.
pub(super) type Times = (Time, Time);

/// Decides whether an answer is stored; why not.
pub(super) fn store(
    without: Option<Without>,
    ask: &Ask,
    path: &str,
    answer: &Answer,
    (asked_at, now): Times,
) -> Result<Stored, String> {
    let headers = overlook(without, &answer.headers, now);
    let target = target(path);
    let request = RequestHead { method: &Method::GET, target: &target, headers: &ask.headers };
    let response = ResponseHead { status: status(answer.status), headers: &headers };
    let stored =
        caching::store(&Settings::default(), request, response, clock(asked_at), clock(now));
    stored.map_err(|why| why.to_string())
}

/// A copy with the news of a 304.
pub(super) fn freshened(
    without: Option<Without>,
    copy: &Stored,
    ask: &Ask,
    path: &str,
    answer: &Answer,
    (asked_at, now): Times,
) -> Stored {
    let news = overlook(without, &answer.headers, now);
    let target = target(path);
    let request = RequestHead { method: &Method::GET, target: &target, headers: &ask.headers };
    let settings = Settings::default();
    caching::freshened(&settings, copy, request, &news, clock(asked_at), clock(now))
}

/// Whether the news of a 304 say that the copy must not be kept any longer.
pub(super) fn forbids_keeping(without: Option<Without>, news: &HeaderMap, now: Time) -> bool {
    let directives = caching::ResponseDirectives::parse(&overlook(without, news, now));
    directives.no_store || directives.private == caching::Scope::Response
}

/// Which copies of an item a 304 is about.
pub(super) fn identified(cache: &Cache, asked: &CopyId, answer: &Answer) -> Vec<CopyId> {
    let copies: Vec<(&CopyId, &Copied)> = cache.copies_of(asked.item).collect();
    let Some(place) = copies.iter().position(|(id, _)| *id == asked) else { return Vec::new() };
    let all = copies.iter().map(|(_, it)| &it.stored);
    let places = caching::identified_by(all, place, &answer.headers);
    places.into_iter().filter_map(|it| copies.get(it).map(|(id, _)| (*id).clone())).collect()
}

/// The status and the fields of an answer out of a copy, to this request.
pub(super) fn respond(stored: &Stored, ask: &Ask, path: &str, now: Time) -> (u16, HeaderMap) {
    let target = target(path);
    let request = RequestHead { method: &Method::GET, target: &target, headers: &ask.headers };
    let age = stored.freshness(clock(now)).age;
    let response = caching::respond(stored, request, &age, None);
    (response.status.as_u16(), response.headers)
}

/// How an answer failed; none if it did not.
pub(super) fn failure(status_code: u16) -> Option<caching::Failure> {
    caching::Failure::of_status(status(status_code))
}

/// Whether a copy may be served although the origin fails.
pub(super) fn may_be_stale(
    without: Option<Without>,
    stored: &Stored,
    ask: &Ask,
    failure: caching::Failure,
    now: Time,
) -> bool {
    let target = target("/");
    let request = RequestHead { method: &Method::GET, target: &target, headers: &ask.headers };
    let settings = Settings::default();
    match caching::stale_instead(&settings, stored, request, failure, clock(now)) {
        Ok(_) => true,
        Err(caching::StaleForbidden::Directive(_)) => without == Some(Without::MustRevalidate),
        Err(_) => false,
    }
}

/// For how long after its lifetime a copy may be served, in seconds, if nobody can be reached and the origin has
/// said nothing about it.
pub(super) fn disconnected_s() -> u64 {
    Settings::default().most_stale_disconnected_ms / 1_000
}

/// The fields as a cache sees them that leaves something out.
fn overlook(without: Option<Without>, headers: &HeaderMap, now: Time) -> HeaderMap {
    let mut headers = headers.clone();
    match without {
        Some(Without::Vary) => {
            headers.remove(header::VARY);
        }
        Some(Without::Private) => {
            let control = headers.get(header::CACHE_CONTROL).and_then(|it| it.to_str().ok());
            let public = control.map(|it| it.replace("private", "public"));
            if let Some(public) = public.and_then(|it| HeaderValue::from_str(&it).ok()) {
                headers.insert(header::CACHE_CONTROL, public);
            }
        }
        Some(Without::Age) => {
            headers.remove(header::AGE);
            if let Ok(date) = HeaderValue::from_str(&clock(now).to_string()) {
                headers.insert(header::DATE, date);
            }
        }
        _ => {}
    }
    headers
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_GATEWAY)
}
