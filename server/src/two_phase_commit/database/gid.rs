//! The names of prepared transactions: whose they are, and what has been promised.
//!
//! `playground-0123456789abcdef-1-42-burger-2` is the promise of two burgers in transaction 1-42 of the coordinator
//! with that number. Several coordinators may share a database; each lets alone what is not its own.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use playground_core::two_phase_commit::{Good, Place, TransactionId, Work};

/// The file, beside the coordinator's log, that holds its number.
const FILE: &str = "database-prefix";

/// What the names of one coordinator's prepared transactions begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prefix(String);

/// A promise that a database keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Promise {
    pub(super) tx: TransactionId,
    pub(super) good: Good,
    pub(super) quantity: u32,
}

impl Promise {
    pub(super) fn work(self) -> Work {
        Work::Take { good: self.good, quantity: self.quantity }
    }

    /// Whether it is this participant's: two may share a database.
    pub(super) fn is_of(self, place: Place) -> bool {
        place.stock().count(self.good) > 0
    }
}

impl Prefix {
    /// The prefix of the coordinator whose log is in this folder. The first time, its number is drawn, and durable
    /// before anything is named after it: a coordinator that forgot it could not find what it has left prepared.
    ///
    /// # Errors
    /// If the file can be neither read nor written, for a person.
    pub(crate) fn of(folder: &Path) -> Result<Self, String> {
        let path = folder.join(FILE);
        let explain = |error: io::Error| format!("cannot use {}: {error}", path.display());
        let number = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                draw(folder, &path).map_err(explain)?;
                fs::read_to_string(&path).map_err(explain)?
            }
            other => other.map_err(explain)?,
        };
        let number = number.trim();
        let is_one = number.len() == 16 && number.bytes().all(|it| it.is_ascii_hexdigit());
        match is_one {
            true => Ok(Prefix(format!("playground-{number}-"))),
            false => Err(format!("{} holds no number of 16 hexadecimal digits", path.display())),
        }
    }

    /// As it stands in names; letters, digits and hyphens only.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// The name of a promise.
    pub(super) fn name(&self, promise: Promise) -> String {
        let Promise { tx, good, quantity } = promise;
        format!("{}{tx}-{good}-{quantity}", self.0)
    }

    /// What the names of a transaction's promises begin with.
    pub(super) fn of_transaction(&self, tx: TransactionId) -> String {
        format!("{}{tx}-", self.0)
    }

    /// The promise of a name; none if it is not this coordinator's.
    pub(super) fn promise(&self, gid: &str) -> Option<Promise> {
        let mut parts = gid.strip_prefix(&self.0)?.splitn(4, '-');
        let (epoch, number) = (parts.next()?, parts.next()?);
        let tx = format!("{epoch}-{number}").parse().ok()?;
        let (good, quantity) = (Good::named(parts.next()?)?, parts.next()?.parse().ok()?);
        Some(Promise { tx, good, quantity })
    }
}

/// Writes a new number down, unless somebody else does so at the same time.
fn draw(folder: &Path, path: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut number = [0; 8];
    getrandom::fill(&mut number).map_err(io::Error::other)?;
    let draft = folder.join(format!("{FILE}.{}", std::process::id()));
    let mut file = File::create(&draft)?;
    writeln!(file, "{:016x}", u64::from_be_bytes(number))?;
    file.sync_all()?;
    // Unlike a rename, this leaves what is there.
    let linked = fs::hard_link(&draft, path);
    let _ = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coordinator_knows_its_own_names_only() {
        let folder = tempfile::tempdir().unwrap();
        let prefix = Prefix::of(folder.path()).unwrap();
        assert_eq!(Prefix::of(folder.path()).unwrap(), prefix, "it is drawn once");
        let other = tempfile::tempdir().unwrap();
        let other = Prefix::of(&other.path().join("made")).unwrap();
        let tx = TransactionId { epoch: 3, number: 42 };
        let promise = Promise { tx, good: Good::Burger, quantity: 2 };
        let gid = prefix.name(promise);
        assert!(gid.ends_with("-3-42-burger-2") && gid.starts_with(&prefix.of_transaction(tx)));
        assert_eq!(prefix.promise(&gid), Some(promise));
        assert_eq!(other.promise(&gid), None);
        for foreign in ["", "playground-", "backup", &gid[..gid.len() - 1], &format!("{gid}-1")] {
            assert_eq!(prefix.promise(foreign), None, "{foreign}");
        }
        assert!(promise.is_of(Place::Inventory) && !promise.is_of(Place::Delivery));
    }

    #[test]
    fn a_damaged_number_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "'; DROP TABLE").unwrap();
        assert!(Prefix::of(folder.path()).unwrap_err().contains("16 hexadecimal digits"));
    }
}
