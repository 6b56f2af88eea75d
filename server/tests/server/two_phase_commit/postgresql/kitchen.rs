//! PostgreSQL servers with a database for each service, and what tests ask of them by hand.

use std::path::Path;
use std::time::{Duration, Instant};

use playground_core::two_phase_commit::Good;
use playground_engines::{PostgreSql, PostgreSqlSettings};
use tokio_postgres::{NoTls, SimpleQueryMessage};

use super::super::restaurant::Restaurant;
use crate::running::DEADLINE;

/// How long a doubt may outlive the return of whoever can end it: what a dead coordinator has asked of a database may
/// still be carried out there for a moment.
pub(super) const DOUBT_LIMIT: Duration = Duration::from_secs(4);

/// What survives the process is enough here.
pub(super) fn settings() -> PostgreSqlSettings {
    PostgreSqlSettings { max_prepared_transactions: 60, max_connections: 40, is_forced: false }
}

/// A server with a database for each service.
pub(super) struct Kitchen {
    pub(super) server: PostgreSql,
}

impl Kitchen {
    pub(super) fn open() -> Self {
        let server = PostgreSql::start(settings()).unwrap();
        server.create_database("inventory").unwrap();
        server.create_database("delivery").unwrap();
        Kitchen { server }
    }

    /// `inventory=postgres://…` and the same for delivery.
    pub(super) fn participants(&self) -> [String; 2] {
        ["inventory", "delivery"].map(|name| format!("{name}={}", self.server.url(name)))
    }

    /// A restaurant on these databases, once all nodes are up.
    pub(super) fn restaurant(&self, data: &Path, stock: Option<&str>) -> Restaurant {
        let [inventory, delivery] = self.participants();
        let participants = ["--participant", &inventory, "--participant", &delivery];
        let restaurant = Restaurant::with(data, &participants, stock);
        restaurant.wait_until_up();
        restaurant
    }

    /// How many transactions are prepared, in all databases.
    pub(super) fn prepared(&self) -> Vec<String> {
        sql(&self.server.url("postgres"), "SELECT gid FROM pg_prepared_xacts ORDER BY gid")
    }

    /// What a database has of a good.
    pub(super) fn quantity(&self, database: &str, good: Good) -> u64 {
        let question = format!("SELECT quantity FROM playground_stock WHERE good = '{good}'");
        sql(&self.server.url(database), &question)[0].parse().unwrap()
    }

    pub(super) fn wait_until_nothing_is_prepared(&self) {
        let end = Instant::now() + DEADLINE;
        loop {
            let prepared = self.prepared();
            if prepared.is_empty() {
                return;
            }
            assert!(Instant::now() < end, "still prepared: {prepared:?}");
            std::thread::yield_now();
        }
    }
}

/// Says something to a database as somebody at a terminal would, and returns the first column of what it answers.
pub(super) fn sql(url: &str, statements: &str) -> Vec<String> {
    try_sql(url, statements).unwrap_or_else(|error| panic!("{statements}: {error:?}"))
}

pub(super) fn try_sql(url: &str, statements: &str) -> Result<Vec<String>, tokio_postgres::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        let talking = tokio::spawn(connection);
        let answers = client.simple_query(statements).await?;
        drop(client);
        let _ = talking.await;
        let first = |answer: &SimpleQueryMessage| match answer {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        };
        Ok(answers.iter().filter_map(first).collect())
    })
}
