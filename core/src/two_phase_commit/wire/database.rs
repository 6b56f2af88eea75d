//! A participant that is a database: what it is, and the rows in which it tells what it has promised.

use super::super::{Stock, TransactionId};
use crate::sim::{NodeId, Time};
use serde::{Deserialize, Serialize};

/// Which database a participant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseKind {
    /// PostgreSQL.
    Postgresql,
}

impl DatabaseKind {
    /// Its name in prose.
    pub fn title(self) -> &'static str {
        match self {
            DatabaseKind::Postgresql => "PostgreSQL",
        }
    }
}

/// A participant that is a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    /// Which one.
    pub kind: DatabaseKind,
    /// Where it is, without a password: `127.0.0.1:5432/inventory`.
    pub address: String,
    /// The server's version, as it says itself: `15.8`. None as long as it has never been reached.
    pub version: Option<String>,
    /// How many transactions it may hold prepared at once, those of others included.
    pub max_prepared: u32,
    /// The rows of `pg_prepared_xacts` that are this coordinator's, the oldest first. While it cannot be
    /// reached, as they were last seen.
    pub prepared: Vec<PreparedRow>,
    /// The rows of `pg_locks` that are about this lab's tables and transactions.
    pub locks: Vec<LockRow>,
}

/// A row of `pg_prepared_xacts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedRow {
    /// The name under which it was prepared.
    pub gid: String,
    /// The transaction of the coordinator that it is a branch of.
    pub tx: Option<TransactionId>,
    /// The number that the database itself knows it by.
    pub transaction: String,
    /// When it was prepared, as the database writes it: `2026-11-26 18:12:03.123456+00`.
    pub prepared: String,
    /// How long ago that was by the database's own clock, in milliseconds.
    pub age_ms: u64,
    /// The user who has prepared it.
    pub owner: String,
    /// In which database.
    pub database: String,
}

/// A row of `pg_locks`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockRow {
    /// What is locked: `relation`, `tuple`, `transactionid`.
    pub kind: String,
    /// The table or the index, where it is one.
    pub relation: Option<String>,
    /// How: `RowExclusiveLock`, `ExclusiveLock`, `ShareLock`.
    pub mode: String,
    /// Whether it is held; if not, somebody waits for it.
    pub granted: bool,
    /// The prepared transaction that holds it.
    pub gid: Option<String>,
    /// The process of the database that holds it or waits for it; a prepared transaction has none.
    pub pid: Option<i32>,
}

/// News of a participant that is a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseNews {
    /// When this was true, in microseconds since the server started.
    pub at: Time,
    /// Which node.
    pub node: NodeId,
    /// Whether it answers.
    pub is_up: bool,
    /// Why it does not, or cannot take part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What anybody may take from it.
    pub free: Stock,
    /// What prepared transactions have set aside.
    pub held: Stock,
    /// What it is and tells.
    pub database: Database,
}
