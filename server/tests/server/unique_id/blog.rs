//! The blog: where posts land, how they are found and listed, and what is refused.

use playground_core::unique_id::snowflake::Layout;
use playground_core::unique_id::wire::{NewPost, Post, Posts, ShardState};

use super::world::{World, parse, post, problem};

fn write(world: &World, user_id: u32, text: &str) -> Post {
    let body = serde_json::to_string(&NewPost { user_id, text: text.into() }).unwrap();
    let answer = post(&world.server, "/api/unique-id/blog/posts", &body);
    assert_eq!(answer.status, 201, "{answer:?}");
    let stored: Post = answer.json();
    let place = format!("/api/unique-id/blog/users/{user_id}/posts/{}", stored.id);
    assert_eq!(answer.header("location"), place);
    stored
}

/// All posts of a list, page by page.
fn all(world: &World, path: &str, limit: usize) -> Vec<Post> {
    let mut posts = Vec::new();
    let mut before = String::new();
    loop {
        let page: Posts =
            world.server.get(&format!("/api/unique-id/blog/{path}?limit={limit}{before}")).json();
        assert!(page.posts.len() <= limit);
        posts.extend(page.posts);
        match page.next_before {
            Some(id) => before = format!("&before={id}"),
            None => return posts,
        }
    }
}

#[test]
fn posts_land_by_their_user_and_are_listed_by_nothing_but_their_ids() {
    let world = World::start();
    let mut written: Vec<Post> =
        (0..30).map(|at| write(&world, at % 7 * 3, &format!("post {at} 🦀"))).collect();
    for stored in &written {
        assert_eq!(stored.shard, stored.user_id % 4);
    }
    let shards: Vec<ShardState> = world.server.get("/api/unique-id/blog/shards").json();
    for shard in &shards {
        let own = || written.iter().filter(|stored| stored.shard == shard.shard);
        assert_eq!(shard.posts, own().count() as u64);
        assert_eq!(shard.newest, own().map(|stored| stored.id).max());
    }
    assert_eq!(shards.iter().map(|shard| shard.shard).collect::<Vec<_>>(), [0, 1, 2, 3]);

    written.reverse();
    for limit in [1, 4, 29, 30, 100] {
        assert_eq!(all(&world, "posts", limit), written, "pages of {limit}");
    }
    for user_id in [0, 3, 18] {
        let own: Vec<_> = written.iter().filter(|it| it.user_id == user_id).cloned().collect();
        assert!(!own.is_empty());
        assert_eq!(all(&world, &format!("users/{user_id}/posts"), 2), own);
    }
    assert!(all(&world, "users/1/posts", 2).is_empty());
}

#[test]
fn a_post_is_found_by_its_user_and_id_alone() {
    let world = World::start();
    let stored = write(&world, 7, "hello");
    let place = |user_id: u32, id: &str| format!("/api/unique-id/blog/users/{user_id}/posts/{id}");
    let id = stored.id.to_string();
    assert_eq!(world.server.get(&place(7, &id)).json::<Post>(), stored);
    // Another user, on the same shard and on another one.
    for user_id in [3, 8] {
        let told = problem(&world.server.get(&place(user_id, &id)), 404);
        assert_eq!(told, format!("User {user_id} has no post {id}."));
    }
    problem(&world.server.get(&place(7, "1")), 404);
    problem(&world.server.get(&place(7, &u64::MAX.to_string())), 404);
    for bad in ["x", "-1", "18446744073709551616"] {
        problem(&world.server.get(&place(7, bad)), 400);
    }
    problem(&world.server.get("/api/unique-id/blog/users/x/posts/1"), 400);
}

#[test]
fn a_posts_time_and_worker_are_in_its_id() {
    let world = World::start();
    let stored = write(&world, 1, "when?");
    let batch = super::world::ids(&world.server, 1);
    let (held, next) = (batch.worker.unwrap(), parse(&batch)[0]);
    assert_eq!(Layout::CLASSICAL.decompose(stored.id).worker, held.number);
    assert!(stored.id < next);
    let value: serde_json::Value = world.server.get("/api/unique-id/blog/posts").json();
    let keys: Vec<_> = value["posts"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["id", "shard", "text", "user_id"], "no time is kept beside it");
    assert!(value["posts"][0]["id"].is_string());
}

#[test]
fn what_is_no_post_or_no_page_is_refused() {
    let world = World::start();
    let path = "/api/unique-id/blog/posts";
    let longest = NewPost::MOST_CHARS;
    write(&world, 1, &"ä".repeat(longest));
    for text in [String::new(), "   \n".into(), "ä".repeat(longest + 1)] {
        let body = serde_json::json!({ "user_id": 1, "text": text }).to_string();
        assert_eq!(
            problem(&post(&world.server, path, &body), 422),
            "A post has 1 to 500 characters."
        );
    }
    for body in [
        r#"{"text": "a"}"#,
        r#"{"user_id": -1, "text": "a"}"#,
        r#"{"user_id": 4294967296, "text": "a"}"#,
        r#"{"user_id": 1, "text": "a", "id": "5"}"#,
    ] {
        problem(&post(&world.server, path, body), 422);
    }
    problem(&post(&world.server, path, "{"), 400);
    problem(&world.server.request("POST", path, &[], b"{}"), 415);
    for query in ["limit=0", "limit=101", "limit=x", "before=x", "before=-1"] {
        problem(&world.server.get(&format!("{path}?{query}")), 400);
    }
    assert_eq!(
        world.server.get(&format!("{path}?before={}", u64::MAX)).json::<Posts>().posts.len(),
        1
    );
    assert_eq!(all(&world, "posts", 10).len(), 1);
}

#[test]
fn a_shard_that_is_no_database_is_told() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("blog")).unwrap();
    std::fs::write(folder.path().join("blog/shard-2.sqlite"), "no database".repeat(100)).unwrap();
    let server = super::world::serve(folder.path());
    let told = problem(&server.get("/api/unique-id/blog/posts"), 503);
    assert!(told.starts_with("The blog's shards cannot be used: "), "{told}");
    super::world::ids(&server, 1);
}
