//! What a request that changes something makes invalid (RFC 9111, section 4.4).

use super::key::Key;
use super::message::{RequestHead, ResponseHead};
use http::{HeaderValue, Method, Uri, header, uri};

/// The keys whose stored responses an exchange makes invalid: none after a safe method or an error; else that
/// of the target URI, and those of Location and Content-Location if they are at the same origin.
///
/// A method that is unknown may change something, so it counts as if it did.
pub fn invalidated(request: RequestHead<'_>, response: ResponseHead<'_>) -> Vec<Key> {
    let status = response.status;
    if is_safe(request.method) || !(status.is_success() || status.is_redirection()) {
        return Vec::new();
    }
    let mut keys = vec![Key::new(request.target)];
    for name in [header::LOCATION, header::CONTENT_LOCATION] {
        let location = response.headers.get(name);
        let target = location.and_then(|location| resolve(request.target, location));
        // "A cache MUST NOT trigger an invalidation … if the origin of the URI to be invalidated differs."
        if let Some(target) = target.filter(|target| same_origin(target, request.target)) {
            keys.push(Key::new(&target));
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Whether a method asks for nothing to change (RFC 9110, section 9.2.1).
pub fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE].contains(method)
}

/// Whether a reference in a field names the resource itself.
pub(super) fn same_resource(target: &Uri, reference: &HeaderValue) -> bool {
    resolve(target, reference).is_some_and(|other| Key::new(&other) == Key::new(target))
}

fn same_origin(one: &Uri, other: &Uri) -> bool {
    let origin = |target: &Uri| {
        let mut parts = uri::Parts::default();
        parts.scheme = target.scheme().cloned();
        parts.authority = target.authority().cloned();
        parts.path_and_query = Some(uri::PathAndQuery::from_static("/"));
        Uri::from_parts(parts).ok().map(|origin| Key::new(&origin))
    };
    origin(one) == origin(other)
}

/// A reference relative to `base` (RFC 3986, section 5.2); none if it is not one.
fn resolve(base: &Uri, reference: &HeaderValue) -> Option<Uri> {
    let reference = reference.to_str().ok()?.trim();
    let reference = reference.split_once('#').map_or(reference, |(before, _)| before);
    let has_scheme = reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    });
    if has_scheme {
        return reference.parse().ok();
    }
    let mut parts = uri::Parts::default();
    parts.scheme = base.scheme().cloned();
    if let Some(behind) = reference.strip_prefix("//") {
        let scheme = base.scheme_str()?;
        return format!("{scheme}://{behind}").parse().ok();
    }
    parts.authority = base.authority().cloned();
    let (path, query) = match reference.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (reference, None),
    };
    let resolved = if path.is_empty() {
        let query = query.or(if reference.is_empty() { base.query() } else { None });
        with_query(base.path(), query)
    } else if path.starts_with('/') {
        with_query(&without_dots(path), query)
    } else {
        let folder = base.path().rfind('/').map_or("/", |slash| &base.path()[..=slash]);
        with_query(&without_dots(&format!("{folder}{path}")), query)
    };
    parts.path_and_query = Some(resolved.parse().ok()?);
    Uri::from_parts(parts).ok()
}

fn with_query(path: &str, query: Option<&str>) -> String {
    match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

/// Carries out `.` and `..` (RFC 3986, section 5.2.4).
fn without_dots(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut parts = path.split('/').skip(1).peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        match part {
            "." | ".." => {
                if part == ".." {
                    segments.pop();
                }
                if is_last {
                    segments.push("");
                }
            }
            _ => segments.push(part),
        }
    }
    format!("/{}", segments.join("/"))
}
