//! What an edge keeps on disk of each copy besides its body: the head, its address, and which body belongs to it.
//!
//! A manifest is written when the whole body is on disk, never before: a server that is killed while it fills
//! leaves pieces that nobody knows of. Writing is grouped, since each commit waits for the disk.

use std::path::Path;
use std::sync::Arc;

use playground_core::cdn::caching::Record;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("manifests");
/// The most changes in one commit.
const MOST_TOGETHER: usize = 1024;

/// One copy.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Manifest {
    /// Path and query.
    pub(super) url: String,
    /// The head.
    pub(super) record: Record,
    /// How long the body is, in bytes.
    pub(super) length: u64,
    /// By which it can be purged.
    pub(super) tags: Vec<String>,
}

/// A change to what is on disk.
#[derive(Debug)]
enum Change {
    Put(u64, Box<Manifest>),
    Remove(u64),
    /// Answered once everything before it is on disk.
    Barrier(oneshot::Sender<()>),
}

/// The manifests of one edge. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Manifests(mpsc::UnboundedSender<Change>);

impl Manifests {
    /// Opens the file, and reads what is in it, by the bodies' numbers.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<(u64, Manifest)>), redb::Error> {
        let database = Database::create(path)?;
        let transaction = database.begin_write()?;
        transaction.open_table(TABLE)?;
        transaction.commit()?;
        let mut found = Vec::new();
        let transaction = database.begin_read()?;
        for row in transaction.open_table(TABLE)?.iter()? {
            let (object, manifest) = row?;
            // What an older version wrote otherwise is not worth more than asking the origin again.
            if let Ok(manifest) = serde_json::from_slice(manifest.value()) {
                found.push((object.value(), manifest));
            }
        }
        drop(transaction);
        let (sender, changes) = mpsc::unbounded_channel();
        std::thread::spawn(move || write(&Arc::new(database), changes));
        Ok((Self(sender), found))
    }

    pub(super) fn put(&self, object: u64, manifest: Manifest) {
        // An error means that the disk failed before, which was said then.
        let _ = self.0.send(Change::Put(object, Box::new(manifest)));
    }

    pub(super) fn remove(&self, object: u64) {
        let _ = self.0.send(Change::Remove(object));
    }

    /// Waits until everything before is on disk.
    pub(super) async fn flushed(&self) {
        let (done, is_done) = oneshot::channel();
        if self.0.send(Change::Barrier(done)).is_ok() {
            let _ = is_done.await;
        }
    }
}

/// Writes changes as they come, all that wait in one commit, until nobody is left to send any.
fn write(database: &Database, mut changes: mpsc::UnboundedReceiver<Change>) {
    while let Some(first) = changes.blocking_recv() {
        let mut together = vec![first];
        while together.len() < MOST_TOGETHER
            && let Ok(change) = changes.try_recv()
        {
            together.push(change);
        }
        if let Err(error) = commit(database, &together) {
            tracing::error!(%error, "copies at an edge are not kept on disk any more");
            return;
        }
        for change in together {
            if let Change::Barrier(done) = change {
                let _ = done.send(());
            }
        }
    }
}

fn commit(database: &Database, changes: &[Change]) -> Result<(), redb::Error> {
    if changes.iter().all(|change| matches!(change, Change::Barrier(_))) {
        return Ok(());
    }
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(TABLE)?;
        for change in changes {
            match change {
                Change::Put(object, manifest) => {
                    let text = serde_json::to_vec(manifest).unwrap_or_default();
                    table.insert(object, text.as_slice())?;
                }
                Change::Remove(object) => drop(table.remove(object)?),
                Change::Barrier(_) => {}
            }
        }
    }
    transaction.commit()?;
    Ok(())
}
