//! What a log needs of a disk: few enough operations that a test can be a disk and lose its power.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::error::{Doing, LogError};

/// A folder of files on a disk that may lose power.
pub trait Storage {
    /// An open file.
    type File: StoredFile;

    /// The whole of a file; none if there is no such file.
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>>;
    /// Opens a file that is there.
    fn open(&self, name: &str) -> io::Result<Self::File>;
    /// Opens a file emptied, creating it if it is not there.
    fn create(&self, name: &str) -> io::Result<Self::File>;
    /// Gives a file another name, at once and in place of the file that had it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Returns once creations and renamings are durable.
    fn sync_folder(&self) -> io::Result<()>;

    /// By how many zero bytes a file is lengthened ahead of what is written: forcing a write within a file
    /// is cheaper than forcing its new length along with it (by about a quarter on ext4). 256 KiB.
    fn growth(&self) -> usize {
        256 << 10
    }
}

/// An open file.
pub trait StoredFile {
    /// Writes all bytes, beginning at this place.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Shortens or lengthens the file; what is new is zero.
    fn set_len(&mut self, bytes: u64) -> io::Result<()>;
    /// Returns once everything written is durable, and the length of the file.
    fn sync(&mut self) -> io::Result<()>;
}

/// A folder of the file system, which no other process opens as long as this value lives.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Holds the lock. A file of its own, since the log's file is replaced.
    _lock: File,
}

impl Folder {
    /// Opens a folder, creating it durably if it is not there.
    ///
    /// # Errors
    /// [`LogError::Locked`] if another process has it open, [`LogError::Io`] if it cannot be created.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        create_durably(path).doing("create the folder of")?;
        let lock =
            OpenOptions::new().write(true).create(true).truncate(false).open(path.join("lock"));
        let lock = lock.doing("lock")?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_path_buf(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(LogError::Locked(path.to_path_buf())),
            Err(TryLockError::Error(error)) => Err(error).doing("lock"),
        }
    }
}

impl Storage for Folder {
    type File = File;

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn open(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().write(true).open(self.path.join(name))
    }

    fn create(&self, name: &str) -> io::Result<File> {
        File::create(self.path.join(name))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn sync_folder(&self) -> io::Result<()> {
        sync_folder(&self.path)
    }
}

impl StoredFile for File {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.seek(SeekFrom::Start(offset))?;
        self.write_all(bytes)
    }

    fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        File::set_len(self, bytes)
    }

    /// `fdatasync`: it makes the length durable, too, and spares the times of access.
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Creates a folder and those above it, and makes each entry durable in the folder above.
fn create_durably(path: &Path) -> io::Result<()> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    if !path.is_dir() {
        if let Some(above) = above {
            create_durably(above)?;
        }
        match fs::create_dir(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    // Also of a folder that was there: whoever made it may have been killed before it was durable.
    sync_folder(above.unwrap_or(Path::new(".")))
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Elsewhere folders cannot be opened as files, and the file system keeps a journal of them.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
