//! One shard: a SQLite database that several processes may have open.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use playground_core::unique_id::snowflake::Id;
use playground_core::unique_id::wire::{Post, ShardState};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};

/// How long a statement waits for another process.
const BUSY_PATIENCE: Duration = Duration::from_secs(5);
/// Before an opening is tried again: SQLite does not wait by itself while a database changes its journal's mode.
const PAUSE: Duration = Duration::from_millis(5);
/// How many posts are kept, about, and after how many new ones the oldest are removed.
const MOST_POSTS: u32 = 25_000;
const TRIM_EVERY: u32 = 64;

/// The ID is the key and the only order there is; entries of an index end with it, too.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS posts (
        id INTEGER PRIMARY KEY,
        user_id INTEGER NOT NULL,
        text TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS posts_of_user ON posts (user_id);
";

/// A shard that is open.
#[derive(Debug)]
pub(super) struct Shard {
    number: u32,
    connection: Mutex<Connection>,
    inserted: AtomicU32,
}

impl Shard {
    /// Opens a shard, making it if it is not there.
    ///
    /// # Errors
    /// If the file cannot be opened, or is none of ours.
    pub(super) fn open(folder: &Path, number: u32) -> rusqlite::Result<Self> {
        let path = folder.join(format!("shard-{number}.sqlite"));
        let end = Instant::now() + BUSY_PATIENCE;
        loop {
            match open(&path) {
                Err(error) if is_busy(&error) && Instant::now() < end => thread::sleep(PAUSE),
                opened => {
                    let connection = Mutex::new(opened?);
                    return Ok(Self { number, connection, inserted: AtomicU32::new(0) });
                }
            }
        }
    }

    /// Stores a post; it is durable when this returns.
    pub(super) fn insert(&self, post: &Post) -> rusqlite::Result<()> {
        let connection = self.connection();
        let insert = "INSERT INTO posts (id, user_id, text) VALUES (?1, ?2, ?3)";
        let values = params![key(post.id), post.user_id, post.text];
        connection.prepare_cached(insert)?.execute(values)?;
        if self.inserted.fetch_add(1, Ordering::Relaxed).is_multiple_of(TRIM_EVERY) {
            let trim = "DELETE FROM posts WHERE id <= \
                        (SELECT id FROM posts ORDER BY id DESC LIMIT 1 OFFSET ?1)";
            connection.prepare_cached(trim)?.execute([MOST_POSTS])?;
        }
        Ok(())
    }

    /// The post with this ID, if this user wrote it.
    pub(super) fn find(&self, user_id: u32, id: Id) -> rusqlite::Result<Option<Post>> {
        let connection = self.connection();
        let find = "SELECT id, user_id, text FROM posts WHERE id = ?1 AND user_id = ?2";
        let mut find = connection.prepare_cached(find)?;
        find.query_row(params![key(id), user_id], |row| self.post(row)).optional()
    }

    /// The newest posts before an ID, of one user or of all, the newest first.
    pub(super) fn newest(
        &self,
        user_id: Option<u32>,
        before: Option<Id>,
        limit: usize,
    ) -> rusqlite::Result<Vec<Post>> {
        let connection = self.connection();
        let before = before.map_or(i64::MAX, key);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let all = "SELECT id, user_id, text FROM posts \
                   WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
        let of_user = "SELECT id, user_id, text FROM posts \
                       WHERE id < ?1 AND user_id = ?3 ORDER BY id DESC LIMIT ?2";
        let post = |row: &Row<'_>| self.post(row);
        match user_id {
            None => {
                connection.prepare_cached(all)?.query_map(params![before, limit], post)?.collect()
            }
            Some(user_id) => {
                let values = params![before, limit, user_id];
                connection.prepare_cached(of_user)?.query_map(values, post)?.collect()
            }
        }
    }

    /// How full it is.
    pub(super) fn state(&self) -> rusqlite::Result<ShardState> {
        let connection = self.connection();
        let mut count = connection.prepare_cached("SELECT count(*), max(id) FROM posts")?;
        count.query_row([], |row| {
            let newest: Option<i64> = row.get(1)?;
            Ok(ShardState {
                shard: self.number,
                posts: row.get::<_, i64>(0)?.unsigned_abs(),
                newest: newest.map(|id| Id(id.unsigned_abs())),
            })
        })
    }

    fn post(&self, row: &Row<'_>) -> rusqlite::Result<Post> {
        Ok(Post {
            id: Id(row.get::<_, i64>(0)?.unsigned_abs()),
            user_id: row.get(1)?,
            shard: self.number,
            text: row.get(2)?,
        })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_PATIENCE)?;
    // Readers and a writer do not wait for each other, and a commit is one forced write.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(SCHEMA)?;
    Ok(connection)
}

fn is_busy(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// SQLite's numbers have a sign; IDs never reach it.
fn key(id: Id) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}
