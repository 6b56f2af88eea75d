//! Reads the page: from a folder, or from within the executable.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use thiserror::Error;

use super::asset::Asset;
use super::encoding::Coding;
use super::{Page, SHELL, inline_scripts};

/// Why a folder is not a page.
#[derive(Debug, Error)]
pub enum PageError {
    /// There is no such folder, or nothing was built into it.
    #[error("{} holds no built page: it has no {SHELL}", .dir.display())]
    NoShell {
        /// The folder as it was given.
        dir: PathBuf,
    },
    /// A file or folder in it cannot be read.
    #[error("cannot read {} of the page", .path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Page {
    /// Reads a built page from a folder, all of it at once. Hidden files and symbolic links are left out:
    /// neither is anything that a build makes, and a link could lead anywhere.
    ///
    /// # Errors
    /// [`PageError`] where the folder has no `index.html` or cannot be read.
    pub fn read(dir: &Path) -> Result<Self, PageError> {
        // Asked first, so that a wrong folder is not read through and through.
        if !dir.join(SHELL).is_file() {
            return Err(PageError::NoShell { dir: dir.into() });
        }
        let mut files = BTreeMap::new();
        read_folder(dir, "", &mut files)?;
        Ok(Self::from_files(files))
    }

    /// The page that was built into the executable.
    #[cfg(feature = "embed-page")]
    #[must_use]
    pub fn embedded() -> Self {
        static EMBEDDED: include_dir::Dir<'static> =
            include_dir::include_dir!("$PLAYGROUND_EMBED_DIR");
        let mut files = BTreeMap::new();
        let mut folders = vec![&EMBEDDED];
        while let Some(folder) = folders.pop() {
            folders.extend(folder.dirs());
            for file in folder.files() {
                let segments: Option<Vec<&str>> =
                    file.path().iter().map(|segment| segment.to_str()).collect();
                if let Some(segments) = segments {
                    files.insert(segments.join("/"), Bytes::from_static(file.contents()));
                }
            }
        }
        Self::from_files(files)
    }

    /// Joins each file with its compressed copies, which are not files of the page themselves.
    fn from_files(mut files: BTreeMap<String, Bytes>) -> Self {
        let mut copies: BTreeMap<String, Vec<(Coding, Bytes)>> = BTreeMap::new();
        for (suffix, coding) in [(".br", Coding::Brotli), (".gz", Coding::Gzip)] {
            let originals: Vec<String> = files
                .keys()
                .filter_map(|path| path.strip_suffix(suffix))
                .filter(|original| files.contains_key(*original))
                .map(Into::into)
                .collect();
            for original in originals {
                if let Some(bytes) = files.remove(&format!("{original}{suffix}")) {
                    copies.entry(original).or_default().push((coding, bytes));
                }
            }
        }
        let shell = files.get(SHELL).map(|bytes| String::from_utf8_lossy(bytes));
        let inline_scripts = shell.map(|html| inline_scripts::sources(&html)).unwrap_or_default();
        let assets = files
            .into_iter()
            .map(|(path, bytes)| {
                let asset = Asset::new(&path, bytes, copies.remove(&path).unwrap_or_default());
                (path, asset)
            })
            .collect();
        Self { assets, inline_scripts }
    }
}

/// Adds the files of a folder and of those in it, under their paths from the page's root.
fn read_folder(
    dir: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Bytes>,
) -> Result<(), PageError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| PageError::Unreadable { path, source }
    };
    for entry in fs::read_dir(dir).map_err(unreadable(dir))? {
        let entry = entry.map_err(unreadable(dir))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(unreadable(&path))?;
        let name = entry.file_name();
        // A name that is not UTF-8 could not be asked for.
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
            continue;
        };
        let name = format!("{prefix}{name}");
        if kind.is_dir() {
            read_folder(&path, &format!("{name}/"), files)?;
        } else if kind.is_file() {
            let bytes = fs::read(&path).map_err(unreadable(&path))?;
            files.insert(name, bytes.into());
        }
    }
    Ok(())
}
