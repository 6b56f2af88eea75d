//! Fields that concern one connection, and are neither stored nor passed on (RFC 9110, section 7.6.1; RFC
//! 9111, section 3.1), and `Via`, which says who passed the message on (RFC 9110, section 7.6.3).

use super::message::members;
use http::header::{
    CACHE_CONTROL, CONNECTION, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE, VIA,
};
use http::{HeaderMap, HeaderValue, Version};

/// Removed whether or not Connection lists them.
const FIELDS: [HeaderName; 10] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    HeaderName::from_static("proxy-authentication-info"),
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Removes the fields that Connection lists, Connection, and the others that are for one connection only.
///
/// Cache-Control stays even if it is listed: it "is never appropriate as a connection option", and without it
/// the next cache would know less than this one.
pub fn strip_hop_by_hop(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        let listed: Vec<HeaderName> = members(headers, &CONNECTION)
            .filter_map(|name| HeaderName::from_bytes(name).ok())
            .filter(|name| name != CACHE_CONTROL)
            .collect();
        for name in listed {
            headers.remove(name);
        }
    }
    for name in &FIELDS {
        headers.remove(name);
    }
}

/// Appends ourselves to `Via`. `version` is that of the message as it arrived; `pseudonym` is what we are
/// called, a token or a host with an optional port. A pseudonym that no field can hold adds nothing.
pub fn append_via(headers: &mut HeaderMap, version: Version, pseudonym: &str) {
    let version = match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => "1.1",
    };
    if let Ok(value) = HeaderValue::from_str(&format!("{version} {pseudonym}")) {
        headers.append(VIA, value);
    }
}

/// Whether the message has been through us already: a loop, if it is a request.
pub fn has_passed(headers: &HeaderMap, pseudonym: &str) -> bool {
    members(headers, &VIA).any(|member| {
        let mut words = member.split(|byte| byte.is_ascii_whitespace()).filter(|w| !w.is_empty());
        words.nth(1).is_some_and(|by| by.eq_ignore_ascii_case(pseudonym.as_bytes()))
    })
}
