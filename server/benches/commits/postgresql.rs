//! PostgreSQL: two databases on servers of their own, PREPARE TRANSACTION and COMMIT PREPARED.

use anyhow::Result;
use playground_engines::{PostgreSql, PostgreSqlSettings};
use tokio_postgres::NoTls;

use super::Client;

/// Two PostgreSQL servers of our own, of the inventory and of delivery.
pub(crate) struct Servers([PostgreSql; 2]);

impl Servers {
    /// Starts both, with a row for each client and one for all in each.
    pub(crate) async fn start(clients: usize) -> Result<Self> {
        let fill = format!(
            "CREATE TABLE stock (client int PRIMARY KEY, quantity int NOT NULL); \
             INSERT INTO stock SELECT client, 0 FROM generate_series(0, {clients}) client; \
             CREATE TABLE goods (good text PRIMARY KEY, quantity bigint NOT NULL CHECK (quantity >= 0)) \
                 WITH (fillfactor = 50); \
             INSERT INTO goods VALUES ('burger', 4000000000), ('courier', 4000000000)"
        );
        // As it comes, apart from what is needed here: fsync and synchronous_commit are on.
        let start = || PostgreSql::start(PostgreSqlSettings::default());
        let servers = [start()?, start()?];
        for server in &servers {
            connect(server).await?.batch_execute(&fill).await?;
        }
        Ok(Servers(servers))
    }

    /// Our server's arguments by which these are its participants.
    pub(crate) fn participants(&self) -> [String; 2] {
        let Servers([first, second]) = self;
        let participant =
            |name, server: &PostgreSql| format!("--participant={name}={}", server.url("postgres"));
        [participant("inventory", first), participant("delivery", second)]
    }

    pub(crate) async fn client(&self, number: usize, rows: Rows) -> Result<Orders> {
        let Servers([first, second]) = self;
        Ok(Orders {
            databases: [connect(first).await?, connect(second).await?],
            rows,
            client: number,
            number: 0,
            started: std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)?
                .as_micros(),
        })
    }
}

async fn connect(server: &PostgreSql) -> Result<tokio_postgres::Client> {
    let (client, connection) = tokio_postgres::connect(&server.url("postgres"), NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Which rows are updated.
#[derive(Clone, Copy)]
pub(crate) enum Rows {
    /// One of the client's own in each database.
    Own,
    /// One that all clients want in each database.
    Shared,
}

pub(crate) struct Orders {
    databases: [tokio_postgres::Client; 2],
    rows: Rows,
    client: usize,
    number: u64,
    /// Keeps the names apart of what an earlier round has left prepared.
    started: u128,
}

impl Client for Orders {
    async fn commit(&mut self) -> Result<()> {
        self.number += 1;
        let Orders { databases: [first, second], rows, client, number, started } = self;
        let name = format!("{started}-{client}-{number}");
        let prepare = |update: &str| format!("BEGIN; {update}; PREPARE TRANSACTION '{name}'");
        match rows {
            Rows::Own => {
                let update =
                    format!("UPDATE stock SET quantity = quantity - 1 WHERE client = {client}");
                let prepare = prepare(&update);
                tokio::try_join!(first.batch_execute(&prepare), second.batch_execute(&prepare))?;
            }
            Rows::Shared => {
                let take = |good: &str| {
                    prepare(&format!(
                        "UPDATE goods SET quantity = quantity - 1 WHERE good = '{good}'"
                    ))
                };
                first.batch_execute(&take("burger")).await?;
                second.batch_execute(&take("courier")).await?;
            }
        }
        let commit = format!("COMMIT PREPARED '{name}'");
        tokio::try_join!(first.batch_execute(&commit), second.batch_execute(&commit))?;
        Ok(())
    }
}
