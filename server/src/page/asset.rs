//! One file of the page, in each encoding that the build made of it, and the answers to requests for it.

use axum::body::{Body, Bytes};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use sha2::{Digest, Sha256};

use super::encoding::{self, Coding};
use crate::problem::AppError;

/// A file and its compressed copies.
#[derive(Debug)]
pub(super) struct Asset {
    content_type: HeaderValue,
    cache_control: HeaderValue,
    /// In no particular order; the identity coding is always there.
    representations: Vec<Representation>,
}

/// The file in one encoding.
#[derive(Debug)]
struct Representation {
    coding: Coding,
    bytes: Bytes,
    /// Strong, and of the encoded bytes, so that each encoding has its own (RFC 9110 section 8.8.3.3).
    etag: String,
}

impl Asset {
    /// A file under its path in the page, with the compressed copies that the build made.
    pub(super) fn new(path: &str, bytes: Bytes, copies: Vec<(Coding, Bytes)>) -> Self {
        let mut representations = vec![Representation::new(Coding::Identity, bytes)];
        for (coding, bytes) in copies {
            representations.push(Representation::new(coding, bytes));
        }
        Self {
            content_type: content_type(path),
            cache_control: HeaderValue::from_static(cache_control(path)),
            representations,
        }
    }

    /// The `ETag` of the uncompressed file, quotes included.
    pub(super) fn etag(&self) -> &str {
        &self.representations[0].etag
    }

    /// The answer to GET or HEAD.
    ///
    /// # Errors
    /// [`AppError::NotAcceptable`] when the client takes none of the encodings.
    pub(super) fn respond(
        &self,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Response<Body>, AppError> {
        let available = self.representations.iter().map(|one| one.coding);
        let coding = encoding::choose(headers, available).ok_or(AppError::NotAcceptable)?;
        let chosen = self.representations.iter().find(|one| one.coding == coding);
        let chosen = chosen.ok_or(AppError::NotAcceptable)?;

        let mut response = Response::new(Body::empty());
        let answer = response.headers_mut();
        let etag = HeaderValue::from_str(&chosen.etag).expect("a quoted hexadecimal number");
        answer.insert(ETAG, etag);
        answer.insert(CACHE_CONTROL, self.cache_control.clone());
        answer.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        if is_known(headers, &chosen.etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return Ok(response);
        }
        answer.insert(CONTENT_TYPE, self.content_type.clone());
        answer.insert(CONTENT_LENGTH, HeaderValue::from(chosen.bytes.len()));
        if let Some(name) = coding.header_value() {
            answer.insert(CONTENT_ENCODING, name);
        }
        if method != Method::HEAD {
            *response.body_mut() = Body::from(chosen.bytes.clone());
        }
        Ok(response)
    }
}

impl Representation {
    fn new(coding: Coding, bytes: Bytes) -> Self {
        let digest = Sha256::digest(&bytes);
        // Half of the hash is still far beyond any chance of two files sharing it.
        let hex: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { coding, bytes, etag: format!("\"{hex}\"") }
    }
}

/// Whether the client already has what this strong tag names: `If-None-Match`, weakly compared (RFC 9110
/// section 13.1.2). Splitting at commas is safe although a foreign tag may contain one: none of its pieces
/// can equal a tag of ours, which is quoted on both sides.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn content_type(path: &str) -> HeaderValue {
    let kind = mime_guess::from_path(path).first_raw().unwrap_or("application/octet-stream");
    if kind.starts_with("text/") {
        HeaderValue::try_from(format!("{kind}; charset=utf-8")).expect("a media type is ASCII")
    } else {
        HeaderValue::from_static(kind)
    }
}

/// A file whose name holds the hash of its content never changes; any other is asked for again each time,
/// which its `ETag` makes cheap. That includes `snippets/`: wasm-bindgen names those folders after the
/// crate's name and version, not after what is in them.
fn cache_control(path: &str) -> &'static str {
    if has_content_hash(path) { "public, max-age=31536000, immutable" } else { "no-cache" }
}

/// Whether Trunk named the file: `name-0123456789abcdef.js`, `name-0123456789abcdef_bg.wasm`.
fn has_content_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((stem, _extension)) = name.split_once('.') else {
        return false;
    };
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    let Some((_name, hash)) = stem.rsplit_once('-') else {
        return false;
    };
    hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_of_the_content_last_for_ever() {
        for name in [
            "web-0123456789abcdef.js",
            "web-0123456789abcdef_bg.wasm",
            "style-fedcba9876543210.css",
            "a/b-0123456789abcdef.svg",
        ] {
            assert!(has_content_hash(name), "{name}");
        }
        for name in [
            "index.html",
            "web-0123456789abcde.js",
            "web-0123456789abcdefa.js",
            "web-0123456789abcdeg.js",
            "0123456789abcdef.js",
            "web-0123456789abcdef",
            "snippets/web-0123456789abcdef/inline0.js",
        ] {
            assert!(!has_content_hash(name), "{name}");
        }
    }

    #[test]
    fn types_are_what_browsers_insist_on() {
        assert_eq!(content_type("a_bg.wasm"), "application/wasm");
        assert_eq!(content_type("a.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("a.css"), "text/css; charset=utf-8");
        assert_eq!(content_type("a.html"), "text/html; charset=utf-8");
        assert_eq!(content_type("a.svg"), "image/svg+xml");
        assert_eq!(content_type("a"), "application/octet-stream");
    }
}
