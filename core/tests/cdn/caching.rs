//! RFC 9111 and its relatives, a table a section. Heads are written as text: `@-60` is the date a minute before
//! the moment at which all of this happens.

#[path = "caching/dates.rs"]
mod dates;
#[path = "caching/freshness.rs"]
mod freshness;
#[path = "caching/keys.rs"]
mod keys;
#[path = "caching/lookup.rs"]
mod lookup;
#[cfg(not(target_arch = "wasm32"))]
#[path = "caching/oracle.rs"]
mod oracle;
#[cfg(not(target_arch = "wasm32"))]
#[path = "caching/peer.rs"]
mod peer;
#[cfg(not(target_arch = "wasm32"))]
#[path = "caching/properties.rs"]
mod properties;
#[path = "caching/respond.rs"]
mod respond;
#[path = "caching/storing.rs"]
mod storing;
#[path = "caching/validation.rs"]
mod validation;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use playground_core::cdn::caching::{
    NotStored, RequestHead, ResponseHead, Settings, Stored, Timestamp, store,
};

/// Sun, 06 Nov 1994 08:49:37 GMT, the moment of RFC 9110's examples.
pub const NOW: Timestamp = Timestamp::from_secs(784_111_777);

/// So many seconds after that moment.
pub fn at(seconds: i64) -> Timestamp {
    NOW.plus_ms(seconds * 1_000)
}

/// A request that owns its head.
pub struct Request {
    method: Method,
    target: Uri,
    pub headers: HeaderMap,
}

impl Request {
    pub fn head(&self) -> RequestHead<'_> {
        RequestHead { method: &self.method, target: &self.target, headers: &self.headers }
    }
}

/// A response that owns its head.
pub struct Response {
    status: StatusCode,
    pub headers: HeaderMap,
}

impl Response {
    pub fn head(&self) -> ResponseHead<'_> {
        ResponseHead { status: self.status, headers: &self.headers }
    }
}

/// `GET /path`, and fields in the lines or behind the semicolons that follow.
pub fn request(text: &str) -> Request {
    let (first, headers) = head(text);
    let (method, path) = first.split_once(' ').unwrap_or((first, "/"));
    let target =
        if path.contains("://") { path.into() } else { format!("https://example.org{path}") };
    Request {
        method: method.parse().expect("a method"),
        target: target.parse().expect("a target"),
        headers,
    }
}

/// `200`, and fields.
pub fn response(text: &str) -> Response {
    let (first, headers) = head(text);
    Response { status: first.parse().expect("a status"), headers }
}

/// The first part and the fields behind it. Parts end with `;;` or a line.
fn head(text: &str) -> (&str, HeaderMap) {
    let mut parts = text.split("\n").flat_map(|line| line.split(";;")).map(str::trim);
    let first = parts.next().expect("a first part");
    let mut headers = HeaderMap::new();
    for part in parts.filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once(':').expect("a field");
        let name: HeaderName = name.parse().expect("a name");
        headers.append(name, HeaderValue::from_str(&dated(value.trim())).expect("a value"));
    }
    (first, headers)
}

/// The text with `@-60` as a date.
fn dated(value: &str) -> String {
    match value.strip_prefix('@').map(str::parse) {
        Some(Ok(seconds)) => at(seconds).to_string(),
        _ => value.to_owned(),
    }
}

/// What becomes of a response that arrives now, as soon as it was asked for.
pub fn stored(to: &Request, response: &Response) -> Result<Stored, NotStored> {
    store(&Settings::default(), to.head(), response.head(), NOW, NOW)
}

/// What is stored of a response to a plain GET.
pub fn kept(text: &str) -> Stored {
    stored(&request("GET /"), &response(text)).expect("this response can be stored")
}
