//! The purges that a process knows, on disk: in a file of their own beside its copies, so that it knows after a
//! restart what it has missed.

use std::io;
use std::path::Path;

use playground_core::cdn::purge_log::PurgeLog;
use playground_core::cdn::wire::{NumberedPurge, PurgeRequest};
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};

/// By the name of the log and the number.
const PURGES: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("purges");
/// The name of the own log, under "own".
const NAMES: TableDefinition<'_, &str, &str> = TableDefinition::new("names");

/// The file.
pub(super) struct Disk(Database);

impl Disk {
    /// Opens the file, or makes it, and reads what is in it. A new one gets a name of its own for the log, so that
    /// its numbers are not taken for those of one that was lost.
    pub(super) fn open(path: &Path, name: &str) -> io::Result<(Self, PurgeLog)> {
        let database = Database::create(path).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => io::Error::other(format!(
                "another process uses {} already; give each edge a name or a directory of its own",
                path.display()
            )),
            error => io::Error::other(format!("{}: {error}", path.display())),
        })?;
        let own = own_name(&database, name).map_err(io::Error::other)?;
        let kept = read(&database).map_err(io::Error::other)?;
        Ok((Self(database), PurgeLog::restored(&own, kept)))
    }

    /// Writes purges down, and forgets those that the log does not keep; blocks until they are durable.
    pub(super) fn write(&self, purges: &[NumberedPurge], log: &PurgeLog) -> io::Result<()> {
        write(&self.0, purges, log).map_err(io::Error::other)
    }
}

fn own_name(database: &Database, name: &str) -> Result<String, redb::Error> {
    let mut id = [0; 8];
    getrandom::fill(&mut id).map_err(|error| redb::Error::Io(io::Error::other(error)))?;
    let transaction = database.begin_write()?;
    let own = {
        transaction.open_table(PURGES)?;
        let mut names = transaction.open_table(NAMES)?;
        let known = names.get("own")?.map(|own| own.value().to_owned());
        match known {
            Some(own) => own,
            None => {
                let own = format!("{name}-{:016x}", u64::from_be_bytes(id));
                names.insert("own", own.as_str())?;
                own
            }
        }
    };
    transaction.commit()?;
    Ok(own)
}

fn read(database: &Database) -> Result<Vec<NumberedPurge>, redb::Error> {
    let mut purges = Vec::new();
    for row in database.begin_read()?.open_table(PURGES)?.iter()? {
        let (key, value) = row?;
        let (log, number) = key.value();
        // What another version wrote otherwise was carried out then; what it stood for is known.
        let purge = serde_json::from_slice(value.value())
            .unwrap_or(PurgeRequest { all: true, ..PurgeRequest::default() });
        purges.push(NumberedPurge { log: log.to_owned(), number, purge });
    }
    Ok(purges)
}

fn write(database: &Database, purges: &[NumberedPurge], log: &PurgeLog) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(PURGES)?;
        for NumberedPurge { log, number, purge } in purges {
            let text = serde_json::to_vec(purge).unwrap_or_default();
            table.insert((log.as_str(), *number), text.as_slice())?;
        }
        for NumberedPurge { log: name, .. } in purges {
            let forgotten = (name.as_str(), 0)..(name.as_str(), log.first_kept(name));
            table.retain_in(forgotten, |_, _| false)?;
        }
    }
    transaction.commit()?;
    Ok(())
}
