//! The response that a client gets from the store: whole, a 304, a part, or 416 (RFC 9111, section 4.3.2; RFC
//! 9110, sections 13 and 14).

use super::age::Age;
use super::entity_tag::{EntityTag, list};
use super::message::RequestHead;
use super::stored::Stored;
use super::timestamp::Timestamp;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use std::ops::Range;

/// The head of a response from the store, and which part of the stored body goes with it.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: StatusCode,
    /// The fields, with `Age`, without Cache-Status and Via.
    pub headers: HeaderMap,
    /// Which bytes of the body follow.
    pub body: Body,
}

/// Which bytes of a stored body follow a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// None of them.
    Empty,
    /// All of them.
    Whole,
    /// These.
    Part(Range<u64>),
}

/// Answers a request from a stored response that may be served for it.
///
/// `length` is that of the whole body in bytes, if it is known already; until then ranges are ignored.
pub fn respond(
    stored: &Stored,
    request: RequestHead<'_>,
    age: &Age,
    length: Option<u64>,
) -> Response {
    let mut headers = stored.headers().clone();
    headers.insert(header::AGE, HeaderValue::from(age.seconds()));
    if stored.status().is_success() && is_not_modified(stored, request.headers) {
        strip_for_not_modified(&mut headers);
        return Response { status: StatusCode::NOT_MODIFIED, headers, body: Body::Empty };
    }
    let whole = if *request.method == Method::HEAD { Body::Empty } else { Body::Whole };
    let range = length.and_then(|length| Some((length, range(stored, request, length)?)));
    match range {
        None => Response { status: stored.status(), headers, body: whole },
        Some((length, Some(part))) => {
            let (first, last) = (part.start, part.end - 1);
            insert(&mut headers, header::CONTENT_RANGE, &format!("bytes {first}-{last}/{length}"));
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(part.end - part.start));
            Response { status: StatusCode::PARTIAL_CONTENT, headers, body: Body::Part(part) }
        }
        Some((length, None)) => {
            strip_for_not_modified(&mut headers);
            insert(&mut headers, header::CONTENT_RANGE, &format!("bytes */{length}"));
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(0));
            Response { status: StatusCode::RANGE_NOT_SATISFIABLE, headers, body: Body::Empty }
        }
    }
}

/// Whether the client's copy is still good. If-None-Match decides alone where it is there; If-Match and
/// If-Unmodified-Since are for the origin (RFC 9111, section 4.3.2).
pub fn is_not_modified(stored: &Stored, request: &HeaderMap) -> bool {
    if request.contains_key(header::IF_NONE_MATCH) {
        let ours = stored.entity_tag();
        return list(request, &header::IF_NONE_MATCH).any(|theirs| {
            theirs.opaque == b"*" || ours.is_some_and(|ours| ours.weakly_equals(&theirs))
        });
    }
    let mut since = request.get_all(header::IF_MODIFIED_SINCE).iter();
    let (Some(since), None) = (since.next(), since.next()) else {
        return false;
    };
    let since = Timestamp::parse_http_date(since.as_bytes(), stored.received_at());
    // Without Last-Modified, Date, which is there in every stored response.
    since.is_some_and(|since| stored.last_modified().unwrap_or(stored.date()) <= since)
}

/// A 304 repeats what guides caches, not what describes the body (RFC 9110, section 15.4.5).
fn strip_for_not_modified(headers: &mut HeaderMap) {
    const ABOUT_THE_BODY: [HeaderName; 5] = [
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::CONTENT_ENCODING,
        header::CONTENT_LANGUAGE,
        header::CONTENT_RANGE,
    ];
    for name in &ABOUT_THE_BODY {
        headers.remove(name);
    }
    if headers.contains_key(header::ETAG) {
        headers.remove(header::LAST_MODIFIED);
    }
}

/// The part that a request asks for; an inner none if there is no such part, an outer one if there is nothing
/// to ask for a part of, or the request is better answered with all of it.
fn range(stored: &Stored, request: RequestHead<'_>, length: u64) -> Option<Option<Range<u64>>> {
    let wanted = request.headers.get(header::RANGE)?;
    if *request.method != Method::GET || stored.status() != StatusCode::OK {
        return None;
    }
    if !if_range_holds(stored, request.headers) {
        return None;
    }
    let parsed = http_range_header::parse_range_header(wanted.to_str().ok()?).ok()?;
    match parsed.validate(length) {
        Ok(ranges) => match ranges.as_slice() {
            [one] => Some(Some(*one.start()..one.end() + 1)),
            // Several parts in one response are optional (RFC 9110, section 15.3.7.2).
            _ => None,
        },
        Err(http_range_header::RangeUnsatisfiableError::Unsatisfiable) => Some(None),
        Err(_) => None,
    }
}

/// Whether a part may be joined to what the client has (RFC 9110, section 13.1.5): the same strong entity
/// tag, or exactly the same Last-Modified, if that is at least a minute older than the response and so names
/// one version only (section 8.8.2.2).
fn if_range_holds(stored: &Stored, request: &HeaderMap) -> bool {
    let Some(value) = request.get(header::IF_RANGE) else {
        return true;
    };
    let value = value.as_bytes();
    if let Some(date) = Timestamp::parse_http_date(value, stored.received_at()) {
        const STRONG_AFTER_MS: i64 = 60_000;
        return stored.last_modified() == Some(date)
            && stored.date().since(date) >= STRONG_AFTER_MS;
    }
    let theirs = EntityTag::parse(value);
    stored.entity_tag().is_some_and(|ours| ours.strongly_equals(&theirs))
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
