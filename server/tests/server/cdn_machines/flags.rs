//! What an edge prints, and what it says about flags that do not fit together.

use tempfile::TempDir;

use super::hops::plain;
use super::net::Net;
use crate::process::{command, refusal};

const ORIGIN: &str = "--origin=http://127.0.0.1:1";

fn refused(arguments: &[&str]) -> String {
    let dir = TempDir::new().unwrap();
    refusal(command(&dir).arg("edge").args(arguments), 2)
}

#[test]
fn flags_that_do_not_fit_together_are_told() {
    let (name, listen) = ("--name=tokyo", "--listen=127.0.0.1:2");
    for (arguments, words) in [
        (&[ORIGIN][..], &["--name"][..]),
        (&[name], &["--origin"]),
        (&[name, "--origin=ftp://a"], &["--origin", "http"]),
        (&["--name=Tokyo Bay", ORIGIN], &["--name", "lower-case"]),
        (&[name, ORIGIN, "--shield=ftp://a"], &["--shield", "http"]),
        (
            &[name, ORIGIN, "--shield=tokyo=http://127.0.0.1:3"],
            &["its own shield", "--shield tokyo"],
        ),
        (&[name, ORIGIN, listen, "--shield=http://localhost:2"], &["its own shield"]),
        (&[name, ORIGIN, listen, "--peer=x=http://127.0.0.1:2"], &["its own peer"]),
        (
            &[name, ORIGIN, "--shield=a=http://127.0.0.1:3", "--peer=a=http://127.0.0.1:4"],
            &["a is named twice"],
        ),
        (&[name, ORIGIN, "--peer=a=http://192.0.2.1:3"], &["--purge-token"]),
        (&[name, ORIGIN, "--purge-token=short"], &["--purge-token", "8 to 256"]),
    ] {
        let told = refused(arguments);
        assert!(words.iter().all(|word| told.contains(word)), "{arguments:?}: {told}");
        assert!(!told.contains("short\n"), "no secret in what is told");
    }
}

#[test]
fn an_edge_tells_its_health_and_its_figures() {
    let net = Net::start(plain(), &["osaka"], &["tokyo"]);
    let health: serde_json::Value =
        serde_json::from_slice(&net.get("tokyo", "/healthz").body).unwrap();
    assert_eq!(health["status"], "ok");
    net.get("tokyo", "/a");
    let figures = net.get("tokyo", "/metrics");
    assert!(figures.text().contains(r#"cdn_requests_total{edge="tokyo",result="miss"} 1"#));
    // None of this was asked of the origin, and none of it is taken for a page of the origin's.
    assert_eq!(net.origin.seen().len(), 1);
    assert_eq!(net.get("tokyo", "/api/cdn/nothing").status(), 404);
    assert_eq!(net.get("tokyo", "/healthz?x").status(), 200);
}

#[cfg(unix)]
#[test]
fn signals_stop_it_in_good_order() {
    use crate::process::Running;
    for signal in ["-TERM", "-INT"] {
        let dir = TempDir::new().unwrap();
        let arguments = ["edge", "--name=tokyo", ORIGIN];
        let running = Running::start(command(&dir).args(arguments));
        running.signal(signal);
        assert_eq!(running.wait(), (String::new(), Some(0)), "{signal}");
    }
}

#[test]
fn two_edges_of_one_name_cannot_share_a_directory() {
    use crate::process::Running;
    let dir = TempDir::new().unwrap();
    let arguments = ["edge", "--name=tokyo", ORIGIN];
    let _first = Running::start(command(&dir).args(arguments));
    let told = refusal(command(&dir).args(arguments), 1);
    assert!(told.contains("another process uses"), "{told}");
}
