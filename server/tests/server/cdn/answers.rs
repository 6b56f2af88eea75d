//! What a reader gets: from the origin at first, then from the copy.

use super::world::{Origin, World, reply};

fn cached(max_age: &'static str) -> Origin {
    Origin::start(move |request, stream| {
        let fields =
            [("Cache-Control", max_age), ("ETag", "\"v1\""), ("Content-Type", "text/plain")];
        match request.line.starts_with("HEAD") {
            true => reply(stream, "200 OK", &fields, ""),
            false => reply(stream, "200 OK", &fields, "0123456789"),
        }
    })
}

#[test]
fn the_first_is_a_miss_and_the_second_a_hit() {
    let origin = cached("max-age=60");
    let world = World::before(&origin);
    let first = world.get("/a?b=c");
    assert_eq!((first.status(), first.text()), (200, "0123456789"));
    assert!(!first.is_hit());
    assert!(first.field("cache-status").starts_with("frankfurt;fwd=uri-miss"), "{first:?}");
    let second = world.get("/a?b=c");
    assert_eq!((second.status(), second.text()), (200, "0123456789"));
    assert!(second.is_hit(), "{second:?}");
    assert_eq!(second.field("content-length"), "10");
    assert!(!second.field("age").is_empty());
    assert!(second.field("via").contains("playground-"));
    assert_eq!(origin.seen().len(), 1);
    assert_eq!(origin.seen()[0].field("host"), origin.address.to_string());
}

#[test]
fn each_edge_has_copies_of_its_own() {
    let origin = cached("max-age=60");
    let world = World::before(&origin);
    world.get("/a");
    assert!(!world.get_with("/a", &[("CDN-Edge", "tokyo")]).is_hit());
    assert!(world.get_with("/a", &[("CDN-Edge", "tokyo")]).is_hit());
    let by_host = "GET /a HTTP/1.1\r\nHost: new-york.localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(world.status_of(by_host), 200);
    assert_eq!(origin.seen().len(), 3);
    assert_eq!(world.get_with("/a", &[("CDN-Edge", "atlantis")]).status(), 404);
    let mounted = world.server.get("/edge/tokyo/a");
    assert_eq!(mounted.body, b"0123456789");
    assert!(mounted.header("cache-status").starts_with("tokyo;hit"));
    assert!(mounted.header("content-security-policy").contains("sandbox"));
    assert_eq!(world.server.get("/edge/atlantis/a").status, 404);
    assert_eq!(origin.seen().len(), 3);
}

#[test]
fn a_head_is_answered_from_the_copy_and_asked_as_a_head_where_there_is_none() {
    let origin = cached("max-age=60");
    let world = World::before(&origin);
    let missed = world.ask("HEAD", "/a", &[]);
    assert_eq!((missed.status(), missed.body.len()), (200, 0));
    assert_eq!(origin.seen()[0].asked(), "HEAD /a");
    world.get("/a");
    let hit = world.ask("HEAD", "/a", &[]);
    assert!(hit.is_hit());
    assert_eq!((hit.field("content-length"), hit.body.len()), ("10", 0));
    assert_eq!(origin.seen().len(), 2);
}

#[test]
fn parts_come_from_the_copy() {
    let origin = cached("max-age=60");
    let world = World::before(&origin);
    world.get("/a");
    let part = world.get_with("/a", &[("Range", "bytes=2-4")]);
    assert_eq!((part.status(), part.text()), (206, "234"));
    assert_eq!(part.field("content-range"), "bytes 2-4/10");
    assert_eq!(world.get_with("/a", &[("Range", "bytes=-3")]).text(), "789");
    assert_eq!(world.get_with("/a", &[("Range", "bytes=8-")]).text(), "89");
    let same = world.get_with("/a", &[("Range", "bytes=0-0"), ("If-Range", "\"v1\"")]);
    assert_eq!((same.status(), same.text()), (206, "0"));
    let other = world.get_with("/a", &[("Range", "bytes=0-0"), ("If-Range", "\"v2\"")]);
    assert_eq!((other.status(), other.text()), (200, "0123456789"));
    let beyond = world.get_with("/a", &[("Range", "bytes=10-")]);
    assert_eq!((beyond.status(), beyond.field("content-range")), (416, "bytes */10"));
    assert_eq!(origin.seen().len(), 1);
}

#[test]
fn a_part_of_what_is_not_there_fetches_all_of_it() {
    let origin = cached("max-age=60");
    let world = World::before(&origin);
    let part = world.get_with("/a", &[("Range", "bytes=2-4")]);
    assert_eq!((part.status(), part.text()), (206, "234"));
    assert_eq!(origin.seen()[0].field("range"), "");
    assert!(world.get("/a").is_hit());
}

#[test]
fn a_part_far_behind_is_asked_for_as_such() {
    let origin = Origin::start(|_, stream| {
        reply(
            stream,
            "206 Partial Content",
            &[("Content-Range", "bytes 90000000-90000001/99000000")],
            "xy",
        );
    });
    let world = World::before(&origin);
    let part = world.get_with("/a", &[("Range", "bytes=90000000-90000001")]);
    assert_eq!((part.status(), part.text()), (206, "xy"));
    let status = part.field("cache-status");
    assert!(status.starts_with("frankfurt;fwd=uri-miss;fwd-status=206;stored=?0;"), "{status}");
    assert!(status.contains("detail=\"the response holds a part only"), "{status}");
    assert_eq!(origin.seen()[0].field("range"), "bytes=90000000-90000001");
    assert!(world.entries().is_empty());
}

#[test]
fn a_reader_with_the_same_copy_gets_a_304() {
    let origin = cached("max-age=60");
    let world = World::before(&origin);
    world.get("/a");
    let same = world.get_with("/a", &[("If-None-Match", "\"v1\"")]);
    assert_eq!((same.status(), same.body.len()), (304, 0));
    assert_eq!(world.get_with("/a", &[("If-None-Match", "\"v0\"")]).status(), 200);
    assert_eq!(origin.seen().len(), 1);
}

#[test]
fn codings_are_asked_for_in_few_ways() {
    let origin = Origin::start(|_, stream| {
        let fields = [("Cache-Control", "max-age=60"), ("Vary", "Accept-Encoding")];
        reply(stream, "200 OK", &fields, "text");
    });
    let world = World::before(&origin);
    for wanted in ["gzip, deflate", "deflate;q=0.5, gzip", "GZIP", "gzip;q=0.8, zstd, br;q=0"] {
        world.get_with("/a", &[("Accept-Encoding", wanted)]);
    }
    assert_eq!(origin.seen().len(), 1);
    assert_eq!(origin.seen()[0].field("accept-encoding"), "gzip");
    world.get_with("/a", &[("Accept-Encoding", "gzip, br")]);
    world.get("/a");
    assert_eq!(origin.seen().len(), 3);
}

#[test]
fn one_address_has_a_copy_for_each_language() {
    let origin = Origin::start(|request, stream| {
        let fields = [("Cache-Control", "max-age=60"), ("Vary", "Accept-Language")];
        reply(stream, "200 OK", &fields, request.field("accept-language"));
    });
    let world = World::before(&origin);
    for _ in 0..2 {
        for language in ["de", "ja"] {
            assert_eq!(world.get_with("/a", &[("Accept-Language", language)]).text(), language);
        }
    }
    assert_eq!(origin.seen().len(), 2);
}

#[test]
fn what_may_not_be_kept_is_not() {
    for directive in ["no-store", "private, max-age=60"] {
        let origin = cached(directive);
        let world = World::before(&origin);
        for _ in 0..2 {
            assert!(!world.get("/a").is_hit());
        }
        assert_eq!(origin.seen().len(), 2, "{directive}");
        assert!(world.entries().is_empty(), "{directive}");
    }
}

#[test]
fn a_change_makes_the_copy_invalid() {
    let origin = cached("max-age=60");
    let world = World::before(&origin);
    world.get("/a");
    let posted = world.server.request(
        "POST",
        "/edge/frankfurt/a",
        &[("content-type", "text/plain")],
        b"new",
    );
    assert_eq!(posted.status, 200);
    assert_eq!(origin.seen()[1].body, b"new");
    assert!(!world.get("/a").is_hit());
    assert_eq!(origin.seen().len(), 3);
    assert_eq!(origin.seen()[2].field("if-none-match"), "\"v1\"");
}

#[test]
fn an_error_and_an_empty_answer_are_passed_on_as_they_are() {
    let origin = Origin::start(|request, stream| match request.asked() {
        "GET /gone" => reply(stream, "410 Gone", &[("Content-Type", "text/plain")], "gone\n"),
        _ => {
            let _ = std::io::Write::write_all(
                stream,
                b"HTTP/1.1 204 No Content\r\nCache-Control: max-age=9\r\n\r\n",
            );
        }
    });
    let world = World::before(&origin);
    let gone = world.get("/gone");
    assert_eq!(
        (gone.status(), gone.text(), gone.field("content-type")),
        (410, "gone\n", "text/plain")
    );
    let mounted = world.server.get("/edge/frankfurt/gone");
    assert_eq!((mounted.status, mounted.body.as_slice()), (410, &b"gone\n"[..]));
    for _ in 0..2 {
        let empty = world.get("/empty");
        assert_eq!((empty.status(), empty.field("content-length")), (204, ""));
    }
}
