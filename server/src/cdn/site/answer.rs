//! Answers with validators: what a well-made origin sends, and says again in a few bytes when it is asked whether it
//! has changed. Whether it has, is judged by the rules that the edges use.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use playground_core::cdn::caching::{self, Body as Part, RequestHead, ResponseHead, Settings};
use sha2::{Digest, Sha256};

use crate::cdn::edge::now;

/// An answer in the making.
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    content: Content,
}

/// What the body is made of.
pub(super) enum Content {
    Bytes(Bytes),
    /// So many bytes, each of which follows from its position.
    Pattern(u64),
}

impl Answer {
    /// Text or a picture, with an entity tag made of it.
    pub(super) fn new(kind: &'static str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let digest = Sha256::digest(&bytes);
        let tag: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Self::of(kind, Content::Bytes(bytes)).with(header::ETAG, &format!("\"{tag}\""))
    }

    pub(super) fn of(kind: &'static str, content: Content) -> Self {
        let headers =
            HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
        Self { status: StatusCode::OK, headers, content }
    }

    pub(super) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// With a field; one that cannot be written is left out.
    pub(super) fn with(mut self, name: header::HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(super) fn cache(self, directives: &str) -> Self {
        self.with(header::CACHE_CONTROL, directives)
    }

    pub(super) fn tags(self, tags: &str) -> Self {
        self.with(header::HeaderName::from_static("surrogate-key"), tags)
    }

    pub(super) fn without_tag(mut self) -> Self {
        self.headers.remove(header::ETAG);
        self
    }

    /// The answer to a request: all of it, a part, or that nothing has changed.
    pub(super) fn to(
        mut self,
        method: &Method,
        target: &Uri,
        request: &HeaderMap,
    ) -> Response<Body> {
        let length = self.content.length();
        self.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        let now = now();
        let date = now.to_string();
        self = self.with(header::DATE, &date);
        let head = RequestHead { method: &Method::GET, target, headers: &HeaderMap::new() };
        let response = ResponseHead { status: self.status, headers: &self.headers };
        let settings = Settings::default();
        // What cannot be stored is answered as it is.
        let Ok(stored) = caching::store(&settings, head, response, now, now) else {
            return self.whole(method);
        };
        let asked = RequestHead { method, target, headers: request };
        let age = stored.freshness(now).age;
        let part = caching::respond(&stored, asked, &age, Some(length));
        let mut headers = part.headers;
        headers.remove(header::AGE);
        let body = match part.body {
            Part::Empty => Body::empty(),
            Part::Whole => self.content.body(0, length),
            Part::Part(range) => self.content.body(range.start, range.end),
        };
        response_of(part.status, headers, body)
    }

    fn whole(self, method: &Method) -> Response<Body> {
        let body = match *method {
            Method::HEAD => Body::empty(),
            _ => self.content.body(0, self.content.length()),
        };
        response_of(self.status, self.headers, body)
    }
}

fn response_of(status: StatusCode, headers: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

impl Content {
    fn length(&self) -> u64 {
        match self {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Pattern(length) => *length,
        }
    }

    fn body(&self, begin: u64, end: u64) -> Body {
        match self {
            Content::Bytes(bytes) => {
                let index = |position| usize::try_from(position).unwrap_or(usize::MAX);
                Body::from(bytes.slice(index(begin)..index(end)))
            }
            Content::Pattern(_) => Body::new(Pattern { position: begin, end }),
        }
    }
}

/// A body of which only the lengths are kept in mind.
struct Pattern {
    position: u64,
    end: u64,
}

/// How much of a pattern is made at once, in bytes.
const PATTERN_FRAME: u64 = 64 * 1024;

/// The bytes of a pattern: each eight hold their own position, so that a part in the wrong place is seen.
fn pattern(begin: u64, end: u64) -> Bytes {
    let mut bytes = Vec::with_capacity(usize::try_from(end - begin).unwrap_or(0) + 16);
    let first = begin / 8;
    for word in first..end.div_ceil(8) {
        bytes.extend_from_slice(&(word * 8).to_be_bytes());
    }
    let skip = usize::try_from(begin - first * 8).unwrap_or(0);
    let length = usize::try_from(end - begin).unwrap_or(0);
    Bytes::from(bytes).slice(skip..skip + length)
}

impl hyper::body::Body for Pattern {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        if self.position == self.end {
            return std::task::Poll::Ready(None);
        }
        let end = self.end.min(self.position + PATTERN_FRAME);
        let bytes = pattern(self.position, end);
        self.position = end;
        std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(bytes))))
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        hyper::body::SizeHint::with_exact(self.end - self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_the_same_wherever_it_is_cut() {
        let whole = pattern(0, 100);
        for (begin, end) in [(0, 1), (3, 17), (8, 16), (99, 100), (50, 50)] {
            assert_eq!(pattern(begin, end), whole.slice(begin as usize..end as usize));
        }
        assert_eq!(whole[8..16], 8_u64.to_be_bytes());
    }
}
