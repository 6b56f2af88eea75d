//! What a request meets on its way over two caches, and what its answer says about it.

use std::io::Write;

use super::net::Net;
use crate::cdn::world::{Gate, MIB, Origin, pattern, reply};

/// Says what it is asked for, fresh for an hour, with a validator.
pub(super) fn plain() -> Origin {
    Origin::start(|request, stream| {
        let path = request.line.split(' ').nth(1).unwrap();
        let fields = [("Cache-Control", "max-age=3600"), ("ETag", "\"v1\"")];
        match request.field("if-none-match") {
            "\"v1\"" => reply(stream, "304 Not Modified", &fields, ""),
            _ => reply(stream, "200 OK", &fields, path),
        }
    })
}

#[test]
fn each_hop_says_what_it_did_and_the_origin_is_asked_once() {
    let net = Net::start(plain(), &["osaka"], &["tokyo", "paris"]);
    let first = net.get("tokyo", "/a");
    assert_eq!((first.status(), first.text()), (200, "/a"));
    let status = first.field("cache-status");
    let (shield, edge) = status.split_once(", tokyo;").expect(status);
    assert!(shield.starts_with("osaka;fwd=uri-miss;fwd-status=200;"), "{status}");
    assert!(edge.starts_with("fwd=uri-miss;fwd-status=200;"), "{status}");
    assert_eq!(first.field("via").matches("playground-").count(), 2, "{first:?}");

    let second = net.get("tokyo", "/a");
    assert!(second.field("cache-status").contains(", tokyo;hit"), "{second:?}");
    let other = net.get("paris", "/a");
    let status = other.field("cache-status");
    assert!(status.starts_with("osaka;hit;"), "{status}");
    assert!(status.contains(", paris;fwd=uri-miss;"), "{status}");
    assert_eq!((other.text(), net.seen("/a").len()), ("/a", 1));
    // The origin is told who has carried the request, and the reader nothing of what the caches say to each other.
    let asked = &net.seen("/a")[0];
    for name in ["via", "cdn-loop"] {
        let field = asked.field(name);
        assert!(
            field.contains("playground-tokyo-") && field.contains("playground-osaka-"),
            "{field}"
        );
    }
    assert!(asked.field("playground-purges").is_empty());
    assert!(first.field("playground-purges").is_empty());
}

#[test]
fn a_hundred_readers_at_two_edges_are_one_request() {
    let gate = Gate::default();
    let script = gate.clone();
    let origin = Origin::start(move |_, stream| {
        script.pass();
        reply(stream, "200 OK", &[("Cache-Control", "max-age=60")], "once");
    });
    let net = Net::start(origin, &["osaka"], &["tokyo", "paris"]);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..100)
            .map(|number| {
                let edge = ["tokyo", "paris"][number % 2];
                scope.spawn(|| net.get(edge, "/a"))
            })
            .collect();
        net.until("98 have joined at the edges", |net| {
            let joined = |name| net.stats(name).edges[0].joined;
            joined("tokyo") + joined("paris") == 98
        });
        net.until("one has joined at the shield", |net| net.stats("osaka").edges[0].joined == 1);
        gate.open();
        assert!(readers.into_iter().all(|reader| reader.join().unwrap().text() == "once"));
    });
    assert_eq!(net.origin.seen().len(), 1);
}

#[test]
fn ages_add_up() {
    let origin = Origin::start(|_, stream| {
        let fields = [("Cache-Control", "max-age=3600"), ("Age", "100")];
        reply(stream, "200 OK", &fields, "old");
    });
    let net = Net::start(origin, &["osaka"], &["tokyo", "paris"]);
    net.get("tokyo", "/a");
    net.until("it has been at the shield for a second", |net| {
        let age: u32 = net.get("osaka", "/a").field("age").parse().unwrap();
        age >= 102
    });
    // Paris has it anew, and yet it is as old as it is at the shield.
    let age: u32 = net.get("paris", "/a").field("age").parse().unwrap();
    assert!((102..150).contains(&age), "{age}");
    let again: u32 = net.get("paris", "/a").field("age").parse().unwrap();
    assert!((age..150).contains(&again), "{again}");
}

#[test]
fn a_reader_that_has_it_is_told_so_and_a_stale_copy_is_confirmed_hop_by_hop() {
    let origin = Origin::start(|request, stream| {
        let fields = [("Cache-Control", "max-age=1"), ("ETag", "\"v1\"")];
        match request.field("if-none-match") {
            "\"v1\"" => {
                let head = "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=3600\r\nETag: \"v1\"\r\n\r\n";
                stream.write_all(head.as_bytes()).unwrap();
            }
            _ => reply(stream, "200 OK", &fields, "body"),
        }
    });
    let net = Net::start(origin, &["osaka"], &["tokyo"]);
    let reader = [("If-None-Match", "\"v1\"")];
    assert_eq!(net.ask("tokyo", "GET", "/a", &reader).status(), 304);
    assert_eq!(net.get("tokyo", "/a").text(), "body");
    net.until("it was confirmed", |net| {
        net.get("tokyo", "/a").text() == "body" && net.seen("/a").len() == 2
    });
    let confirmed = net.seen("/a");
    assert_eq!(confirmed[1].field("if-none-match"), "\"v1\"");
    assert_eq!(net.stats("tokyo").edges[0].revalidated, 1);
    assert!(net.get("tokyo", "/a").field("cache-status").contains("tokyo;hit"));
}

#[test]
fn bodies_flow_through_both_while_they_arrive_and_parts_are_parts() {
    let gate = Gate::default();
    let script = gate.clone();
    let length = 6 * MIB + 11;
    let origin = Origin::start(move |_, stream| {
        let body = pattern(length);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nCache-Control: max-age=60\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body[..length / 2]).unwrap();
        script.pass();
        let _ = stream.write_all(&body[length / 2..]);
    });
    let net = Net::start(origin, &["osaka"], &["tokyo"]);
    let mut reader = net.open("tokyo", "GET", "/a", &[]);
    assert!(reader.read(length / 2) == pattern(length)[..length / 2]);
    gate.open();
    assert!(reader.read(length - length / 2) == pattern(length)[length / 2..]);
    let part = net.ask("tokyo", "GET", "/a", &[("Range", "bytes=1000000-2000000")]);
    assert_eq!(part.status(), 206);
    assert!(part.body == pattern(length)[1_000_000..=2_000_000]);
    assert_eq!(net.origin.seen().len(), 1);
}

#[test]
fn what_changes_something_invalidates_the_copies_on_its_way() {
    let net = Net::start(plain(), &["osaka"], &["tokyo"]);
    net.get("tokyo", "/a");
    let posted = net.post("tokyo", "/a", &[], "{}");
    assert_eq!(posted.status(), 200);
    assert_eq!(net.seen("/a")[1].body, b"{}");
    net.get("tokyo", "/a");
    assert_eq!(net.seen("/a").len(), 3, "confirmed with the origin, past both copies");
    assert_eq!(net.seen("/a")[2].field("if-none-match"), "\"v1\"");
}

#[test]
fn a_loop_of_shields_is_refused() {
    let net = Net::start(plain(), &["osaka"], &["tokyo"]);
    net.kill("osaka");
    // The shield takes the edge for its own shield.
    net.up_with("osaka", &[], |it| it.replace("--peer=tokyo=", "--shield=tokyo="));
    net.until("it is asked again", |net| !net.machine("tokyo").shields[0].is_away);
    let refused = net.get("tokyo", "/a");
    assert_eq!(refused.status(), 508, "{refused:?}");
    assert!(net.origin.seen().is_empty());
}
