//! What the server and the page tell each other: as JSON, and what is no race and no post.

use playground_core::unique_id::kinds::Kind;
use playground_core::unique_id::snowflake::Id;
use playground_core::unique_id::wire::{
    Batch, Held, LeaseState, LiveMessage, NewPost, Post, Posts, RaceRequest, RaceState,
};
use serde_json::{json, to_value};

#[test]
fn ids_are_strings_in_json() {
    let held = Held { number: 7, epoch: 3 };
    let batch =
        Batch { kind: Kind::Snowflake, ids: vec!["9007199254740993".into()], worker: Some(held) };
    assert_eq!(
        to_value(&batch).unwrap(),
        json!({"kind": "snowflake", "ids": ["9007199254740993"], "worker": {"number": 7, "epoch": 3}})
    );
    let post = Post { id: Id(9_007_199_254_740_993), user_id: 6, shard: 2, text: "hi".into() };
    assert_eq!(
        to_value(LiveMessage::Posted(post)).unwrap(),
        json!({"type": "posted", "id": "9007199254740993", "user_id": 6, "shard": 2, "text": "hi"})
    );
}

#[test]
fn a_lease_is_one_object() {
    let held = Held { number: 7, epoch: 3 };
    let lease = LeaseState {
        held,
        after_ms: 1,
        high_water_ms: 2,
        process: None,
        server: None,
        is_own: false,
    };
    let value = to_value(&lease).unwrap();
    assert_eq!(
        value,
        json!({
            "number": 7, "epoch": 3, "after_ms": 1, "high_water_ms": 2, "process": null, "is_own": false
        })
    );
    assert_eq!(serde_json::from_value::<LeaseState>(value).unwrap(), lease);
}

#[test]
fn a_message_of_the_race_is_read_as_it_was_written() {
    let message = LiveMessage::Race(RaceState::default());
    let text = serde_json::to_string(&message).unwrap();
    assert_eq!(serde_json::from_str::<LiveMessage>(&text).unwrap(), message);
}

#[test]
fn a_page_of_posts_has_the_newest_of_all_shards_first() {
    let post = |id: u64| Post {
        id: Id(id),
        user_id: id as u32,
        shard: id as u32 % 4,
        text: id.to_string(),
    };
    let page = |ids: &[u64], limit| {
        let page = Posts::page(ids.iter().map(|id| post(*id)).collect(), limit);
        (
            page.posts.iter().map(|post| post.id.0).collect::<Vec<_>>(),
            page.next_before.map(|id| id.0),
        )
    };
    assert_eq!(page(&[5, 1, 9, 8], 3), (vec![9, 8, 5], Some(5)));
    assert_eq!(page(&[5, 1, 9], 3), (vec![9, 5, 1], None));
    assert_eq!(page(&[], 3), (vec![], None));
}

#[test]
fn a_race_is_checked() {
    assert_eq!(serde_json::from_str::<RaceRequest>("{}").unwrap(), RaceRequest::default());
    assert_eq!(RaceRequest::default().check(), Ok(()));
    let wrong = [
        RaceRequest { rows: 999, ..RaceRequest::default() },
        RaceRequest { rows: 1_000_001, ..RaceRequest::default() },
        RaceRequest { cache_mib: 0, ..RaceRequest::default() },
        RaceRequest { cache_mib: 257, ..RaceRequest::default() },
        RaceRequest { kinds: vec![], ..RaceRequest::default() },
        RaceRequest { kinds: vec![Kind::Ulid, Kind::UuidV4, Kind::Ulid], ..RaceRequest::default() },
    ];
    assert!(wrong.iter().all(|request| request.check().is_err()));
    assert!(serde_json::from_str::<RaceRequest>(r#"{"speed": 1}"#).is_err());
}

#[test]
fn a_text_says_something_and_not_too_much() {
    let post = |text: &str| NewPost { user_id: 1, text: text.into() }.has_good_text();
    assert!(post("a") && post(&"ä".repeat(500)));
    assert!(!post("") && !post(" \n") && !post(&"ä".repeat(501)));
}
