//! The rules of an HTTP cache (RFC 9111) as functions over plain data: no sockets, no files, no clock.
//!
//! This is a *shared* cache, one in front of an origin and between it and many readers. A server asks:
//!
//! 1. [`Key::new`]: under which key is it?
//! 2. [`lookup`]: may something stored be served, must it be validated, or is the origin asked?
//! 3. [`respond`]: what does the client get from the store: all of it, a part, a 304?
//! 4. [`forwarded_headers`]: what is the origin asked?
//! 5. [`store`]: is its response kept, and if not, why? [`may_be_shared`]: may others wait for it meanwhile?
//! 6. [`identified_by`], [`freshened`]: what does a 304 change? [`head_news`]: what does a HEAD? A full response
//!    to a validation says that what was asked about is good no more: it is removed, whatever becomes of the
//!    new one (section 4.3.3).
//! 7. [`stale_instead`]: what if the origin fails?
//! 8. [`invalidated`]: what does a POST make invalid?
//! 9. [`CacheStatus`], [`append_via`]: what is said about all this?
//!
//! Every decision comes with its reason, which prints as a sentence and names the section of the RFC. What
//! depends on time takes it as a [`Timestamp`].
//!
//! What is left out: parts are not stored (only whole responses, from which parts are served), several ranges
//! in one response, trailers, and `Warning`, which is obsolete.

mod age;
mod cache_status;
mod directives;
mod entity_tag;
mod freshness;
mod hop_by_hop;
mod invalidation;
mod key;
mod lookup;
mod message;
mod respond;
mod stored;
mod storing;
mod targeted;
mod timestamp;
mod validation;
mod vary;

pub use age::{Age, InitialAge};
pub use cache_status::{CACHE_STATUS, CacheStatus, Forwarded};
pub use directives::{RequestDirectives, ResponseDirectives, Scope, Seconds};
pub use entity_tag::EntityTag;
pub use freshness::{Freshness, Lifetime, LifetimeSource, is_heuristically_cacheable};
pub use hop_by_hop::{append_via, has_passed, strip_hop_by_hop};
pub use invalidation::{invalidated, is_safe};
pub use key::Key;
pub use lookup::{ForwardReason, ServeReason, Verdict, lookup};
pub use message::{RequestHead, ResponseHead};
pub use respond::{Body, Response, is_not_modified, respond};
pub use stored::{Record, RecordError, Stored};
pub use storing::{NotStored, may_be_shared, store};
pub use timestamp::Timestamp;
pub use validation::{
    Failure, HeadNews, StaleForbidden, StaleReason, conditional_headers, forwarded_headers,
    freshened, head_news, identified_by, stale_instead, strip_preconditions,
};
pub use vary::{Selecting, reduced_accept_encoding};

use http::HeaderName;

/// The most seconds that a number in a field can mean: "a cache receiving a delta-seconds value greater than
/// the greatest integer it can represent … MUST consider the value to be 2147483648" (RFC 9111, section 1.2.2).
pub const MOST_DELTA_SECONDS: u32 = 1 << 31;

/// What may be set about a cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which part of the time since Last-Modified a response is taken to be fresh for that says nothing about
    /// it, in percent up to 100; 0 turns guessing off.
    pub heuristic_percent: u32,
    /// The longest lifetime that is guessed, in milliseconds.
    pub most_heuristic_ms: u64,
    /// Fields with directives for this kind of cache (RFC 9213), the most specific first.
    pub targets: Vec<HeaderName>,
    /// For how long a response may be served stale while the origin cannot be reached and nothing forbids it
    /// (RFC 9111, section 4.2.4), in milliseconds.
    pub most_stale_disconnected_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        const DAY_MS: u64 = 86_400_000;
        Self {
            heuristic_percent: 10,
            most_heuristic_ms: 7 * DAY_MS,
            targets: vec![HeaderName::from_static("cdn-cache-control")],
            most_stale_disconnected_ms: 7 * DAY_MS,
        }
    }
}
