//! The blog: posts on four shards, with no sort key but their IDs.

use serde::{Deserialize, Serialize};

use crate::unique_id::snowflake::Id;

/// How many shards there are; a user's posts are on shard `user_id % 4`.
pub const SHARDS: u32 = 4;

/// The body of `POST /api/unique-id/blog/posts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPost {
    /// Who writes.
    pub user_id: u32,
    /// What, 1 to 500 characters.
    pub text: String,
}

impl NewPost {
    /// The longest text, in characters.
    pub const MOST_CHARS: usize = 500;

    /// Whether the text may be stored: it says something, and not too much.
    #[must_use]
    pub fn has_good_text(&self) -> bool {
        !self.text.trim().is_empty() && self.text.chars().count() <= Self::MOST_CHARS
    }
}

/// A post, as it is stored. When it was written is in its ID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// The one sort key there is.
    pub id: Id,
    /// Who wrote it.
    pub user_id: u32,
    /// Where it is.
    pub shard: u32,
    /// What it says.
    pub text: String,
}

impl Post {
    /// On which shard the posts of a user are.
    #[must_use]
    pub fn shard_of(user_id: u32) -> u32 {
        user_id % SHARDS
    }
}

/// The answer to `GET /api/unique-id/blog/posts?limit=…&before=…`, and to the same below `/blog/users/{user}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posts {
    /// The newest first.
    pub posts: Vec<Post>,
    /// What to say for `before` to get the next page; none if this was the last.
    pub next_before: Option<Id>,
}

impl Posts {
    /// The most posts of a page.
    pub const MOST: usize = 100;

    /// The page that begins with the newest of these posts, which may be of several shards in any order. One post
    /// more than fit tells that there is another page.
    #[must_use]
    pub fn page(mut posts: Vec<Post>, limit: usize) -> Self {
        posts.sort_unstable_by_key(|post| std::cmp::Reverse(post.id));
        let has_more = posts.len() > limit;
        posts.truncate(limit);
        let next_before = posts.last().filter(|_| has_more).map(|post| post.id);
        Self { posts, next_before }
    }
}

/// How full a shard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardState {
    /// Its number, 0 to 3.
    pub shard: u32,
    /// How many posts are on it.
    pub posts: u64,
    /// The newest of them.
    pub newest: Option<Id>,
}
