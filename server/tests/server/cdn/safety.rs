//! What nobody can do through an edge.

use super::world::{Origin, World, reply};

fn plain() -> Origin {
    Origin::start(|_, stream| reply(stream, "200 OK", &[("Cache-Control", "max-age=60")], "fine"))
}

#[test]
fn only_the_configured_origin_can_be_reached() {
    let origin = plain();
    let world = World::before(&origin);
    let other = plain();
    let ask = |line: &str, host: &str| {
        world.status_of(&format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
    };
    let absolute = format!("GET http://{}/x", other.address);
    for line in [absolute.as_str(), "GET http://localhost/x", "CONNECT example.org:443"] {
        assert_eq!(ask(line, "localhost"), 403, "{line}");
    }
    for path in ["/../x", "/a/..", "/%2e%2e/x", "/a/%2E./x", "/a%2fb", "/a%5cb", "/a%00b"] {
        assert_eq!(ask(&format!("GET {path}"), "localhost"), 400, "{path}");
    }
    assert_eq!(ask("GET /x", "evil.example"), 403);
    assert_eq!(ask("GET /x", "localhost:80@evil.example"), 400);
    assert_eq!(ask("GET /x", "localhost\r\nHost: evil.example"), 400);
    assert_eq!(world.status_of("GET /x HTTP/1.1\r\nConnection: close\r\n\r\n"), 400);
    assert!(other.seen().is_empty());
    assert!(origin.seen().is_empty());
    assert_eq!(ask("GET //evil.example/x", "localhost"), 200);
    assert_eq!(origin.seen()[0].asked(), "GET //evil.example/x");
}

#[test]
fn nor_can_it_beside_the_page() {
    let origin = plain();
    let world = World::before(&origin);
    let ask = |line: &str| {
        let text = format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = world.server.status_line(text.as_bytes());
        answer.split(' ').nth(1).map(str::to_owned).unwrap_or_default()
    };
    for path in ["/edge/tokyo/../x", "/edge/tokyo/%2e%2e/x", "/edge/tokyo/a%2fb"] {
        assert_eq!(ask(&format!("GET {path}")), "400", "{path}");
    }
    assert_eq!(ask("GET http://evil.example/edge/tokyo/x"), "403");
    assert_eq!(ask("GET /edge/atlantis/x"), "404", "there is no such edge");
    assert!(origin.seen().is_empty());
}

#[test]
fn fields_of_one_connection_stay_there() {
    let origin = Origin::start(|_, stream| {
        let fields = [
            ("Cache-Control", "max-age=60"),
            ("Connection", "x-private"),
            ("X-Private", "secret"),
            ("Keep-Alive", "timeout=5"),
            ("X-Kept", "yes"),
        ];
        reply(stream, "200 OK", &fields, "fine");
    });
    let world = World::before(&origin);
    let sent = [
        ("Connection", "x-mine"),
        ("X-Mine", "1"),
        ("TE", "trailers"),
        ("Proxy-Authorization", "x"),
    ];
    for _ in 0..2 {
        let answer = world.get_with("/a", &sent);
        assert_eq!((answer.field("x-private"), answer.field("keep-alive")), ("", ""));
        assert_eq!(answer.field("x-kept"), "yes");
    }
    let seen = &origin.seen()[0];
    for name in ["x-mine", "te", "proxy-authorization"] {
        assert_eq!(seen.field(name), "", "{name}");
    }
    assert!(seen.field("via").contains("playground-"));
    assert!(seen.field("cdn-loop").contains("playground-"));
}

#[test]
fn a_copy_cannot_be_poisoned_by_what_the_key_does_not_show() {
    // An origin that believes such fields, as many frameworks do.
    let origin = Origin::start(|request, stream| {
        let names =
            ["x-forwarded-host", "x-host", "x-original-url", "forwarded", "x-forwarded-scheme"];
        let believed: String = names.iter().map(|name| request.field(name)).collect();
        reply(stream, "200 OK", &[("Cache-Control", "max-age=60")], &format!("host={believed}"));
    });
    let world = World::before(&origin);
    let poison = [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Host", "evil.example"),
        ("X-Original-URL", "/admin"),
        ("Forwarded", "host=evil.example"),
        ("X-Forwarded-Scheme", "nothttps"),
    ];
    assert_eq!(world.get_with("/a", &poison).text(), "host=");
    assert_eq!(world.get("/a").text(), "host=");
    // Two ways to write one address are one copy, and two addresses are two.
    assert!(world.get("/%61").is_hit());
    assert!(!world.get("/a?x=1").is_hit());
    assert!(!world.get("/A").is_hit());
}

#[test]
fn a_body_with_a_get_is_not_part_of_what_others_get() {
    let origin = Origin::start(|request, stream| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        reply(stream, "200 OK", &[("Cache-Control", "max-age=60")], &format!("body={body}"));
    });
    let world = World::before(&origin);
    let fat =
        "GET /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nConnection: close\r\n\r\nevil";
    world.status_of(fat);
    assert_eq!(world.get("/a").text(), "body=");
}

#[test]
fn what_is_for_one_reader_reaches_no_other() {
    let origin = Origin::start(|request, stream| {
        let directives = match request.asked() {
            "GET /public" => "public, max-age=60",
            "GET /private" => "private, max-age=60",
            _ => "max-age=60",
        };
        let who = request.field("authorization");
        reply(stream, "200 OK", &[("Cache-Control", directives)], &format!("for {who}"));
    });
    let world = World::before(&origin);
    for path in ["/private", "/account"] {
        world.get_with(path, &[("Authorization", "ann")]);
        assert_eq!(world.get_with(path, &[("Authorization", "bob")]).text(), "for bob", "{path}");
        assert_eq!(world.get(path).text(), "for ", "{path}");
    }
    world.get_with("/public", &[("Authorization", "ann")]);
    assert!(world.get("/public").is_hit(), "the origin said that it may be");
}

#[test]
fn an_origin_that_leads_back_is_told_so() {
    let origin = plain();
    let world = World::before(&origin);
    world.get("/a");
    let via = origin.seen()[0].field("via").to_owned();
    let cdn_loop = origin.seen()[0].field("cdn-loop").to_owned();
    assert_eq!(world.get_with("/b", &[("Via", &via)]).status(), 508);
    let looped = world.get_with("/b", &[("CDN-Loop", &cdn_loop)]);
    assert_eq!((looped.status(), looped.field("content-type")), (508, "application/problem+json"));
    assert_eq!(
        world.get_with("/b", &[("Via", "1.1 somebody"), ("CDN-Loop", "else")]).status(),
        200
    );
    assert_eq!(origin.seen().len(), 2);
}

#[test]
fn requests_have_a_largest_size() {
    let origin = plain();
    let world = World::before(&origin);
    let declared = "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n";
    assert_eq!(world.status_of(declared), 413);
    let path = "a".repeat(9_000);
    assert_eq!(world.get(&format!("/{path}")).status(), 414);
    let large = "a".repeat(20_000);
    let head = format!("GET /a HTTP/1.1\r\nHost: localhost\r\nX-Large: {large}\r\n\r\n");
    assert_eq!(world.status_of(&head), 431);
    assert!(origin.seen().is_empty());
}
