//! Asking the origin whether a stored response is still good (RFC 9111, section 4.3): what is asked, what the
//! answer changes, and what may be served if there is no answer.

use super::Settings;
use super::directives::RequestDirectives;
use super::entity_tag::EntityTag;
use super::freshness::Freshness;
use super::hop_by_hop::strip_hop_by_hop;
use super::message::{RequestHead, ResponseHead};
use super::stored::Stored;
use super::timestamp::Timestamp;
use super::vary::Selecting;
use http::header::{self, HeaderName};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use std::fmt;

/// The preconditions that a client may send; a request that validates has the cache's own instead.
const PRECONDITIONS: [HeaderName; 5] = [
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_MATCH,
    header::IF_UNMODIFIED_SINCE,
    header::IF_RANGE,
];

/// The fields that ask whether a stored response is still good: its entity tag, and when it last changed.
///
/// What the client holds itself is not asked for with it, though section 4.3.2 permits that. So a 304 is about
/// ours, whoever else waits for it; and whether the client's copy is good is seen from the outcome.
pub fn conditional_headers(stored: &Stored) -> HeaderMap {
    let mut conditions = HeaderMap::new();
    if let Some(tag) = stored.headers().get(header::ETAG) {
        conditions.insert(header::IF_NONE_MATCH, tag.clone());
    }
    let modified = stored.headers().get(header::LAST_MODIFIED);
    if let Some(modified) = modified.filter(|_| stored.last_modified().is_some()) {
        conditions.insert(header::IF_MODIFIED_SINCE, modified.clone());
    }
    conditions
}

/// The fields of a request to the origin: those of the client without what concerns its connection; if
/// `conditions` are given and not empty, these in place of the client's own and of its range.
pub fn forwarded_headers(request: &HeaderMap, conditions: Option<&HeaderMap>) -> HeaderMap {
    let mut headers = request.clone();
    strip_hop_by_hop(&mut headers);
    if let Some(conditions) = conditions.filter(|conditions| !conditions.is_empty()) {
        strip_preconditions(&mut headers);
        headers.extend(conditions.clone());
    }
    headers
}

/// Removes preconditions and the range, so that the answer is the whole response, which all can use.
pub fn strip_preconditions(headers: &mut HeaderMap) {
    for name in &PRECONDITIONS {
        headers.remove(name);
    }
    headers.remove(header::RANGE);
}

/// Which stored responses a 304 is about (section 4.3.4): their places among those that were given. Empty if
/// it is about none of them; then ask again without conditions.
///
/// `asked` is the place of the one whose validators were sent. A 304 that has no validator itself is taken to
/// be about that one. The RFC says so only of a stored response that lacks a validator, too, but the conditions
/// named one response, and a server that leaves its validators out can mean no other.
pub fn identified_by<'s>(
    stored: impl IntoIterator<Item = &'s Stored>,
    asked: usize,
    not_modified: &HeaderMap,
) -> Vec<usize> {
    let all: Vec<(usize, &Stored)> = stored.into_iter().enumerate().collect();
    let modified = not_modified.get(header::LAST_MODIFIED);
    match EntityTag::of(not_modified) {
        Some(tag) if !tag.weak => places(&all, |stored| {
            stored.entity_tag().is_some_and(|ours| ours.strongly_equals(&tag))
        }),
        Some(tag) => most_recent(&all, |stored| {
            stored.entity_tag().is_some_and(|ours| ours.weakly_equals(&tag))
        }),
        None if modified.is_some() => {
            most_recent(&all, |stored| stored.headers().get(header::LAST_MODIFIED) == modified)
        }
        None => places(&all[asked.min(all.len())..], |_| true).into_iter().take(1).collect(),
    }
}

fn places(all: &[(usize, &Stored)], fits: impl Fn(&Stored) -> bool) -> Vec<usize> {
    all.iter().filter(|(_, stored)| fits(stored)).map(|(place, _)| *place).collect()
}

fn most_recent(all: &[(usize, &Stored)], fits: impl Fn(&Stored) -> bool) -> Vec<usize> {
    let matching = all.iter().filter(|(_, stored)| fits(stored));
    matching.max_by_key(|(_, stored)| stored.date()).map(|(place, _)| *place).into_iter().collect()
}

/// Fields that an update leaves as they are (section 3.2): they say how long the stored bytes are, how they are
/// coded and of what they are a part, and the bytes stay. Content-Type is not among them.
const NOT_UPDATED: [HeaderName; 3] =
    [header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::CONTENT_RANGE];

/// The stored response with the news of a 304 or of a HEAD (sections 3.2 and 4.3.4): each field of the new
/// response replaces the stored one of that name, the others stay.
///
/// If the news forbid to store it any longer ([`Stored::forbids_keeping`]), serve it this once and remove it.
pub fn freshened(
    settings: &Settings,
    stored: &Stored,
    request: RequestHead<'_>,
    news: &HeaderMap,
    requested_at: Timestamp,
    received_at: Timestamp,
) -> Stored {
    let mut news = news.clone();
    strip_hop_by_hop(&mut news);
    for name in &NOT_UPDATED {
        news.remove(name);
    }
    let mut headers = stored.headers().clone();
    // An Age or a Date of the old response says nothing about the new one.
    headers.remove(header::AGE);
    headers.remove(header::DATE);
    for name in news.keys() {
        headers.remove(name);
    }
    for (name, value) in &news {
        headers.append(name, value.clone());
    }
    let selecting = updated_selecting(stored, request.headers, &headers);
    let head = ResponseHead { status: stored.status(), headers: &headers };
    let is_known = selecting.is_some();
    let selecting = selecting.unwrap_or_else(|| stored.selecting().clone());
    let mut updated = Stored::new(settings, head, selecting, requested_at, received_at);
    updated.set_operator_lifetime_ms(stored.operator_lifetime_ms());
    if !is_known || updated.forbids_keeping().is_some() {
        updated.invalidate();
    }
    updated
}

/// The request fields that the updated response is chosen by. The request that asked is the one for which it
/// was stored, or else one for a variant with the same entity tag: then what was sent for this one is known only
/// for the names that `Vary` had before. None if it is not known.
fn updated_selecting(
    stored: &Stored,
    request: &HeaderMap,
    headers: &HeaderMap,
) -> Option<Selecting> {
    let new = Selecting::new(request, headers)?;
    let old = stored.selecting();
    if old.matches(request) { Some(new) } else { new.has_the_names_of(old).then(|| old.clone()) }
}

/// What a response to HEAD says about a stored GET (section 4.3.5).
#[derive(Clone, Debug)]
pub enum HeadNews {
    /// It is the same representation: keep the body, with this head.
    Updated(Box<Stored>),
    /// It is another one: what is stored is stale, call [`Stored::invalidate`].
    Changed,
    /// It says nothing about what is stored.
    Nothing,
}

/// Compares a response to HEAD with a stored response that it could have been selected for.
pub fn head_news(
    settings: &Settings,
    stored: &Stored,
    request: RequestHead<'_>,
    response: ResponseHead<'_>,
    requested_at: Timestamp,
    received_at: Timestamp,
) -> HeadNews {
    if response.status != StatusCode::OK || !stored.is_superseded_by(request.headers) {
        return HeadNews::Nothing;
    }
    let same = [header::ETAG, header::LAST_MODIFIED, header::CONTENT_LENGTH].iter().all(|name| {
        let new = response.headers.get(name);
        new.is_none() || new == stored.headers().get(name)
    });
    if !same || stored.status() != StatusCode::OK {
        return HeadNews::Changed;
    }
    let updated = freshened(settings, stored, request, response.headers, requested_at, received_at);
    HeadNews::Updated(Box::new(updated))
}

/// How the origin failed to validate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// It answered with one of 500, 502, 503 or 504 (RFC 5861, section 4).
    Status(u16),
    /// It could not be reached, or did not answer.
    Unreachable,
}

impl Failure {
    /// The failure in a status; none if it is an answer like any other.
    pub fn of_status(status: StatusCode) -> Option<Self> {
        matches!(status.as_u16(), 500 | 502 | 503 | 504).then_some(Self::Status(status.as_u16()))
    }
}

/// Why a stale response may be served in place of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StaleReason {
    /// It was stored with `stale-if-error`, or the request has it.
    IfError,
    /// There is no way to the origin, and nothing forbids it.
    Disconnected,
}

impl fmt::Display for StaleReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::IfError => "stale, but within stale-if-error (RFC 5861, section 4)",
            Self::Disconnected => {
                "stale, but the origin cannot be reached (RFC 9111, section 4.2.4)"
            }
        })
    }
}

/// Why a stale response may not be served in place of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StaleForbidden {
    /// This directive of the response forbids it.
    Directive(&'static str),
    /// The stored response was made invalid.
    Invalidated,
    /// The client does not take a stale response, or not one as stale.
    Request,
    /// It has been stale for too long.
    TooOld,
    /// The origin answered, and its answer is to be passed on.
    Answered,
}

impl fmt::Display for StaleForbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directive(directive) => write!(
                f,
                "the stored response says {directive}, which forbids to serve it stale (RFC 9111, section 4.2.4)"
            ),
            Self::Invalidated => f.write_str("it was made invalid (RFC 9111, section 4.4)"),
            Self::Request => f.write_str(
                "the request does not take a stale response, or not one as stale (RFC 9111, section 5.2.1)",
            ),
            Self::TooOld => f.write_str("it has been stale for too long (RFC 9111, section 4.2.4)"),
            Self::Answered => f.write_str(
                "the origin answered with an error, and nothing allows to replace it (RFC 9111, section 4.3.3)",
            ),
        }
    }
}

/// Whether a stored response may be served although it could not be validated.
///
/// # Errors
/// Why not. Then the failure is passed on, or 504 is answered if there is nothing to pass on.
pub fn stale_instead(
    settings: &Settings,
    stored: &Stored,
    request: RequestHead<'_>,
    failure: Failure,
    now: Timestamp,
) -> Result<(Freshness, StaleReason), StaleForbidden> {
    let freshness = stored.freshness(now);
    if let Some(directive) = stored.directives().forbids_stale() {
        return Err(StaleForbidden::Directive(directive));
    }
    if stored.is_invalidated() {
        return Err(StaleForbidden::Invalidated);
    }
    let wishes = RequestDirectives::parse(request.headers);
    let minds_stale = wishes.no_cache || wishes.max_age.is_some() || wishes.min_fresh.is_some();
    if minds_stale && wishes.max_stale.is_none() && wishes.stale_if_error.is_none() {
        return Err(StaleForbidden::Request);
    }
    let stale_for_ms = freshness.stale_for_ms();
    if wishes.max_stale.is_some_and(|most| stale_for_ms > u64::from(most) * 1_000) {
        return Err(StaleForbidden::Request);
    }
    let window = stored.directives().stale_if_error.valid().max(wishes.stale_if_error);
    if window.is_some_and(|window| stale_for_ms <= u64::from(window) * 1_000) {
        return Ok((freshness, StaleReason::IfError));
    }
    match failure {
        Failure::Status(_) => Err(StaleForbidden::Answered),
        // An explicit window says how long the origin wants it served, so that nothing is added to it.
        Failure::Unreachable
            if window.is_none() && stale_for_ms <= settings.most_stale_disconnected_ms =>
        {
            Ok((freshness, StaleReason::Disconnected))
        }
        Failure::Unreachable => Err(StaleForbidden::TooOld),
    }
}
