//! RFC 9111, section 3: which responses are stored.

use crate::caching::{request, response, stored};
use playground_core::cdn::caching::{NotStored, may_be_shared};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[track_caller]
fn check(cases: &[(&str, &str, Result<(), NotStored>)]) {
    for (to, with, expected) in cases {
        let verdict = stored(&request(to), &response(with)).map(|_| ());
        assert_eq!(verdict, *expected, "{to} → {with}");
    }
}

const FRESH: &str = "200;; Cache-Control: max-age=60";

#[test]
fn a_method_that_is_understood() {
    check(&[
        ("GET /", FRESH, Ok(())),
        ("HEAD /", FRESH, Err(NotStored::Method)),
        ("PUT /", FRESH, Err(NotStored::Method)),
        ("OPTIONS /", FRESH, Err(NotStored::Method)),
        ("BREW /", FRESH, Err(NotStored::Method)),
        ("POST /", FRESH, Err(NotStored::Post)),
        ("POST /a", "200;; Cache-Control: max-age=60;; Content-Location: /a", Ok(())),
        ("POST /b/a", "200;; Cache-Control: max-age=60;; Content-Location: a", Ok(())),
        ("POST /a", "200;; Expires: @60;; Content-Location: https://EXAMPLE.org:443/a", Ok(())),
        ("POST /a", "200;; Cache-Control: max-age=60;; Content-Location: /b", Err(NotStored::Post)),
        ("POST /a", "200;; ETag: \"1\";; Content-Location: /a", Err(NotStored::Post)),
    ]);
}

#[test]
fn a_status_that_is_final_and_whole() {
    check(&[
        ("GET /", "103;; Cache-Control: max-age=60", Err(NotStored::NotFinal)),
        ("GET /", "206;; Cache-Control: max-age=60", Err(NotStored::Partial)),
        ("GET /", "304;; Cache-Control: max-age=60", Err(NotStored::NotModified)),
        ("GET /", "404;; Cache-Control: max-age=60", Ok(())),
        ("GET /", "500;; Cache-Control: max-age=60", Ok(())),
        ("GET /", "599;; Cache-Control: max-age=60", Ok(())),
        (
            "GET /",
            "599;; Cache-Control: max-age=60, must-understand",
            Err(NotStored::NotUnderstood),
        ),
        ("GET /", "200;; Cache-Control: max-age=60, must-understand, no-store", Ok(())),
        (
            "GET /",
            "599;; Cache-Control: max-age=60, must-understand, no-store",
            Err(NotStored::NotUnderstood),
        ),
    ]);
}

#[test]
fn no_store_and_private_are_obeyed() {
    check(&[
        ("GET /", "200;; Cache-Control: max-age=60, no-store", Err(NotStored::NoStore)),
        ("GET /", "200;; Cache-Control: max-age=60, No-StOrE", Err(NotStored::NoStore)),
        ("GET /", "200;; Cache-Control: max-age=60, no-store=1", Err(NotStored::NoStore)),
        ("GET /", "200;; Cache-Control: max-age=60, x=\"no-store\"", Ok(())),
        ("GET /;; Cache-Control: no-store", FRESH, Err(NotStored::RequestNoStore)),
        ("GET /", "200;; Cache-Control: private, max-age=60", Err(NotStored::Private)),
        ("GET /", "200;; Cache-Control: private=\"a\", max-age=60", Ok(())),
        ("GET /", "200;; Cache-Control: private=\"\", max-age=60", Err(NotStored::Private)),
        (
            "GET /",
            "200;; Cache-Control: private=\"a\", private, max-age=60",
            Err(NotStored::Private),
        ),
    ]);
}

/// Section 3.5.
#[test]
fn responses_to_authenticated_requests_need_a_word_that_allows_it() {
    let with = "GET /;; Authorization: Basic Zm9v";
    check(&[
        (with, FRESH, Err(NotStored::Authorization)),
        (with, "200;; Cache-Control: max-age=60, public", Ok(())),
        (with, "200;; Cache-Control: max-age=60, must-revalidate", Ok(())),
        (with, "200;; Cache-Control: s-maxage=60", Ok(())),
        (with, "200;; Cache-Control: max-age=60, proxy-revalidate", Err(NotStored::Authorization)),
    ]);
}

#[test]
fn something_must_say_that_it_may_be_stored() {
    let modified = "Last-Modified: @-86400";
    check(&[
        ("GET /", "200", Err(NotStored::Useless)),
        ("GET /", "200;; ETag: \"1\"", Ok(())),
        ("GET /", &format!("200;; {modified}"), Ok(())),
        ("GET /", &format!("201;; {modified}"), Err(NotStored::NoFreshness)),
        ("GET /", &format!("403;; {modified}"), Err(NotStored::NoFreshness)),
        ("GET /", &format!("599;; {modified};; Cache-Control: public"), Ok(())),
        ("GET /", &format!("201;; {modified};; Expires: 0"), Ok(())),
        ("GET /", "200;; Cache-Control: max-age=0", Err(NotStored::Useless)),
        ("GET /", "200;; Vary: *;; Cache-Control: max-age=60", Err(NotStored::VaryAny)),
        ("GET /", "200;; Vary: foo, *;; Cache-Control: max-age=60", Err(NotStored::VaryAny)),
    ]);
}

#[test]
fn a_cookie_is_stored_only_where_the_origin_says_how_long() {
    check(&[
        ("GET /", "200;; Set-Cookie: a=b;; Cache-Control: max-age=60", Ok(())),
        ("GET /", "200;; Set-Cookie: a=b;; Expires: @60", Ok(())),
        ("GET /", "200;; Set-Cookie: a=b;; ETag: \"1\"", Err(NotStored::Cookie)),
        ("GET /", "200;; Set-Cookie: a=b;; Last-Modified: @-86400", Err(NotStored::Cookie)),
        (
            "GET /",
            "200;; Set-Cookie: a=b;; Cache-Control: private=\"set-cookie\", max-age=60",
            Ok(()),
        ),
    ]);
}

#[test]
fn what_only_the_asker_may_have_is_not_waited_for() {
    for (to, shared) in [
        ("GET /", true),
        ("GET /;; Cookie: a=b", true),
        ("GET /;; If-None-Match: \"1\"", true),
        ("GET /;; Authorization: x", false),
        ("GET /;; Cache-Control: no-store", false),
        ("GET /;; Range: bytes=0-1", false),
        ("HEAD /", false),
        ("POST /", false),
    ] {
        assert_eq!(may_be_shared(request(to).head()), shared, "{to}");
    }
    let reason = |to, with| stored(&request(to), &response(with)).expect_err("it is not stored");
    assert!(reason("GET /", "200;; Cache-Control: no-store").is_lasting());
    assert!(!reason("GET /;; Cache-Control: no-store", FRESH).is_lasting());
}
