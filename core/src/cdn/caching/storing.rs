//! Whether a response may be stored (RFC 9111, section 3).

use super::Settings;
use super::directives::{RequestDirectives, ResponseDirectives, Scope};
use super::freshness::is_heuristically_cacheable;
use super::invalidation::same_resource;
use super::message::{RequestHead, ResponseHead};
use super::stored::Stored;
use super::timestamp::Timestamp;
use super::vary::Selecting;
use http::{Method, StatusCode, header};
use serde::Serialize;
use thiserror::Error;

/// Why a response is not stored: the first reason in the order of the rules. Printed, it is a sentence with
/// the place where the rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotStored {
    /// Neither GET nor a POST that says what it made.
    #[error("responses to this method are not stored (RFC 9111, section 3)")]
    Method,
    /// A response to POST without explicit freshness, or without a Content-Location that is its own address.
    #[error(
        "a response to POST is stored only with explicit freshness and a Content-Location equal to the \
         address (RFC 9110, section 9.3.3)"
    )]
    Post,
    /// A status from 100 to 199.
    #[error("the response is not a final one (RFC 9111, section 3)")]
    NotFinal,
    /// A 206.
    #[error(
        "the response holds a part only, and parts are not stored here (RFC 9111, section 3.3)"
    )]
    Partial,
    /// A 304 is news of a stored response, not one to store.
    #[error("the response says that something is not modified (RFC 9111, section 4.3.3)")]
    NotModified,
    /// `must-understand`, and a status that is not known here.
    #[error("it must be understood, and its status is unknown here (RFC 9111, section 5.2.2.3)")]
    NotUnderstood,
    /// The client asked for that.
    #[error("the request says no-store (RFC 9111, section 5.2.1.5)")]
    RequestNoStore,
    /// The origin asked for that.
    #[error("the response says no-store (RFC 9111, section 5.2.2.5)")]
    NoStore,
    /// It is for one reader, and this cache has many.
    #[error("the response says private, and this cache is shared (RFC 9111, section 5.2.2.7)")]
    Private,
    /// It was for somebody who said who they are.
    #[error(
        "the request had Authorization, and the response says neither public nor must-revalidate nor \
         s-maxage (RFC 9111, section 3.5)"
    )]
    Authorization,
    /// `Vary: *`.
    #[error("Vary says *, so that no other request would match (RFC 9111, section 4.1)")]
    VaryAny,
    /// Nothing says that it may be stored.
    #[error(
        "nothing says how long it is fresh, and its status is not one to guess for (RFC 9111, section 3)"
    )]
    NoFreshness,
    /// A cookie, and nothing that says that the response may be shared all the same.
    #[error(
        "it sets a cookie without explicit freshness or public; to guess would hand the cookie to others \
         (RFC 9111, section 4.2.2: to guess is permitted, not required)"
    )]
    Cookie,
    /// It is stale at once, and there is nothing to validate it with.
    #[error(
        "it is stale at once and has no validator, so that it could not be used (RFC 9111, section 3)"
    )]
    Useless,
}

impl NotStored {
    /// Whether the reason lies in the response, so that the next one for the same address will likely not be
    /// stored either: then let requests for it go to the origin side by side for a while, instead of having
    /// each wait for the one before. Otherwise the reason lies in the request.
    pub const fn is_lasting(self) -> bool {
        match self {
            Self::NotUnderstood
            | Self::NoStore
            | Self::Private
            | Self::VaryAny
            | Self::NoFreshness
            | Self::Cookie
            | Self::Useless => true,
            Self::Method
            | Self::Post
            | Self::NotFinal
            | Self::Partial
            | Self::NotModified
            | Self::RequestNoStore
            | Self::Authorization => false,
        }
    }
}

/// Whether a response to this request may be what others wait for as well (RFC 9111, section 4: "collapse
/// requests"): a GET that does not say who asks, does not forbid to store, and asks for all of it.
pub fn may_be_shared(request: RequestHead<'_>) -> bool {
    *request.method == Method::GET
        && !request.headers.contains_key(header::AUTHORIZATION)
        && !request.headers.contains_key(header::RANGE)
        && !RequestDirectives::parse(request.headers).no_store
}

/// Decides whether a response is stored, and gives what is kept of its head.
///
/// A response with Set-Cookie is stored like any other if the origin says how long it is fresh, or says
/// `public`: RFC 9111 does not except it, and an origin that means one reader has `private` and
/// `private="Set-Cookie"` to say so. Without that nothing is guessed for it.
///
/// # Errors
/// Why it is not stored.
pub fn store(
    settings: &Settings,
    request: RequestHead<'_>,
    response: ResponseHead<'_>,
    requested_at: Timestamp,
    received_at: Timestamp,
) -> Result<Stored, NotStored> {
    let (_, directives) = Stored::directives_of(settings, response.headers);
    method_allows(request, response, &directives)?;
    status_allows(response.status, &directives)?;
    if RequestDirectives::parse(request.headers).no_store {
        return Err(NotStored::RequestNoStore);
    }
    if let Some(reason) = forbidden(response.status, &directives) {
        return Err(reason);
    }
    let shared_by_name =
        directives.public || directives.must_revalidate || directives.s_maxage.is_present();
    if request.headers.contains_key(header::AUTHORIZATION) && !shared_by_name {
        return Err(NotStored::Authorization);
    }
    let selecting = Selecting::new(request.headers, response.headers).ok_or(NotStored::VaryAny)?;
    let stored = Stored::new(settings, response, selecting, requested_at, received_at);
    let lifetime = stored.freshness(received_at).lifetime;
    let explicit = directives.public || lifetime.source.is_explicit();
    if !explicit && !is_heuristically_cacheable(response.status) {
        return Err(NotStored::NoFreshness);
    }
    if !explicit && stored.headers().contains_key(header::SET_COOKIE) {
        return Err(NotStored::Cookie);
    }
    if lifetime.ms == 0 && !stored.has_validator() {
        return Err(NotStored::Useless);
    }
    Ok(stored)
}

/// The word of the response's own that forbids a shared cache to store it.
pub(super) fn forbidden(status: StatusCode, directives: &ResponseDirectives) -> Option<NotStored> {
    let is_overridden = directives.must_understand && is_understood(status);
    if directives.no_store && !is_overridden {
        Some(NotStored::NoStore)
    } else if directives.private == Scope::Response {
        Some(NotStored::Private)
    } else {
        None
    }
}

fn method_allows(
    request: RequestHead<'_>,
    response: ResponseHead<'_>,
    directives: &ResponseDirectives,
) -> Result<(), NotStored> {
    if *request.method == Method::GET {
        return Ok(());
    }
    if *request.method != Method::POST {
        return Err(NotStored::Method);
    }
    let is_explicit = directives.max_age.is_present()
        || directives.s_maxage.is_present()
        || response.headers.contains_key(header::EXPIRES);
    let is_itself = response
        .headers
        .get(header::CONTENT_LOCATION)
        .is_some_and(|location| same_resource(request.target, location));
    (is_explicit && is_itself && response.status.is_success()).then_some(()).ok_or(NotStored::Post)
}

fn status_allows(status: StatusCode, directives: &ResponseDirectives) -> Result<(), NotStored> {
    match status.as_u16() {
        100..=199 => Err(NotStored::NotFinal),
        206 => Err(NotStored::Partial),
        304 => Err(NotStored::NotModified),
        _ if directives.must_understand && !is_understood(status) => Err(NotStored::NotUnderstood),
        _ => Ok(()),
    }
}

/// Whether all that the RFCs say about caching this status is done here: those that RFC 9110 defines, and
/// three that RFC 6585 adds, without the two about parts.
fn is_understood(status: StatusCode) -> bool {
    matches!(
        status.as_u16(),
        200..=205 | 300..=303 | 307 | 308 | 400..=417 | 421 | 422 | 426 | 428 | 429 | 431 | 500..=505
    )
}
