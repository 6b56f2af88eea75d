//! The headers that every answer has, and the policy that lets the shell's own script run and no other.

use axum::Router;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use playground_server::Config;
use playground_server::serve::Patience;
use sha2::{Digest, Sha256};

use crate::running::{Answer, INLINE_SCRIPT, Server, with_page};

fn directive<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer
        .header("content-security-policy")
        .split("; ")
        .find_map(|directive| directive.strip_prefix(name)?.strip_prefix(' '))
        .unwrap_or_else(|| panic!("no {name}: {answer:?}"))
}

#[test]
fn every_answer_is_isolated() {
    async fn panics() -> &'static str {
        panic!("on purpose")
    }
    let more = Router::new().route("/api/panics", get(panics));
    let server = Server::start_with(with_page(), more, Patience::default());
    let tag = server.get("/").header("etag").to_owned();
    let large = vec![b' '; 300 * 1024];
    let foreign = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("origin", "http://elsewhere.example"),
    ];
    let answers = [
        (200, server.get("/")),
        (200, server.get("/healthz")),
        (200, server.get("/web-0123456789abcdef_bg.wasm")),
        (304, server.get_with("/", &[("if-none-match", &tag)])),
        (403, server.get_with("/ws/server", &foreign)),
        (404, server.get("/missing.js")),
        (404, server.get("/api/unknown")),
        (405, server.request("POST", "/", &[], &[])),
        (405, server.request("POST", "/healthz", &[], &[])),
        (406, server.get_with("/", &[("accept-encoding", "*;q=0")])),
        (413, server.request("POST", "/healthz", &[], &large)),
        (500, server.get("/api/panics")),
        (503, Server::start(Config::default()).get("/")),
    ];
    for (status, answer) in answers {
        assert_eq!(answer.status, status);
        for (name, value) in [
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.header(name), value, "{status} {name}");
        }
        assert_eq!(directive(&answer, "default-src"), "'none'", "{status}");
    }
}

#[test]
fn the_policy_allows_what_the_page_needs_and_no_more() {
    let answer = Server::start(with_page()).get("/");
    let hash = STANDARD.encode(Sha256::digest(INLINE_SCRIPT));
    let scripts = format!("'self' 'wasm-unsafe-eval' 'sha256-{hash}'");
    for (name, value) in [
        ("default-src", "'none'"),
        ("script-src", scripts.as_str()),
        ("style-src", "'self'"),
        ("img-src", "'self' data: blob:"),
        ("font-src", "'self'"),
        ("connect-src", "'self'"),
        ("worker-src", "'self' blob:"),
        ("manifest-src", "'self'"),
        ("base-uri", "'none'"),
        ("form-action", "'none'"),
        ("frame-ancestors", "'none'"),
    ] {
        assert_eq!(directive(&answer, name), value, "{name}");
    }
    assert_eq!(answer.header("content-security-policy").split("; ").count(), 11);
}
