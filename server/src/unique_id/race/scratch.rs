//! A temporary folder that is gone after `kill -9`, too: at the latest when the next server starts.
//!
//! A folder belongs to a server as long as its lock is held, and the system lets go of the locks of the dead. Making
//! and sweeping are done under a lock of their own, so that no folder is seen before its lock is held.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

const LOCK: &str = "lock";
/// How long to wait for another server that makes or sweeps a folder, and how often to look.
const PATIENCE: Duration = Duration::from_secs(5);
const GLANCE: Duration = Duration::from_millis(2);

/// Why there is no folder.
#[derive(Debug, Error)]
pub(in crate::unique_id) enum ScratchError {
    /// Another server runs a race in the same data directory.
    #[error("another server runs a race in this data directory")]
    InUse,
    /// The system says no.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A folder that is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
    _lock: File,
}

impl Scratch {
    /// Makes a folder below another one, where it is the only one.
    ///
    /// # Errors
    /// [`ScratchError::InUse`] if there is one that belongs to somebody who lives.
    pub(super) fn make(above: &Path) -> Result<Self, ScratchError> {
        let _making = lock_when_free(above)?;
        if sweep(above)? > 0 {
            return Err(ScratchError::InUse);
        }
        let path = above.join(format!("race-{}", std::process::id()));
        fs::create_dir(&path)?;
        let lock = File::create(path.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(ScratchError::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Removes the folders below another one whose owners are dead.
    ///
    /// # Errors
    /// If the folder cannot be read, or something in it not be removed.
    pub(super) fn sweep(above: &Path) -> Result<(), ScratchError> {
        if !above.is_dir() {
            return Ok(());
        }
        let _sweeping = lock_when_free(above)?;
        sweep(above).map(drop).map_err(Into::into)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "a temporary folder is left behind");
        }
    }
}

/// Removes what nobody owns any more; how many folders are owned.
fn sweep(above: &Path) -> io::Result<usize> {
    let mut owned = 0;
    for entry in fs::read_dir(above)? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        let lock = match OpenOptions::new().write(true).open(path.join(LOCK)) {
            Ok(lock) => Some(lock),
            // Its owner has died between two steps, or is removing it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        match lock.as_ref().map(File::try_lock) {
            Some(Err(TryLockError::WouldBlock)) => owned += 1,
            Some(Err(TryLockError::Error(error))) => return Err(error),
            Some(Ok(())) | None => match fs::remove_dir_all(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            },
        }
    }
    Ok(owned)
}

fn lock_when_free(above: &Path) -> io::Result<File> {
    fs::create_dir_all(above)?;
    let lock =
        OpenOptions::new().write(true).create(true).truncate(false).open(above.join(LOCK))?;
    let end = Instant::now() + PATIENCE;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if Instant::now() < end => thread::sleep(GLANCE),
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_there_as_long_as_its_owner() {
        let above = tempfile::tempdir().unwrap();
        let scratch = Scratch::make(above.path()).unwrap();
        let path = scratch.path().to_owned();
        fs::write(path.join("rows"), "many").unwrap();
        assert!(matches!(Scratch::make(above.path()), Err(ScratchError::InUse)));
        Scratch::sweep(above.path()).unwrap();
        assert!(path.join("rows").is_file(), "its owner lives");
        drop(scratch);
        assert!(!path.exists());
        Scratch::make(above.path()).unwrap();
    }

    #[test]
    fn what_the_dead_have_left_is_swept() {
        let above = tempfile::tempdir().unwrap();
        for (name, has_lock) in [("race-1", true), ("race-2", false)] {
            fs::create_dir(above.path().join(name)).unwrap();
            fs::write(above.path().join(name).join("rows.sqlite"), "many").unwrap();
            if has_lock {
                fs::write(above.path().join(name).join(LOCK), "").unwrap();
            }
        }
        Scratch::sweep(above.path()).unwrap();
        let left: Vec<_> = fs::read_dir(above.path()).unwrap().map(|it| it.unwrap()).collect();
        assert_eq!(left.len(), 1, "only the lock for making: {left:?}");
    }
}
