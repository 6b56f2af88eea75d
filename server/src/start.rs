//! What has to be in place before the server serves, and what it says when something is not.

use std::fs::{self, OpenOptions};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use thiserror::Error;
use tokio::net::TcpListener;

use crate::page::{Page, PageError};

/// Where a build leaves the page, relative to the working folder, the likelier place first.
pub const PAGE_DIRS: [&str; 2] = ["target/page", "dist"];

/// Why the server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Another program listens there.
    #[error(
        "{address} is already in use; stop the other program or choose another port with --listen"
    )]
    AddressInUse {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The address is not this machine's, or not for this user to take.
    #[error("cannot listen on {address}; choose another address with --listen")]
    CannotListen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system knows no place for the user's data.
    #[error("this user has no data directory; name one with --data-dir")]
    NoDataDir,
    /// The data directory cannot be made, or not be written to.
    #[error("cannot use the data directory {}; choose another with --data-dir", .path.display())]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The page that was asked for is none.
    #[error(transparent)]
    Page(#[from] PageError),
}

/// Takes the address; port 0 takes any free one.
///
/// # Errors
/// [`StartError::AddressInUse`] or [`StartError::CannotListen`].
pub async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::AddressInUse { address },
        _ => StartError::CannotListen { address, source },
    })
}

/// Makes the directory that everything durable lives under, and tries whether it can be written to:
/// `playground` in the user's own data directory unless one is given.
///
/// # Errors
/// [`StartError::NoDataDir`] or [`StartError::DataDir`].
pub fn data_dir(given: Option<PathBuf>) -> Result<PathBuf, StartError> {
    let path = match given {
        Some(path) => path,
        None => dirs::data_dir().ok_or(StartError::NoDataDir)?.join("playground"),
    };
    match fs::create_dir_all(&path).and_then(|()| try_writing(&path)) {
        Ok(()) => Ok(path),
        Err(source) => Err(StartError::DataDir { path, source }),
    }
}

/// Permissions do not tell (a full or read-only disk, an access list), so a file is really made.
fn try_writing(dir: &Path) -> io::Result<()> {
    let probe = dir.join(format!(".writable-{}", std::process::id()));
    OpenOptions::new().write(true).create(true).truncate(true).open(&probe)?;
    fs::remove_file(probe)
}

/// The page to show: the one in the given folder; else the one in the executable, if it was built with one;
/// else the first of [`PAGE_DIRS`] that holds one; else none.
///
/// # Errors
/// [`StartError::Page`] for a given folder that holds no page, or a page that cannot be read.
pub fn page(given: Option<&Path>) -> Result<Page, StartError> {
    if let Some(dir) = given {
        return Ok(Page::read(dir)?);
    }
    built_page()
}

#[cfg(feature = "embed-page")]
fn built_page() -> Result<Page, StartError> {
    Ok(Page::embedded())
}

#[cfg(not(feature = "embed-page"))]
fn built_page() -> Result<Page, StartError> {
    for dir in PAGE_DIRS.map(Path::new) {
        match Page::read(dir) {
            Err(PageError::NoShell { .. }) => {}
            found => return Ok(found?),
        }
    }
    Ok(Page::default())
}
