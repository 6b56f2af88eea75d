//! The tables of a participant, and the statements about them.
//!
//! Goods and names are put into the text as they are: both are made of letters, digits and hyphens.

use playground_core::two_phase_commit::{Good, Place, Stock};

use super::gid::{Prefix, Promise};

/// Whether both tables are there.
pub(super) const ARE_THERE: &str = "SELECT to_regclass('playground_stock') IS NOT NULL \
     AND to_regclass('playground_concluded') IS NOT NULL";

/// Makes the tables. Others may be about to do the same, and making one is not safe for two at once.
pub(super) const MAKE: &str = "BEGIN; SELECT pg_advisory_xact_lock(2718281828); \
     CREATE TABLE IF NOT EXISTS playground_stock \
         (good text PRIMARY KEY, quantity bigint NOT NULL CHECK (quantity >= 0)) WITH (fillfactor = 50); \
     CREATE TABLE IF NOT EXISTS playground_concluded (gid text PRIMARY KEY, number bigserial); \
     COMMIT";

/// A row for each good of a participant, also for those that it has none of at the very start.
fn rows(place: Place, stock: &Stock) -> String {
    let goods = Good::ALL.into_iter().filter(|good| place.stock().count(*good) > 0);
    let rows = goods.map(|good| format!("('{good}', {})", stock.count(good)));
    rows.collect::<Vec<_>>().join(", ")
}

/// Fills in the goods that are missing. Those that are there are not touched, not even to find a conflict, which would
/// wait for whoever has one locked.
pub(super) fn fill(place: Place, stock: &Stock) -> String {
    format!(
        "INSERT INTO playground_stock SELECT * FROM (VALUES {}) given (good, quantity) \
         WHERE NOT EXISTS (SELECT FROM playground_stock it WHERE it.good = given.good) \
         ON CONFLICT DO NOTHING",
        rows(place, stock)
    )
}

/// Puts everything back to how it was at the very start.
pub(super) fn refill(place: Place, stock: &Stock, prefix: &Prefix) -> String {
    format!(
        "BEGIN; INSERT INTO playground_stock VALUES {} \
         ON CONFLICT (good) DO UPDATE SET quantity = excluded.quantity; \
         DELETE FROM playground_concluded WHERE starts_with(gid, '{}'); COMMIT",
        rows(place, stock),
        prefix.text()
    )
}

/// Takes goods and promises that they are to be had. Fails if fewer are left: a quantity is never below nothing.
pub(super) fn prepare(promise: Promise, gid: &str) -> String {
    let Promise { good, quantity, .. } = promise;
    format!(
        "BEGIN; UPDATE playground_stock SET quantity = quantity - {quantity} WHERE good = '{good}'; \
         PREPARE TRANSACTION '{gid}'"
    )
}

/// Takes goods at once, where there are as many, and writes down that this has been done: whoever asks again must
/// not take them twice.
pub(super) fn take_alone(promise: Promise, gid: &str) -> String {
    let Promise { good, quantity, .. } = promise;
    format!(
        "WITH taken AS (UPDATE playground_stock SET quantity = quantity - {quantity} \
             WHERE good = '{good}' AND quantity >= {quantity} RETURNING good) \
         INSERT INTO playground_concluded (gid) SELECT '{gid}' FROM taken"
    )
}

/// How many there are of a good.
pub(super) fn count(good: Good) -> String {
    format!("SELECT quantity FROM playground_stock WHERE good = '{good}'")
}

/// The names of all promises that begin like this.
pub(super) fn promised(prefix: &str) -> String {
    format!(
        "SELECT gid FROM pg_prepared_xacts \
         WHERE database = current_database() AND starts_with(gid, '{prefix}')"
    )
}

/// What was taken at once under names that begin like this.
pub(super) fn concluded(prefix: &str, last: usize) -> String {
    format!(
        "SELECT gid FROM playground_concluded WHERE starts_with(gid, '{prefix}') \
         ORDER BY number DESC LIMIT {last}"
    )
}

/// What there is, with what is promised still in it.
pub(super) const QUANTITIES: &str = "SELECT good, quantity FROM playground_stock";

/// The prepared transactions of a coordinator, as [`PreparedRow`]s without their transaction's id.
///
/// [`PreparedRow`]: playground_core::two_phase_commit::wire::PreparedRow
pub(super) fn prepared_rows(prefix: &Prefix) -> String {
    format!(
        "SELECT gid, transaction::text, prepared::text, \
             floor(extract(epoch FROM clock_timestamp() - prepared) * 1000)::bigint, owner, database \
         FROM pg_prepared_xacts \
         WHERE database = current_database() AND starts_with(gid, '{}') ORDER BY prepared, gid",
        prefix.text()
    )
}

/// The locks on the table of goods, those of a coordinator's prepared transactions, and whoever waits for them. A
/// prepared transaction has no process; what it holds is known by the virtual transaction that also holds its number.
pub(super) fn lock_rows(prefix: &Prefix) -> String {
    format!(
        "WITH ours AS (SELECT gid, transaction, virtualtransaction \
             FROM pg_prepared_xacts JOIN pg_locks ON transactionid = transaction AND pid IS NULL \
             WHERE pg_prepared_xacts.database = current_database() AND starts_with(gid, '{}')) \
         SELECT it.locktype, it.relation::regclass::text, it.mode, it.granted, ours.gid, it.pid \
         FROM pg_locks it \
         LEFT JOIN ours ON it.pid IS NULL AND it.virtualtransaction = ours.virtualtransaction \
         WHERE (it.pid IS NULL OR it.pid <> pg_backend_pid()) AND ( \
             it.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                 AND it.relation IN (to_regclass('playground_stock'), to_regclass('playground_stock_pkey')) \
             OR it.transactionid IN (SELECT transaction FROM ours)) \
         ORDER BY ours.gid NULLS LAST, it.pid, it.locktype, it.mode, 2 LIMIT 100",
        prefix.text()
    )
}
