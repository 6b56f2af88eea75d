//! Failures: always problem+json, never more than the one request.

use axum::routing::{get, post};
use axum::{Json, Router};
use playground_server::problem::Problem;
use playground_server::serve::Patience;
use serde_json::{Value, json};

use crate::running::{Answer, Server, with_page};

fn assert_is_problem(answer: &Answer, status: u16, title: &str) -> Problem {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let problem: Problem = answer.json();
    assert_eq!(problem.kind, "about:blank");
    assert_eq!(problem.status, status);
    assert_eq!(problem.title, title);
    assert!(!problem.detail.is_empty());
    problem
}

#[test]
fn a_panic_is_one_requests_own_failure() {
    async fn panics() -> &'static str {
        panic!("the secret is {}", 42)
    }
    let more = Router::new().route("/api/panics", get(panics)).route("/api/works", get("works"));
    let server = Server::start_with(with_page(), more, Patience::default());
    for _ in 0..3 {
        let answer = server.get("/api/panics");
        let problem = assert_is_problem(&answer, 500, "Internal Server Error");
        assert!(!problem.detail.contains("secret"), "{problem:?}");
        assert_eq!(server.get("/api/works").body, b"works");
    }
}

#[test]
fn unknown_addresses_and_methods() {
    let server = Server::start(with_page());
    assert_is_problem(&server.get("/api/unknown"), 404, "Not Found");
    let answer = server.request("POST", "/", &[], &[]);
    assert_is_problem(&answer, 405, "Method Not Allowed");
    let answer = server.request("DELETE", "/healthz", &[], &[]);
    assert_is_problem(&answer, 405, "Method Not Allowed");
    assert_eq!(answer.header("allow"), "GET,HEAD");
}

#[test]
fn what_a_library_refuses_is_a_problem_too() {
    async fn echo(Json(value): Json<Value>) -> Json<Value> {
        Json(value)
    }
    let more = Router::new().route("/api/echo", post(echo));
    let server = Server::start_with(with_page(), more, Patience::default());
    let json = [("content-type", "application/json")];

    let fine = server.request("POST", "/api/echo", &json, b"{\"a\":1}");
    assert_eq!((fine.status, fine.json::<Value>()), (200, json!({"a": 1})));

    let answer = server.request("POST", "/api/echo", &json, b"{\"a\":");
    let problem = assert_is_problem(&answer, 400, "Bad Request");
    assert!(problem.detail.contains("EOF"), "says what is wrong: {problem:?}");
    let answer = server.request("POST", "/api/echo", &[("content-type", "text/plain")], b"1");
    assert_is_problem(&answer, 415, "Unsupported Media Type");
    let answer = server.request("GET", "/api/echo", &[], &[]);
    assert_is_problem(&answer, 405, "Method Not Allowed");
    assert_eq!(answer.header("allow"), "POST");
}

#[test]
fn a_socket_that_is_not_asked_for_as_one_is_a_problem() {
    let server = Server::start(with_page());
    assert_is_problem(&server.get("/ws/server"), 400, "Bad Request");
}
