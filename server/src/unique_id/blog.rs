//! The blog: posts on four shards by `user_id % 4`, made, found and listed by nothing but their IDs.
//!
//! Each shard is a database of its own, `<data-dir>/unique-id/blog/shard-<n>.sqlite`, and knows nothing of the others:
//! no counter is shared, and no time is stored. The newest of all are found by asking each shard for its newest. The
//! servers of a data directory share the shards.
//!
//! What is simplified: the shards are on one disk; each keeps only its newest posts.

mod api;
mod shard;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use axum::http::StatusCode;
use playground_core::unique_id::snowflake::Id;
use playground_core::unique_id::wire::{LiveMessage, Post, Posts, SHARDS, ShardState};
use tokio::sync::{Semaphore, broadcast};
use tokio::time::timeout;

pub(super) use api::routes;
use shard::Shard;

use super::refused;
use crate::problem::AppError;

/// How many questions the shards work at, together.
const AT_ONCE: usize = 8;
/// How long a question waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many posts wait for a page that is slow to read; then it misses the oldest.
const WAITING: usize = 256;

/// The shards. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Blog(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// In the order of their numbers; or why they cannot be used.
    shards: Result<Vec<Shard>, String>,
    turns: Arc<Semaphore>,
    posted: broadcast::Sender<Utf8Bytes>,
}

impl Blog {
    /// Opens the shards in this folder, making them if they are not there. Blocks.
    pub(super) fn open(folder: &Path) -> Self {
        let opened = std::fs::create_dir_all(folder).map_err(|error| error.to_string());
        let shards = opened.and_then(|()| {
            let shards = (0..SHARDS).map(|number| Shard::open(folder, number));
            shards.collect::<rusqlite::Result<Vec<_>>>().map_err(|error| error.to_string())
        });
        if let Err(error) = &shards {
            tracing::error!(%error, "the blog's shards cannot be opened");
        }
        Self(Arc::new(Inner {
            shards,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            posted: broadcast::Sender::new(WAITING),
        }))
    }

    /// The posts that this server stores from now on, as messages of the socket.
    pub(super) fn subscribe(&self) -> broadcast::Receiver<Utf8Bytes> {
        self.0.posted.subscribe()
    }

    /// Stores a post, durably.
    async fn store(&self, post: Post) -> Result<Post, AppError> {
        let number = post.shard;
        let post =
            self.ask(move |shards| shards[number as usize].insert(&post).map(|()| post)).await?;
        if self.0.posted.receiver_count() > 0 {
            let message = LiveMessage::Posted(post.clone());
            let text = serde_json::to_string(&message).unwrap_or_default();
            // An error means that the last page has just gone.
            let _ = self.0.posted.send(text.into());
        }
        Ok(post)
    }

    /// A user's post: only one shard is asked.
    async fn find(&self, user_id: u32, id: Id) -> Result<Option<Post>, AppError> {
        let number = Post::shard_of(user_id);
        self.ask(move |shards| shards[number as usize].find(user_id, id)).await
    }

    /// A user's newest posts before an ID: only one shard is asked.
    async fn newest_of(
        &self,
        user_id: u32,
        before: Option<Id>,
        limit: usize,
    ) -> Result<Posts, AppError> {
        let number = Post::shard_of(user_id);
        let posts = self
            .ask(move |shards| shards[number as usize].newest(Some(user_id), before, limit + 1))
            .await?;
        Ok(Posts::page(posts, limit))
    }

    /// The newest posts of all shards before an ID.
    async fn newest(&self, before: Option<Id>, limit: usize) -> Result<Posts, AppError> {
        let posts = self
            .ask(move |shards| {
                let mut posts = Vec::new();
                for shard in shards {
                    posts.extend(shard.newest(None, before, limit + 1)?);
                }
                Ok(posts)
            })
            .await?;
        Ok(Posts::page(posts, limit))
    }

    /// How full the shards are.
    pub(super) async fn shards(&self) -> Result<Vec<ShardState>, AppError> {
        self.ask(|shards| shards.iter().map(Shard::state).collect()).await
    }

    /// Asks the shards where it may block, with a bound on how many do so.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&[Shard]) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, AppError> {
        let turn = timeout(PATIENCE, self.0.turns.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(AppError::Busy { detail: "The blog's shards have too much to do." });
        };
        let inner = self.0.clone();
        let asked = tokio::task::spawn_blocking(move || {
            // Until the answer is there, also if nobody waits for it any more.
            let _turn = turn;
            match &inner.shards {
                Ok(shards) => question(shards).map_err(|error| error.to_string()),
                Err(error) => Err(error.clone()),
            }
        });
        let answer = asked.await.unwrap_or_else(|error| Err(error.to_string()));
        answer.map_err(|error| {
            tracing::error!(%error, "a shard of the blog failed");
            let detail = format!("The blog's shards cannot be used: {error}.");
            refused(StatusCode::SERVICE_UNAVAILABLE, detail)
        })
    }
}
