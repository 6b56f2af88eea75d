//! The embedded origin: what its pages say, and that it fails for real.

use playground_server::cdn::CdnConfig;

use super::world::World;

#[test]
fn every_page_is_kept_as_it_says() {
    let world = World::with(CdnConfig::default());
    let kept = [
        "/",
        "/news",
        "/hello",
        "/archive",
        "/guestbook",
        "/harbour.svg",
        "/mountains.svg",
        "/sky.png",
        "/large?mib=1",
    ];
    for path in kept {
        assert!(!world.get(path).is_hit(), "{path}");
        assert!(world.get(path).is_hit(), "{path}");
    }
    for path in ["/clock", "/account"] {
        world.get(path);
        assert!(!world.get(path).is_hit(), "{path}");
    }
    assert_eq!(world.get("/nothing-here").status(), 404);
    assert!(world.get("/sky.png").body.starts_with(b"\x89PNG\r\n\x1a\n"));
    let german = world.get_with("/hello", &[("Accept-Language", "de-CH, en")]);
    assert_eq!((german.text(), german.field("content-language")), ("Guten Tag!\n", "de"));
}

#[test]
fn large_bodies_say_where_they_are() {
    let world = World::with(CdnConfig::default());
    let whole = world.get("/large?mib=2");
    assert_eq!(whole.body.len(), 2 << 20);
    assert_eq!(whole.body[800..808], 800_u64.to_be_bytes());
    let part = world.get_with("/large?mib=2", &[("Range", "bytes=1048576-1048583")]);
    assert_eq!(part.body, 1_048_576_u64.to_be_bytes());
}

#[test]
fn a_guest_makes_the_old_page_invalid() {
    let world = World::with(CdnConfig::default());
    world.get("/guestbook");
    let text = [("content-type", "text/plain")];
    let signed = world.server.request("POST", "/edge/frankfurt/guestbook", &text, b"I was here");
    assert_eq!(signed.status, 303);
    assert!(world.get("/guestbook").text().contains("I was here"));
}

#[test]
fn it_can_be_changed_and_can_fail() {
    let world = World::with(CdnConfig::default());
    assert!(world.stats().origin.is_embedded);
    world.post("/api/cdn/faults", r#"{"down": true}"#);
    assert_eq!(world.get("/").status(), 502);
    world.post("/api/cdn/faults", r#"{"down": false, "error": true}"#);
    assert_eq!(world.get("/").status(), 500);
    world.post("/api/cdn/faults", r#"{"error": false}"#);
    assert!(world.get("/news").text().contains("edition 1"));
    let changed = world.post("/api/cdn/faults", r#"{"change": true}"#);
    assert_eq!(changed.json::<serde_json::Value>()["revision"], 1);
    world.post("/api/cdn/purge", r#"{"tag": "news"}"#);
    assert!(world.get("/news").text().contains("edition 2"));
}
