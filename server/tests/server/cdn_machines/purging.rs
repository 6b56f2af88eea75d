//! Purges that reach all, whoever is asked, and whoever is away meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use playground_core::cdn::wire::PurgedAt;

use super::net::Net;
use crate::cdn::world::{Origin, reply};

const ALL: [&str; 3] = ["osaka", "tokyo", "paris"];

/// An origin whose only page changes when told to.
fn changing() -> (Origin, Arc<AtomicU32>) {
    let version = Arc::new(AtomicU32::new(1));
    let told = version.clone();
    let origin = Origin::start(move |request, stream| {
        let version = told.load(Ordering::Relaxed);
        let tag = format!("\"v{version}\"");
        let fields =
            [("Cache-Control", "max-age=3600"), ("ETag", tag.as_str()), ("Surrogate-Key", "news")];
        match request.field("if-none-match") == tag {
            true => reply(stream, "304 Not Modified", &fields, ""),
            false => reply(stream, "200 OK", &fields, &format!("version {version}")),
        }
    });
    (origin, version)
}

/// A net in which everybody has a copy of the page, which then has changed.
fn outdated() -> (Net, Arc<AtomicU32>) {
    let (origin, version) = changing();
    let net = Net::start(origin, &["osaka"], &["tokyo", "paris"]);
    everybody_has(&net, "version 1");
    version.store(2, Ordering::Relaxed);
    everybody_has(&net, "version 1");
    (net, version)
}

fn everybody_has(net: &Net, text: &str) {
    for name in ["tokyo", "paris", "osaka"] {
        let answer = net.get(name, "/a");
        assert_eq!(answer.text(), text, "at {name}\n{answer:?}\n{}", net.logs());
    }
}

/// On disk, so that a killed process has it again.
fn until_on_disk(net: &Net, name: &str) {
    net.until("the copy is on disk", |net| {
        let entries = net.get(name, "/api/cdn/entries");
        let entries: Vec<playground_core::cdn::wire::Entry> =
            serde_json::from_slice(&entries.body).unwrap();
        entries.iter().any(|entry| entry.url == "/a" && entry.is_on_disk)
    });
}

#[test]
fn a_purge_at_any_of_them_reaches_all() {
    for asked in ALL {
        for what in
            [r#"{"url": "/a"}"#, r#"{"prefix": "/"}"#, r#"{"tag": "news"}"#, r#"{"all": true}"#]
        {
            let (net, _) = outdated();
            let purged = net.purge(asked, what);
            assert_eq!(purged.removed, 3, "{what}: {purged:?}");
            assert!(purged.unreachable.is_empty(), "{purged:?}");
            assert_eq!(purged.purged[0], PurgedAt { name: asked.into(), removed: 1 });
            assert_eq!(purged.purged.len(), 3);
            everybody_has(&net, "version 2");
        }
    }
}

#[test]
fn a_purge_while_one_is_dead_is_honoured_when_it_comes_back() {
    for dead in ALL {
        let (net, _) = outdated();
        until_on_disk(&net, dead);
        net.kill(dead);
        let asked = if dead == "tokyo" { "paris" } else { "tokyo" };
        let purged = net.purge(asked, r#"{"url": "/a"}"#);
        assert_eq!(purged.unreachable, [dead]);
        assert_eq!(purged.removed, 2);
        net.up(dead);
        everybody_has(&net, "version 2");
    }
}

/// Its copy is of before, and the only one that knows of the purge is dead itself: it cannot know, so it asks.
#[test]
fn whoever_cannot_know_what_was_purged_validates_everything() {
    let (net, _) = outdated();
    until_on_disk(&net, "paris");
    net.kill("paris");
    net.kill("osaka");
    let purged = net.purge("tokyo", r#"{"url": "/a"}"#);
    assert_eq!(purged.unreachable, ["osaka", "paris"]);
    net.kill("tokyo");
    net.up("paris");
    assert!(!net.machine("paris").trusts_copies);
    assert_eq!(net.get("paris", "/a").text(), "version 2");
    // What was fetched a moment ago need not be fetched again at once.
    let seen = net.seen("/a").len();
    assert!(net.get("paris", "/a").is_hit());
    assert_eq!(net.seen("/a").len(), seen);
    // And when the origin is not there either, what may have been purged is not served.
    net.up("tokyo");
    net.until_trusting("paris");
}

#[cfg(unix)]
#[test]
fn one_that_was_paused_asks_before_it_serves() {
    let (net, _) = outdated();
    net.signal("paris", "-STOP");
    // The answer takes until it trusts its copies no more.
    let purged = net.purge("tokyo", r#"{"url": "/a"}"#);
    assert_eq!(purged.unreachable, ["paris"]);
    net.signal("paris", "-CONT");
    assert_eq!(net.get("paris", "/a").text(), "version 2");
}

#[test]
fn a_shield_that_has_missed_a_purge_does_not_bring_back_what_was_purged() {
    let (net, _) = outdated();
    // The shield alone does not hear of it: the edges purge for themselves, as if it could not be reached.
    for edge in ["tokyo", "paris"] {
        let own = format!(r#"{{"url": "/a", "edge": "{edge}"}}"#);
        assert_eq!(net.purge(edge, &own).removed, 1);
    }
    assert_eq!(net.get("tokyo", "/a").text(), "version 1", "from the shield, which was not told");
    net.purge("paris", r#"{"url": "/a"}"#);
    everybody_has(&net, "version 2");
}

#[test]
fn only_this_machine_and_who_knows_the_token_may_purge() {
    let (net, _) = outdated();
    let all = r#"{"all": true}"#;
    let elsewhere = ("X-Forwarded-For", "192.0.2.7");
    for path in ["/api/cdn/purge", "/api/cdn/purges"] {
        assert_eq!(net.post("tokyo", path, &[elsewhere], all).status(), 403, "{path}");
    }
    assert_eq!(net.ask("tokyo", "GET", "/api/cdn/entries", &[elsewhere]).status(), 403);
    for name in ALL {
        net.kill(name);
    }
    for name in ALL {
        net.up_with(name, &["--purge-token=correct-horse"], str::to_owned);
    }
    let known = ("Authorization", "Bearer correct-horse");
    let unknown = ("Authorization", "Bearer battery-staple");
    assert_eq!(net.post("tokyo", "/api/cdn/purge", &[elsewhere, unknown], all).status(), 403);
    let purged = net.post("tokyo", "/api/cdn/purge", &[elsewhere, known], all);
    assert_eq!(purged.status(), 200);
    let purged: serde_json::Value = serde_json::from_slice(&purged.body).unwrap();
    assert_eq!(purged["purged"].as_array().unwrap().len(), 3, "{purged}");
    // A page from elsewhere may not, whoever shows it.
    let page = ("Origin", "https://evil.example");
    assert_eq!(net.post("tokyo", "/api/cdn/purge", &[page], all).status(), 403);
}

#[test]
fn what_names_nothing_to_purge_is_refused() {
    let (net, _) = outdated();
    for what in [r#"{}"#, r#"{"url": "/a", "all": true}"#] {
        assert_eq!(net.post("tokyo", "/api/cdn/purge", &[], what).status(), 422, "{what}");
    }
    let elsewhere = r#"{"all": true, "edge": "paris"}"#;
    assert_eq!(net.post("tokyo", "/api/cdn/purge", &[], elsewhere).status(), 404);
    assert!(net.machine("tokyo").known.is_empty());
    everybody_has(&net, "version 1");
}
