//! Several shields: each object is asked for at one of them, and when one dies only its objects move.

use std::collections::BTreeMap;

use playground_core::cdn::shields::Shields;
use playground_core::sim::Span;

use super::hops::plain;
use super::net::Net;

const SHIELDS: [&str; 2] = ["osaka", "oslo"];

fn owner(path: &str) -> &'static str {
    let shields = Shields::new(SHIELDS, Span::from_ms(1)).unwrap();
    SHIELDS[shields.owner(path).unwrap()]
}

fn paths() -> Vec<String> {
    (0..40).map(|number| format!("/articles/{number}?page=2")).collect()
}

/// How many requests each shield has got.
fn requests(net: &Net) -> BTreeMap<&'static str, u64> {
    SHIELDS.map(|name| (name, net.stats(name).edges[0].requests)).into()
}

/// The shield that has answered an edge for this path, by what the answer says.
fn answered_by(net: &Net, edge: &str, path: &str) -> String {
    let answer = net.get(edge, path);
    assert_eq!((answer.status(), answer.text()), (200, path));
    answer.field("cache-status").split(';').next().unwrap().to_owned()
}

#[test]
fn each_object_is_asked_for_at_its_owner_only_and_moves_only_if_that_dies() {
    let net = Net::start(plain(), &SHIELDS, &["tokyo", "paris"]);
    for path in paths() {
        for edge in ["tokyo", "paris"] {
            assert_eq!(answered_by(&net, edge, &path), owner(&path), "{path} at {edge}");
        }
    }
    let mine = paths().iter().filter(|path| owner(path) == "osaka").count() as u64;
    let expected = BTreeMap::from([("osaka", 2 * mine), ("oslo", 2 * (40 - mine))]);
    assert_eq!(requests(&net), expected);
    assert_eq!(net.origin.seen().len(), 40, "each once");

    net.kill("osaka");
    // New objects, so that the edges have none of them.
    for path in (40..80).map(|number| format!("/articles/{number}?page=2")) {
        for edge in ["tokyo", "paris"] {
            assert_eq!(answered_by(&net, edge, &path), "oslo", "{path} at {edge}");
        }
        assert_eq!(net.seen(&path).len(), 1);
    }
    net.up("osaka");
    net.until("both edges ask it again", |net| {
        ["tokyo", "paris"].iter().all(|edge| !net.machine(edge).shields[0].is_away)
    });
    for path in (80..120).map(|number| format!("/articles/{number}?page=2")) {
        assert_eq!(answered_by(&net, "tokyo", &path), owner(&path), "{path}");
    }
}

#[test]
fn when_no_shield_is_left_the_origin_is_asked() {
    let net = Net::start(plain(), &SHIELDS, &["tokyo"]);
    net.kill("osaka");
    net.kill("oslo");
    for path in paths() {
        let answer = net.get("tokyo", &path);
        assert_eq!(answer.text(), path);
        assert!(answer.field("cache-status").starts_with("tokyo;fwd=uri-miss"), "{answer:?}");
    }
    // What changes something is not lost either: it was never sent to who is dead.
    assert_eq!(net.post("tokyo", "/articles/1", &[], "{}").status(), 200);
}
