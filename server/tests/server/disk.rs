//! A disk that loses its power: what was not synced is kept, lost or turned into garbage, sector by sector.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use playground_core::sim::Rng;
use playground_server::log::storage::{Storage, StoredFile};

/// Smaller than a real one, so that records span several.
const SECTOR: usize = 32;

#[derive(Clone, Debug, Default)]
struct Content {
    written: Vec<u8>,
    synced: Vec<u8>,
}

type Names = BTreeMap<String, usize>;

#[derive(Debug, Default)]
struct State {
    contents: Vec<Content>,
    /// The folder after each creation and renaming since it was synced, the oldest first.
    names: Vec<Names>,
    /// After how many more operations the power fails; never if none.
    power_for: Option<u64>,
    operations: u64,
}

/// Clones are the same disk.
#[derive(Clone, Debug)]
pub struct Disk(Arc<Mutex<State>>);

#[derive(Debug)]
pub struct DiskFile {
    disk: Disk,
    content: usize,
}

impl Disk {
    pub fn new() -> Self {
        Disk(Arc::new(Mutex::new(State { names: vec![Names::new()], ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test goes on after a panic")
    }

    /// How many operations there have been.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Lets the power fail in the midst of an operation after so many more.
    pub fn fail_after(&self, operations: u64) {
        self.state().power_for = Some(operations);
    }

    /// The power is back, and what had not been synced is whatever `rng` says.
    pub fn restart(&self, rng: &mut Rng) {
        let mut state = self.state();
        state.power_for = None;
        let survivor = rng.below(state.names.len() as u64) as usize;
        state.names = vec![state.names[survivor].clone()];
        for content in &mut state.contents {
            content.written = survived(content, rng);
            content.synced = content.written.clone();
        }
    }

    /// The bytes of a file that is there.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        self.read(name).expect("reading works").expect("the file is there")
    }

    /// Puts other bytes into a file that is there.
    pub fn set_bytes(&self, name: &str, bytes: Vec<u8>) {
        let mut state = self.state();
        let content = state.names().get(name).copied().expect("the file is there");
        state.contents[content] = Content { synced: bytes.clone(), written: bytes };
    }

    fn operate<T>(&self, act: impl FnOnce(&mut State) -> T) -> io::Result<T> {
        let mut state = self.state();
        state.operations += 1;
        match &mut state.power_for {
            Some(0) => return Err(io::Error::other("there is no power")),
            Some(left) => *left -= 1,
            None => {}
        }
        let done = act(&mut state);
        // The power fails during the operation, so that it may have had its effect.
        if state.power_for == Some(0) { Err(io::Error::other("the power fails")) } else { Ok(done) }
    }
}

impl State {
    fn names(&self) -> &Names {
        self.names.last().expect("there is always a folder")
    }
}

/// What a power failure leaves of a file.
fn survived(content: &Content, rng: &mut Rng) -> Vec<u8> {
    let Content { written, synced } = content;
    let longest = written.len().max(synced.len());
    let mut left = synced.clone();
    left.resize(longest, 0);
    for (sector, bytes) in left.chunks_mut(SECTOR).enumerate() {
        let fate = rng.below(3);
        for (at, byte) in bytes.iter_mut().enumerate() {
            let new = written.get(sector * SECTOR + at).copied().unwrap_or(0);
            match fate {
                _ if new == *byte => {}
                0 => {}
                1 => *byte = new,
                _ => *byte = rng.below(256) as u8,
            }
        }
    }
    let shortest = written.len().min(synced.len());
    let length = match rng.below(3) {
        0 => synced.len(),
        1 => written.len(),
        _ => shortest + rng.below((longest - shortest + 1) as u64) as usize,
    };
    left.truncate(length);
    left
}

impl Storage for Disk {
    type File = DiskFile;

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let state = self.state();
        Ok(state.names().get(name).map(|content| state.contents[*content].written.clone()))
    }

    fn open(&self, name: &str) -> io::Result<DiskFile> {
        let content = self.state().names().get(name).copied();
        let content = content.ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        Ok(DiskFile { disk: self.clone(), content })
    }

    fn create(&self, name: &str) -> io::Result<DiskFile> {
        let content = self.operate(|state| {
            if let Some(&content) = state.names().get(name) {
                state.contents[content].written.clear();
                return content;
            }
            let mut names = state.names().clone();
            names.insert(name.to_owned(), state.contents.len());
            state.names.push(names);
            state.contents.push(Content::default());
            state.contents.len() - 1
        })?;
        Ok(DiskFile { disk: self.clone(), content })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.operate(|state| {
            let mut names = state.names().clone();
            let content = names.remove(from).expect("the file is there");
            names.insert(to.to_owned(), content);
            state.names.push(names);
        })
    }

    fn sync_folder(&self) -> io::Result<()> {
        let failing = self.state().power_for == Some(1);
        self.operate(|state| {
            if !failing {
                state.names = vec![state.names().clone()];
            }
        })
    }

    fn growth(&self) -> usize {
        100
    }
}

impl StoredFile for DiskFile {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.operate(|state| {
            let written = &mut state.contents[self.content].written;
            let (start, end) = (offset as usize, offset as usize + bytes.len());
            written.resize(written.len().max(end), 0);
            written[start..end].copy_from_slice(bytes);
        })
    }

    fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        self.disk.operate(|state| state.contents[self.content].written.resize(bytes as usize, 0))
    }

    fn sync(&mut self) -> io::Result<()> {
        let failing = self.disk.state().power_for == Some(1);
        self.disk.operate(|state| {
            let content = &mut state.contents[self.content];
            if !failing {
                content.synced = content.written.clone();
            }
        })
    }
}
