//! A reader's request as an edge takes it: checked, so that nothing but the configured origin can be reached by it
//! and nothing that the key does not show can change what the origin answers.

use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header};
use playground_core::cdn::caching::{
    Key, RequestHead, append_via, has_passed, reduced_accept_encoding,
};

use crate::problem::AppError;

/// The longest path and query, in bytes.
const MOST_TARGET_BYTES: usize = 8 * 1024;
/// The largest body of a request, in bytes.
pub(super) const MOST_BODY_BYTES: u64 = 16 << 20;
/// The content codings that copies are kept in.
const CODINGS: [&str; 2] = ["br", "gzip"];

/// RFC 8586: who has already carried a request, so that a loop ends.
pub(super) const CDN_LOOP: HeaderName = HeaderName::from_static("cdn-loop");

/// Fields that tell an origin another address, scheme, method or client than the request has. They are not part of
/// the key, so one reader could choose by them what the others get: an origin does not hear of them.
const UNKEYED: [&str; 12] = [
    "forwarded",
    "x-real-ip",
    "x-host",
    "x-url-scheme",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-http-host-override",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "client-ip",
];
/// … and all whose names begin so.
const UNKEYED_PREFIXES: [&str; 3] = ["x-forwarded", "x-original-", "x-rewrite-"];

/// Who an edge stands for, and who it is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The origin's scheme.
    pub(super) scheme: Scheme,
    /// The origin's host and port.
    pub(super) authority: Authority,
    /// What the server is called in `Via` and `CDN-Loop`.
    pub(super) pseudonym: String,
    /// As fields have it.
    pub(super) name: HeaderValue,
    pub(super) via: HeaderValue,
}

impl Place {
    /// Before this origin. None if the pseudonym cannot be written in a field.
    pub(super) fn new(scheme: Scheme, authority: Authority, pseudonym: String) -> Option<Self> {
        let name = HeaderValue::from_str(&pseudonym).ok()?;
        let mut fields = HeaderMap::new();
        append_via(&mut fields, Version::HTTP_11, &pseudonym);
        let via = fields.remove(header::VIA)?;
        Some(Self { scheme, authority, pseudonym, name, via })
    }
}

/// A request that may be answered.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    /// At the origin: scheme, authority, path and query.
    pub(super) target: Uri,
    /// Under which its answers are stored.
    pub(super) key: Key,
    /// Without what no origin may hear.
    pub(super) headers: HeaderMap,
    /// Behind a lock, since a body can be read by one only, and a request is looked at by several.
    pub(super) body: Mutex<Body>,
}

impl Asked {
    /// Checks a request; its path is the origin's.
    pub(super) fn new(parts: Parts, body: Body, place: &Place) -> Result<Self, AppError> {
        let Parts { method, uri, mut headers, .. } = parts;
        if method == Method::CONNECT {
            return Err(forbidden("An edge is no tunnel."));
        }
        if method == Method::TRACE {
            return Err(AppError::MethodNotAllowed { allow: Some("GET, HEAD, POST, PUT, DELETE") });
        }
        let path = check_target(&uri)?;
        check_sizes(&headers)?;
        let has_looped = has_passed(&headers, &place.pseudonym)
            || headers.get_all(&CDN_LOOP).iter().any(|value| names(value, &place.pseudonym));
        if has_looped {
            return Err(refused(
                StatusCode::LOOP_DETECTED,
                "The origin leads back here: this request has already been through this server.",
            ));
        }
        // A body means nothing here (RFC 9110, section 9.3.1), and yet an origin may mind it: it is not keyed.
        let is_bodiless = method == Method::GET || method == Method::HEAD;
        let body = if is_bodiless { Body::empty() } else { body };
        if is_bodiless {
            headers.remove(header::CONTENT_LENGTH);
            headers.remove(header::CONTENT_TYPE);
        }
        let reduced = reduced_accept_encoding(&headers, &CODINGS);
        headers.insert(header::ACCEPT_ENCODING, reduced);
        forget_unkeyed(&mut headers);
        let target = Uri::builder()
            .scheme(place.scheme.clone())
            .authority(place.authority.clone())
            .path_and_query(path)
            .build()
            .map_err(|_| bad("The address cannot be understood."))?;
        let key = Key::new(&target);
        Ok(Self { method, target, key, headers, body: Mutex::new(body) })
    }

    pub(super) fn head(&self) -> RequestHead<'_> {
        RequestHead { method: &self.method, target: &self.target, headers: &self.headers }
    }

    /// The body, once.
    pub(super) fn take_body(&mut self) -> Body {
        std::mem::take(self.body.get_mut().unwrap_or_else(PoisonError::into_inner))
    }

    /// Path and query.
    pub(super) fn url(&self) -> &str {
        path_and_query(&self.target)
    }
}

/// What an address is below its origin.
pub(super) fn path_and_query(target: &Uri) -> &str {
    target.path_and_query().map_or("/", PathAndQuery::as_str)
}

/// Only a path: no other host, no way out of a folder, nothing that a proxy and an origin read differently.
fn check_target(uri: &Uri) -> Result<PathAndQuery, AppError> {
    if uri.scheme().is_some() || uri.authority().is_some() {
        return Err(forbidden(
            "An edge is no open proxy: ask for a path, not for another address.",
        ));
    }
    let path = uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
    if path.as_str().len() > MOST_TARGET_BYTES {
        return Err(refused(StatusCode::URI_TOO_LONG, "The address is longer than 8 KiB."));
    }
    if !path.path().starts_with('/') {
        return Err(bad("The address must begin with a slash."));
    }
    // Without any of these there is no way to write what is refused below.
    if !path.path().bytes().any(|byte| matches!(byte, b'.' | b'%' | b'\\')) {
        return Ok(path);
    }
    let lower = path.path().to_ascii_lowercase();
    if ["%2f", "%5c", "%00", "%0d", "%0a"].iter().any(|escape| lower.contains(escape))
        || lower.contains('\\')
    {
        return Err(bad("The path has an escaped slash, backslash or control character."));
    }
    let decoded = lower.replace("%2e", ".");
    if decoded.split('/').any(|segment| matches!(segment.split(';').next(), Some("." | ".."))) {
        return Err(bad("The path has a segment that is a dot or two."));
    }
    Ok(path)
}

fn check_sizes(headers: &HeaderMap) -> Result<(), AppError> {
    let mut hosts = headers.get_all(header::HOST).iter();
    if hosts.next().is_some() && hosts.next().is_some() {
        return Err(bad("There are two Host fields."));
    }
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MOST_BODY_BYTES) {
        return Err(AppError::BodyTooLarge);
    }
    Ok(())
}

/// Whether `CDN-Loop` names somebody: a list of names with parameters.
fn names(value: &HeaderValue, name: &str) -> bool {
    let members = value.as_bytes().split(|&byte| byte == b',');
    members
        .map(|member| member.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii())
        .any(|member| member.eq_ignore_ascii_case(name.as_bytes()))
}

fn forget_unkeyed(headers: &mut HeaderMap) {
    let hidden: Vec<HeaderName> = headers.keys().filter(|name| is_unkeyed(name)).cloned().collect();
    for name in hidden {
        headers.remove(name);
    }
}

fn is_unkeyed(name: &HeaderName) -> bool {
    let name = name.as_str();
    matches!(name.as_bytes().first(), Some(b'x' | b'f' | b't' | b'c'))
        && (UNKEYED.contains(&name)
            || UNKEYED_PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
}

pub(super) fn refused(status: StatusCode, detail: impl Into<String>) -> AppError {
    AppError::Refused { status, detail: detail.into() }
}

pub(super) fn bad(detail: &str) -> AppError {
    refused(StatusCode::BAD_REQUEST, detail)
}

pub(super) fn forbidden(detail: &str) -> AppError {
    refused(StatusCode::FORBIDDEN, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn place() -> Place {
        let origin = Authority::from_static("origin.example");
        Place::new(Scheme::HTTP, origin, "us".into()).unwrap()
    }

    fn ask(target: &str, headers: &[(&str, &str)]) -> Result<Asked, u16> {
        let mut request = Request::builder().uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        Asked::new(parts, Body::empty(), &place()).map_err(|error| error.status().as_u16())
    }

    #[test]
    fn whatever_is_asked_is_asked_of_the_origin() {
        for target in ["/", "/a?b=http://evil.example/", "//evil.example/x", "/a.b/...", "/@evil"] {
            let asked = ask(target, &[("host", "evil.example")]).unwrap();
            assert_eq!(asked.target.authority().unwrap(), "origin.example", "{target}");
            assert_eq!(asked.url(), target);
        }
    }

    #[test]
    fn ways_out_are_refused() {
        for target in [
            "/../etc",
            "/a/..",
            "/a/%2e%2e/b",
            "/.%2E/",
            "/a/..;x/b",
            "/./a",
            "/a%2fb",
            "/a%5Cb",
            "/a%00",
            "/a%0d%0aSet-Cookie:x",
        ] {
            assert_eq!(ask(target, &[]).unwrap_err(), 400, "{target}");
        }
        assert_eq!(ask("http://evil.example/", &[]).unwrap_err(), 403);
        assert_eq!(ask("/", &[("host", "a"), ("host", "b")]).unwrap_err(), 400);
    }

    #[test]
    fn loops_are_seen_by_either_field() {
        assert_eq!(ask("/", &[("via", "1.1 other, 1.1 us")]).unwrap_err(), 508);
        assert_eq!(ask("/", &[("cdn-loop", "other, us; v=1")]).unwrap_err(), 508);
        assert!(ask("/", &[("cdn-loop", "used, user"), ("via", "1.1 other (us)")]).is_ok());
    }

    #[test]
    fn what_is_not_keyed_is_not_passed_on() {
        let asked = ask(
            "/",
            &[
                ("x-forwarded-host", "evil.example"),
                ("X-Forwarded-For", "192.0.2.1"),
                ("x-original-url", "/admin"),
                ("forwarded", "host=evil.example"),
                ("x-kept", "yes"),
                ("accept-encoding", "deflate, gzip;q=0.3, zstd"),
            ],
        )
        .unwrap();
        let mut names: Vec<_> = asked.headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept-encoding", "x-kept"]);
        assert_eq!(asked.headers["accept-encoding"], "gzip");
    }
}
