//! Node processes by themselves, as somebody starts them in terminals.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::restaurant::{command, folder};
use crate::running::DEADLINE;

/// A node in a process of its own; killed when dropped.
struct Node {
    child: Child,
    url: String,
}

impl Node {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").expect(&line).to_owned();
        Node { child, url }
    }

    fn call(
        &self,
        method: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> (u16, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(DEADLINE))
            .build()
            .into();
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = agent.run(request.body(body.to_owned()).unwrap()).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    fn get(&self, path: &str) -> String {
        let (status, body) = self.call("GET", path, "", &[]);
        assert_eq!(status, 200, "{body}");
        body
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn participant(service: &str, data: &Path) -> Command {
    let mut command = command();
    command.args(["participant", service, "--listen", "127.0.0.1:0", "--data"]).arg(data);
    command.stdin(Stdio::null());
    command
}

#[test]
fn three_nodes_started_by_hand_take_orders() {
    let (one, two, three) = (folder(), folder(), folder());
    let inventory = Node::start(&mut participant("inventory", one.path()));
    let peer = format!("inventory={}", inventory.url);
    let delivery = Node::start(participant("delivery", two.path()).args(["--peer", &peer]));
    let mut third = command();
    third.args(["coordinator", "--data"]).arg(three.path()).stdin(Stdio::null());
    third.args(["--participant", &peer]);
    third.args(["--participant", &format!("delivery={}", delivery.url)]);
    let coordinator = Node::start(&mut third);
    let address = coordinator.url.strip_prefix("http://").unwrap();
    for node in [&inventory, &delivery] {
        let body = format!(r#"{{"coordinator":"{address}"}}"#);
        assert_eq!(node.call("POST", "/peers", &body, &[]), (204, String::new()));
    }
    let order = r#"{"item":"burger","quantity":2}"#;
    let (status, body) = coordinator.call("POST", "/orders", order, &[]);
    assert_eq!(status, 200, "{body}");
    assert!(body.contains(r#""status":"committed""#), "{body}");
    let (status, body) =
        coordinator.call("POST", "/orders", r#"{"item":"cent","quantity":1}"#, &[]);
    assert_eq!(status, 422, "{body}");
    assert!(coordinator.get("/state").contains(r#""id":"1-1""#));
    assert_eq!(inventory.get("/healthz"), r#"{"node":"inventory","status":"ok"}"#);
    assert_eq!(inventory.call("POST", "/orders", order, &[]).0, 404);
    assert_eq!(inventory.call("POST", "/arm", r#"{"at":"after-decision"}"#, &[]).0, 422);
}

#[test]
fn nodes_answer_no_browser() {
    let dir = folder();
    let node = Node::start(&mut participant("inventory", dir.path()));
    let own = [("origin", node.url.as_str())];
    for headers in [&own[..], &[("origin", "null")], &[("host", "rebound.example")]] {
        assert_eq!(node.call("GET", "/state", "", headers).0, 403, "{headers:?}");
        assert_eq!(node.call("POST", "/messages", "[]", headers).0, 403, "{headers:?}");
    }
    assert_eq!(node.call("POST", "/messages", "[]", &[]).0, 204);
    assert_eq!(node.call("POST", "/messages", "[]", &[("content-type", "text/plain")]).0, 415);
}

#[test]
fn a_node_whose_parent_is_gone_stops() {
    let dir = folder();
    let mut command = participant("delivery", dir.path());
    let mut node = Node::start(command.arg("--stop-with-stdin").stdin(Stdio::piped()));
    node.get("/healthz");
    drop(node.child.stdin.take());
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = node.child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(0));
            break;
        }
        assert!(Instant::now() < end, "it stays");
        std::thread::yield_now();
    }
}

/// The exit code and standard error of a node that must not start.
fn refusal(command: &mut Command) -> (Option<i32>, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    (child.wait().unwrap().code(), text)
}

#[test]
fn what_cannot_be_is_told_in_a_sentence() {
    let dir = folder();
    let _node = Node::start(&mut participant("inventory", dir.path()));
    let (code, told) = refusal(&mut participant("inventory", dir.path()));
    assert_eq!(code, Some(1), "{told}");
    let sentence = told.lines().last().unwrap();
    assert!(sentence.starts_with("playground-server: "), "{told}");
    assert!(sentence.contains("another process has the log in"), "{told}");

    let data = folder();
    let bad = [
        (vec!["participant", "kitchen", "--data", "x"], "inventory"),
        (vec!["participant", "inventory"], "--data"),
        (vec!["participant", "inventory", "--data", "x", "--listen", "0.0.0.0:0"], "loopback"),
        (vec!["participant", "inventory", "--data", "x", "--peer", "inventory"], "NAME=URL"),
        (
            vec!["participant", "inventory", "--data", "x", "--peer", "kitchen=http://127.0.0.1:1"],
            "delivery",
        ),
        (
            vec!["participant", "inventory", "--data", "x", "--coordinator", "http://192.0.2.1:1"],
            "127.0.0.1",
        ),
        (vec!["participant", "inventory", "--data", "x", "--stock", "soup=1"], "burger"),
        (vec!["coordinator", "--data", "x", "--stock", "burger=1"], "--stock"),
        (vec!["--two-phase-commit-stock", "burger"], "burger=1000"),
    ];
    for (arguments, hint) in bad {
        let mut command = command();
        command.current_dir(data.path()).args(&arguments).stdin(Stdio::null());
        let (code, told) = refusal(&mut command);
        assert_eq!(code, Some(2), "{arguments:?}: {told}");
        assert!(told.contains(hint), "{arguments:?}: {told}");
    }
}
