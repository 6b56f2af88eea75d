//! What to do with a request (RFC 9111, section 4): serve a stored response, validate one, or ask the origin.

use super::cache_status::Forwarded;
use super::directives::RequestDirectives;
use super::freshness::Freshness;
use super::message::RequestHead;
use super::stored::Stored;
use super::timestamp::Timestamp;
use super::validation::conditional_headers;
use http::{HeaderMap, Method};
use serde::Serialize;
use std::fmt;

/// What to do with a request.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Serve the stored response with this index, without asking anybody first.
    Serve {
        /// Its place among the stored responses that were given.
        index: usize,
        /// How long it is fresh, and how old it is.
        freshness: Freshness,
        /// Why it may be served.
        reason: ServeReason,
    },
    /// Ask the origin whether the stored response with this index is still good.
    Validate {
        /// Its place among the stored responses that were given.
        index: usize,
        /// How long it is fresh, and how old it is.
        freshness: Freshness,
        /// Why it may not be served as it is.
        reason: ForwardReason,
        /// The fields for the request to the origin, in place of its own preconditions. Empty if the stored
        /// response has no validator; then the origin sends all of it again, and the preconditions of the
        /// client are for it to judge.
        conditions: HeaderMap,
    },
    /// Send the request on to the origin: nothing stored fits.
    Forward {
        /// Why.
        reason: ForwardReason,
    },
    /// Answer 504: the client does not want the origin to be asked, and nothing stored will do.
    GatewayTimeout {
        /// Why nothing stored will do.
        reason: ForwardReason,
    },
}

/// Why a stored response may be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServeReason {
    /// It is fresh.
    Fresh,
    /// It is stale, and may be served while it is validated: do that in the background.
    WhileRevalidating,
    /// It is stale, and the client takes it so.
    MaxStale,
}

impl fmt::Display for ServeReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fresh => "fresh (RFC 9111, section 4.2)",
            Self::WhileRevalidating => {
                "stale, but within stale-while-revalidate (RFC 5861, section 3)"
            }
            Self::MaxStale => {
                "stale, but the request's max-stale allows it (RFC 9111, section 5.2.1.2)"
            }
        })
    }
}

/// Why the origin is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ForwardReason {
    /// The method is one that a cache does not answer.
    Method,
    /// Nothing is stored for this address.
    UriMiss,
    /// What is stored is for other request fields.
    VaryMiss,
    /// It is stale.
    Stale,
    /// Its `no-cache` asks for validation before each use.
    NoCache,
    /// It was made invalid by a request that changed something, or by hand.
    Invalidated,
    /// The client asks for validation.
    RequestNoCache,
    /// The client wants a younger one.
    RequestMaxAge,
    /// The client wants one that stays fresh for longer.
    RequestMinFresh,
}

impl ForwardReason {
    /// The reason in the coarser terms of Cache-Status.
    pub const fn forwarded(self) -> Forwarded {
        match self {
            Self::Method => Forwarded::Method,
            Self::UriMiss => Forwarded::UriMiss,
            Self::VaryMiss => Forwarded::VaryMiss,
            Self::Stale | Self::NoCache | Self::Invalidated => Forwarded::Stale,
            Self::RequestNoCache | Self::RequestMaxAge | Self::RequestMinFresh => {
                Forwarded::Request
            }
        }
    }

    /// The token for `fwd` in Cache-Status (RFC 9211, section 2.2).
    pub const fn token(self) -> &'static str {
        self.forwarded().token()
    }
}

impl fmt::Display for ForwardReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Method => "a cache does not answer this method (RFC 9111, section 4)",
            Self::UriMiss => "nothing is stored for this address (RFC 9111, section 4)",
            Self::VaryMiss => {
                "what is stored is for other request fields, which Vary names (RFC 9111, section 4.1)"
            }
            Self::Stale => "it is stale (RFC 9111, section 4.2)",
            Self::NoCache => "its no-cache asks for validation first (RFC 9111, section 5.2.2.4)",
            Self::Invalidated => {
                "it was made invalid, and is validated before its next use (RFC 9111, section 4.4)"
            }
            Self::RequestNoCache => "the request says no-cache (RFC 9111, section 5.2.1.4)",
            Self::RequestMaxAge => {
                "it is older than the request's max-age allows (RFC 9111, section 5.2.1.1)"
            }
            Self::RequestMinFresh => {
                "it does not stay fresh for the request's min-fresh (RFC 9111, section 5.2.1.3)"
            }
        })
    }
}

/// Decides about a request, given all that is stored under its [`Key`](super::Key), in any order.
pub fn lookup<'s>(
    stored: impl IntoIterator<Item = &'s Stored>,
    request: RequestHead<'_>,
    now: Timestamp,
) -> Verdict {
    if ![Method::GET, Method::HEAD].contains(request.method) {
        return Verdict::Forward { reason: ForwardReason::Method };
    }
    let wishes = RequestDirectives::parse(request.headers);
    let (index, selected) = match select(stored, request.headers) {
        Ok(selected) => selected,
        Err(reason) if wishes.only_if_cached => return Verdict::GatewayTimeout { reason },
        Err(reason) => return Verdict::Forward { reason },
    };
    let freshness = selected.freshness(now);
    match judge(selected, &freshness, &wishes) {
        Ok(reason) => Verdict::Serve { index, freshness, reason },
        Err(reason) if wishes.only_if_cached => Verdict::GatewayTimeout { reason },
        Err(reason) => {
            let conditions = conditional_headers(selected);
            Verdict::Validate { index, freshness, reason, conditions }
        }
    }
}

/// Of the stored responses whose selecting fields match, the most recent by its `Date`. One without `Vary`
/// fits every request, often by mistake of the origin's, so one that has it comes first (section 4.1).
pub(super) fn select<'s>(
    stored: impl IntoIterator<Item = &'s Stored>,
    request: &HeaderMap,
) -> Result<(usize, &'s Stored), ForwardReason> {
    let mut best: Option<((bool, Timestamp, Timestamp), usize, &Stored)> = None;
    let mut miss = ForwardReason::UriMiss;
    for (index, candidate) in stored.into_iter().enumerate() {
        if !candidate.selecting().matches(request) {
            miss = ForwardReason::VaryMiss;
            continue;
        }
        let rank = (!candidate.selecting().is_empty(), candidate.date(), candidate.received_at());
        if best.as_ref().is_none_or(|&(best_rank, ..)| rank > best_rank) {
            best = Some((rank, index, candidate));
        }
    }
    best.map(|(_, index, candidate)| (index, candidate)).ok_or(miss)
}

/// Whether the selected response may be served as it is, or why not.
fn judge(
    stored: &Stored,
    freshness: &Freshness,
    wishes: &RequestDirectives,
) -> Result<ServeReason, ForwardReason> {
    let directives = stored.directives();
    if stored.is_invalidated() {
        return Err(ForwardReason::Invalidated);
    }
    if stored.needs_validation() {
        return Err(ForwardReason::NoCache);
    }
    if wishes.no_cache {
        return Err(ForwardReason::RequestNoCache);
    }
    if wishes.max_age.is_some_and(|most| freshness.age.current_age_ms > ms(most)) {
        return Err(ForwardReason::RequestMaxAge);
    }
    let remaining_ms = freshness.remaining_ms();
    if wishes.min_fresh.is_some_and(|least| remaining_ms < ms(least) as i64) {
        return Err(ForwardReason::RequestMinFresh);
    }
    if freshness.is_fresh() {
        return Ok(ServeReason::Fresh);
    }
    if directives.forbids_stale().is_some() {
        return Err(ForwardReason::Stale);
    }
    let stale_for_ms = freshness.stale_for_ms();
    if wishes.max_stale.is_some_and(|most| stale_for_ms <= ms(most)) {
        return Ok(ServeReason::MaxStale);
    }
    // "Unless the max-stale request directive is also present, the client does not wish to receive a stale
    // response" (section 5.2.1.1).
    let minds_stale = wishes.max_age.is_some() || wishes.max_stale.is_some();
    let window = directives.stale_while_revalidate.valid();
    if !minds_stale && window.is_some_and(|window| stale_for_ms <= ms(window)) {
        return Ok(ServeReason::WhileRevalidating);
    }
    Err(ForwardReason::Stale)
}

fn ms(seconds: u32) -> u64 {
    u64::from(seconds) * 1_000
}
