//! Cache-Status (RFC 9211): what a cache did with a request, in one member of a structured list.

use super::freshness::Freshness;
use super::lookup::ForwardReason;
use http::{HeaderMap, HeaderName, HeaderValue};
use sfv::{Integer, ListSerializer, StringRef, TokenRef, key_ref};

/// The field's name.
pub const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// Why a request went to the origin: the tokens of section 2.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forwarded {
    /// The cache was not to handle it.
    Bypass,
    /// A cache does not answer the method.
    Method,
    /// Nothing is stored for the address.
    UriMiss,
    /// What is stored is for other request fields.
    VaryMiss,
    /// Nothing stored fits, for another reason.
    Miss,
    /// A fresh response is stored, but the request does not want it.
    Request,
    /// What is stored is stale.
    Stale,
    /// What is stored is a part, and not the one that is wanted.
    Partial,
}

impl Forwarded {
    /// The token.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Bypass => "bypass",
            Self::Method => "method",
            Self::UriMiss => "uri-miss",
            Self::VaryMiss => "vary-miss",
            Self::Miss => "miss",
            Self::Request => "request",
            Self::Stale => "stale",
            Self::Partial => "partial",
        }
    }
}

/// What a cache did with a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheStatus {
    /// Whether the response came from the store without asking the origin.
    pub hit: bool,
    /// Why the origin was asked.
    pub fwd: Option<Forwarded>,
    /// What the origin answered, if that is not what the client got.
    pub fwd_status: Option<u16>,
    /// For how many seconds the response stays fresh; negative for how long it has been stale.
    pub ttl: Option<i64>,
    /// Whether the origin's response was stored; none where it was not asked.
    pub stored: Option<bool>,
    /// Whether the request waited for another one of the same kind instead of going to the origin itself.
    pub collapsed: bool,
    /// The key of the stored response.
    pub key: Option<String>,
    /// Anything that helps: a reason as a sentence.
    pub detail: Option<String>,
}

impl CacheStatus {
    /// A response from the store.
    pub fn hit(freshness: &Freshness) -> Self {
        Self { hit: true, ttl: Some(freshness.remaining_ms().div_euclid(1_000)), ..Self::default() }
    }

    /// A request that went to the origin.
    pub fn forwarded(reason: ForwardReason) -> Self {
        Self { fwd: Some(reason.forwarded()), detail: Some(reason.to_string()), ..Self::default() }
    }

    /// The field's value; `cache` is the name of the cache. Characters that a structured field cannot hold
    /// become question marks.
    pub fn value(&self, cache: &str) -> HeaderValue {
        let mut list = ListSerializer::new();
        let cache = printable(cache);
        let name = StringRef::from_str(&cache).unwrap_or(sfv::string_ref("cache"));
        let mut item = match TokenRef::from_str(&cache) {
            Ok(token) => list.bare_item(token),
            Err(_) => list.bare_item(name),
        };
        if self.hit {
            item = item.parameter(key_ref("hit"), true);
        }
        if let Some(Ok(fwd)) = self.fwd.map(|fwd| TokenRef::from_str(fwd.token())) {
            item = item.parameter(key_ref("fwd"), fwd);
        }
        if let Some(status) = self.fwd_status {
            item = item.parameter(key_ref("fwd-status"), Integer::from(status));
        }
        if let Some(Ok(ttl)) = self.ttl.map(Integer::try_from) {
            item = item.parameter(key_ref("ttl"), ttl);
        }
        if let Some(stored) = self.stored {
            item = item.parameter(key_ref("stored"), stored);
        }
        if self.collapsed {
            item = item.parameter(key_ref("collapsed"), true);
        }
        for (key, text) in [(key_ref("key"), &self.key), (key_ref("detail"), &self.detail)] {
            let text = text.as_deref().map(printable);
            if let Some(Ok(text)) = text.as_deref().map(StringRef::from_str) {
                item = item.parameter(key, text);
            }
        }
        let _ = item.finish();
        list.finish()
            .and_then(|text| HeaderValue::from_str(&text).ok())
            .unwrap_or(HeaderValue::from_static("cache"))
    }

    /// Adds the value behind those of the caches that are nearer to the origin.
    pub fn append_to(&self, headers: &mut HeaderMap, cache: &str) {
        headers.append(CACHE_STATUS, self.value(cache));
    }
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if (' '..='~').contains(&c) { c } else { '?' }).collect()
}
