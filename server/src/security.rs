//! The headers on every answer: the page is isolated (its labs need shared memory), and may load and reach
//! nothing but this server.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

/// The headers, with a policy that allows the given inline scripts: `'sha256-…'` sources, as
/// [`Page::inline_scripts`](crate::page::Page::inline_scripts) lists them.
pub(crate) fn headers(inline_scripts: &[String]) -> HeaderMap {
    let fixed = HeaderValue::from_static;
    let policy = HeaderValue::try_from(policy(inline_scripts))
        .expect("base64 and fixed words are visible ASCII");
    HeaderMap::from_iter([
        (CONTENT_SECURITY_POLICY, policy),
        (HeaderName::from_static("cross-origin-opener-policy"), fixed("same-origin")),
        (HeaderName::from_static("cross-origin-embedder-policy"), fixed("require-corp")),
        (HeaderName::from_static("cross-origin-resource-policy"), fixed("same-origin")),
        (X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (REFERRER_POLICY, fixed("no-referrer")),
    ])
}

/// The Content-Security-Policy: nothing by default, then what the page needs.
fn policy(inline_scripts: &[String]) -> String {
    let mut scripts = String::from("'self' 'wasm-unsafe-eval'");
    for source in inline_scripts {
        scripts.push(' ');
        scripts.push_str(source);
    }
    [
        "default-src 'none'",
        &format!("script-src {scripts}"),
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    .join("; ")
}

/// Puts the headers on an answer, over whatever a route has set. One that opens a WebSocket is no document, and
/// is shown in the lab of that name without what does not belong to it.
pub(crate) async fn apply(
    State(headers): State<Arc<HeaderMap>>,
    mut response: Response,
) -> Response {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return response;
    }
    for (name, value) in headers.iter() {
        response.headers_mut().insert(name, value.clone());
    }
    response
}
