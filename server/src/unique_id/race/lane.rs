//! One kind's run: a new database, all rows, and a look at its pages.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use playground_core::unique_id::kinds::{Key, Kind};
use playground_core::unique_id::snowflake::Clock;
use playground_core::unique_id::wire::{Leaf, RaceRequest, Sample};
use rusqlite::{Connection, params};

use super::super::clock::ServiceClock;
use super::super::keys::Keys;
use super::written::Written;

/// How a lane goes.
#[derive(Debug)]
pub(super) enum Step {
    /// So many rows are in.
    Inserted(Sample),
    /// All are, and the write-ahead log is in the file.
    Counting(Sample),
    /// This is what the pages look like.
    Counted(Leaf),
}

/// Why a lane has not come to its end.
#[derive(Debug)]
pub(super) enum Stopped {
    /// Somebody has asked for it.
    Cancelled,
    /// The database, the disk or the keys failed.
    Failed(String),
}

impl<E: std::error::Error> From<E> for Stopped {
    fn from(error: E) -> Self {
        Stopped::Failed(error.to_string())
    }
}

/// Runs a lane in a folder of its own, and removes its files. Blocks.
///
/// # Errors
/// If it is cancelled or fails.
pub(super) fn run(
    kind: Kind,
    request: &RaceRequest,
    folder: &Path,
    is_cancelled: &AtomicBool,
    mut told: impl FnMut(Step),
) -> Result<(), Stopped> {
    let path = folder.join("rows.sqlite");
    let outcome = insert_and_count(kind, request, &path, is_cancelled, &mut told);
    for ending in ["", "-wal", "-shm"] {
        // SQLite has removed its own when it closed the database; what is left goes with the folder.
        let _ = std::fs::remove_file(folder.join(format!("rows.sqlite{ending}")));
    }
    outcome
}

fn insert_and_count(
    kind: Kind,
    request: &RaceRequest,
    path: &Path,
    is_cancelled: &AtomicBool,
    told: &mut impl FnMut(Step),
) -> Result<(), Stopped> {
    if is_cancelled.load(Ordering::Relaxed) {
        return Err(Stopped::Cancelled);
    }
    let (clock, mut keys) = (ServiceClock::new(0), Keys::new(kind)?);
    let mut database = open(kind, request.cache_mib, path)?;
    let mut sample = Sample::default();
    let (mut elapsed, written) = (Duration::ZERO, Written::begin());
    told(Step::Inserted(sample));
    while sample.rows < request.rows {
        if is_cancelled.load(Ordering::Relaxed) {
            return Err(Stopped::Cancelled);
        }
        let count = RaceRequest::ROWS_PER_TRANSACTION.min(request.rows - sample.rows);
        let batch = keys.next(clock.unix_ms(), count)?;
        let begun = Instant::now();
        insert(&mut database, &batch)?;
        elapsed += begun.elapsed();
        sample = measured(sample.rows + count, elapsed, &written, path);
        told(Step::Inserted(sample));
    }
    let begun = Instant::now();
    // What is still in the log belongs to the file, and its writing to the figures.
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    elapsed += begun.elapsed();
    told(Step::Counting(measured(sample.rows, elapsed, &written, path)));
    told(Step::Counted(count_pages(&database)?));
    Ok(())
}

fn open(kind: Kind, cache_mib: u32, path: &Path) -> rusqlite::Result<Connection> {
    let database = Connection::open(path)?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "NORMAL")?;
    // In KiB if it is negative.
    database.pragma_update(None, "cache_size", -i64::from(cache_mib) * 1024)?;
    let column = if is_number(kind) { "INTEGER" } else { "BLOB" };
    database.execute_batch(&format!(
        "CREATE TABLE entries (id {column} PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
    ))?;
    Ok(database)
}

fn insert(database: &mut Connection, keys: &[Key]) -> rusqlite::Result<()> {
    const VALUE: [u8; RaceRequest::VALUE_BYTES] = [0x5a; RaceRequest::VALUE_BYTES];
    let transaction = database.transaction()?;
    {
        let mut insert =
            transaction.prepare_cached("INSERT INTO entries (id, value) VALUES (?1, ?2)")?;
        for key in keys {
            if is_number(key.kind()) {
                // SQLite's numbers have a sign, which neither kind of number reaches.
                let number = i64::try_from(key.value()).unwrap_or(i64::MAX);
                insert.execute(params![number, &VALUE[..]])?;
            } else {
                insert.execute(params![key.bytes(), &VALUE[..]])?;
            }
        }
    }
    transaction.commit()
}

/// Whether a key is one of SQLite's numbers, and not a string of bytes.
fn is_number(kind: Kind) -> bool {
    kind.bytes() == size_of::<i64>()
}

fn measured(rows: u32, elapsed: Duration, written: &Written, path: &Path) -> Sample {
    Sample {
        rows,
        elapsed_us: u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
        written_bytes: written.bytes(),
        file_bytes: std::fs::metadata(path).map_or(0, |file| file.len()),
    }
}

/// What SQLite's virtual table `dbstat` tells of each page, summed up. A page's path has a slash a level.
fn count_pages(database: &Connection) -> rusqlite::Result<Leaf> {
    let mut pages = database.prepare(
        "SELECT pagetype, count(*), sum(unused), max(pgsize),
                max(length(path) - length(replace(path, '/', '')))
         FROM dbstat WHERE name = 'entries' GROUP BY pagetype",
    )?;
    let mut leaf =
        Leaf { page_bytes: 0, leaf_pages: 0, inner_pages: 0, leaf_fill_permille: 0, depth: 0 };
    let mut rows = pages.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, pages, unused): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        leaf.page_bytes = row.get(3)?;
        leaf.depth = leaf.depth.max(row.get(4)?);
        if kind == "leaf" {
            leaf.leaf_pages = pages.unsigned_abs();
            let all = (pages * i64::from(leaf.page_bytes)).max(1);
            let used = (all - unused).max(0) * 1_000 / all;
            leaf.leaf_fill_permille = u32::try_from(used).unwrap_or(0);
        } else {
            leaf.inner_pages += pages.unsigned_abs();
        }
    }
    Ok(leaf)
}
