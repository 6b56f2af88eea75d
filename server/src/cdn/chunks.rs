//! The bodies that an edge keeps, in pieces: in memory, and on disk if there is a place for them. foyer holds them.
//!
//! It may lose any piece at any time (that is what makes it a cache), and after a crash it only finds those again
//! that are whole: each has a checksum. So whoever reads must be ready for a piece to be missing. Pieces are never
//! changed: a new body has a new number, so that a piece can never belong to another body.

use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use foyer::{
    BlockEngineConfig, Code, DeviceBuilder, FsDeviceBuilder, HybridCache, HybridCacheBuilder,
    HybridCachePolicy, PsyncIoEngineConfig, RecoverMode,
};
use tokio::sync::Mutex;

/// How long a piece is, but for the last one, in bytes.
pub(super) const CHUNK: u64 = 1 << 20;
/// What a piece costs besides its bytes, about.
const OVERHEAD: usize = 256;
/// The unit in which the disk forgets, in bytes: each is a file that stays open, so there are few of them.
const MOST_BLOCK: u64 = 1 << 30;
const LEAST_BLOCK: u64 = 4 << 20;
const BLOCKS: u64 = 16;
/// How much is written at once, in bytes. Another buffer fills meanwhile, and foyer drops what does not fit in that.
const BUFFER: usize = 8 << 20;
/// How much may wait to be written, in bytes, with room for what foyer writes beside it: see [`Chunks::put`].
const MOST_UNWRITTEN: usize = BUFFER / 2;
/// What is written begins at a multiple of this, in bytes.
const PAGE: usize = 4096;

/// The pieces of one edge. Clones are the same.
#[derive(Clone)]
pub(super) struct Chunks {
    cache: HybridCache<ChunkKey, Bytes>,
    memory_bytes: u64,
    disk_bytes: u64,
    /// How much may still wait to be written, in bytes, since all was on disk.
    unwritten: Arc<Mutex<usize>>,
}

/// Which piece of which body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ChunkKey {
    object: u64,
    number: u32,
}

impl Code for ChunkKey {
    fn encode(&self, writer: &mut impl io::Write) -> foyer::Result<()> {
        self.object.encode(writer)?;
        self.number.encode(writer)
    }

    fn decode(reader: &mut impl io::Read) -> foyer::Result<Self> {
        Ok(Self { object: u64::decode(reader)?, number: u32::decode(reader)? })
    }

    fn estimated_size(&self) -> usize {
        12
    }
}

impl Chunks {
    /// Opens the pieces. With a folder, those that are there are found again; less than 32 MiB on disk are none.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub(super) async fn open(
        name: &str,
        memory_bytes: u64,
        disk: Option<(&Path, u64)>,
    ) -> foyer::Result<Self> {
        let memory = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
        let builder = HybridCacheBuilder::new()
            .with_name(name.to_owned())
            .with_policy(HybridCachePolicy::WriteOnInsertion)
            .with_flush_on_close(false)
            .memory(memory)
            // A shard has its share of the memory: with many, none would hold a large piece.
            .with_shards(shards(memory))
            .with_weighter(|_, bytes: &Bytes| bytes.len() + OVERHEAD)
            .storage();
        let Some((dir, disk_bytes)) = disk.filter(|(_, bytes)| *bytes >= 8 * LEAST_BLOCK) else {
            return Ok(Self::over(builder.build().await?, memory_bytes, 0));
        };
        let block = (disk_bytes / BLOCKS).clamp(LEAST_BLOCK, MOST_BLOCK);
        let capacity = usize::try_from(disk_bytes).unwrap_or(usize::MAX);
        let device = FsDeviceBuilder::new(dir).with_capacity(capacity).build()?;
        let engine = BlockEngineConfig::new(device)
            .with_block_size(usize::try_from(block).unwrap_or(usize::MAX))
            .with_buffer_pool_size(BUFFER)
            .with_submit_queue_size_threshold(BUFFER);
        let cache = builder
            .with_io_engine_config(PsyncIoEngineConfig::new())
            .with_engine_config(engine)
            .with_recover_mode(RecoverMode::Quiet)
            .build()
            .await?;
        Ok(Self::over(cache, memory_bytes, disk_bytes))
    }

    fn over(cache: HybridCache<ChunkKey, Bytes>, memory_bytes: u64, disk_bytes: u64) -> Self {
        Self { cache, memory_bytes, disk_bytes, unwritten: Arc::default() }
    }

    /// Keeps a piece, until it is pushed out. Waits while too much is still to be written: what does not fit in its
    /// buffer is dropped without a word.
    pub(super) async fn put(&self, object: u64, number: u32, bytes: Bytes) {
        let written = (bytes.len() + OVERHEAD).next_multiple_of(PAGE);
        let mut unwritten = self.unwritten.lock().await;
        if *unwritten + written > MOST_UNWRITTEN {
            self.flushed().await;
            *unwritten = 0;
        }
        *unwritten += written;
        self.cache.insert(ChunkKey { object, number }, bytes);
    }

    /// A piece that is in memory.
    pub(super) fn in_memory(&self, object: u64, number: u32) -> Option<Bytes> {
        let entry = self.cache.memory().get(&ChunkKey { object, number })?;
        Some(entry.value().clone())
    }

    /// A piece, wherever it is; none if it is gone, or cannot be read any more.
    pub(super) async fn get(&self, object: u64, number: u32) -> Option<Bytes> {
        match self.cache.get(&ChunkKey { object, number }).await {
            Ok(entry) => Some(entry?.value().clone()),
            Err(error) => {
                tracing::warn!(%error, object, number, "a piece of a body cannot be read");
                None
            }
        }
    }

    /// Whether a piece is there, most probably.
    pub(super) fn has(&self, object: u64, number: u32) -> bool {
        self.cache.contains(&ChunkKey { object, number })
    }

    /// Forgets the pieces of a body.
    pub(super) fn forget(&self, object: u64, length: u64) {
        for number in 0..pieces(length) {
            self.cache.remove(&ChunkKey { object, number });
        }
    }

    /// Waits until all that was put is on disk.
    pub(super) async fn flushed(&self) {
        if self.disk_bytes > 0 {
            self.cache.storage().wait().await;
        }
    }

    /// Ends in good order.
    pub(super) async fn close(&self) {
        if let Err(error) = self.cache.close().await {
            tracing::warn!(%error, "the bodies at an edge were not closed in good order");
        }
    }

    /// The largest body that is kept, in bytes: one body must not push out everything else.
    pub(super) fn most_bytes(&self) -> u64 {
        match self.disk_bytes {
            0 => self.memory_bytes / 4,
            disk => disk / 2,
        }
    }

    pub(super) fn memory_capacity(&self) -> u64 {
        self.memory_bytes
    }

    pub(super) fn disk_capacity(&self) -> u64 {
        self.disk_bytes
    }

    /// How much of the memory is used, in bytes.
    pub(super) fn memory_used(&self) -> u64 {
        self.cache.memory().usage() as u64
    }
}

impl std::fmt::Debug for Chunks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chunks").finish_non_exhaustive()
    }
}

/// Of how many pieces a body of this length is made.
pub(super) fn pieces(length: u64) -> u32 {
    u32::try_from(length.div_ceil(CHUNK)).unwrap_or(u32::MAX)
}

/// As many shards as leave room for several large pieces in each.
fn shards(memory: usize) -> usize {
    (memory / (8 * CHUNK as usize)).clamp(1, 8)
}
