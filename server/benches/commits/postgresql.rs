//! PostgreSQL: two databases on servers of their own, PREPARE TRANSACTION and COMMIT PREPARED.

use anyhow::Result;
use playground_engines::{PostgreSql, PostgreSqlSettings};
use tokio_postgres::NoTls;

use super::Client;

/// Two PostgreSQL servers of our own, of the inventory and of delivery.
pub(crate) struct Servers([PostgreSql; 2]);

impl Servers {
    /// Starts both, with a row for each client in each.
    pub(crate) async fn start(clients: usize) -> Result<Self> {
        let fill = format!(
            "CREATE TABLE stock (client int PRIMARY KEY, quantity int NOT NULL); \
             INSERT INTO stock SELECT client, 0 FROM generate_series(0, {clients}) client"
        );
        // As it comes, apart from what is needed here: fsync and synchronous_commit are on.
        let start = || PostgreSql::start(PostgreSqlSettings::default());
        let servers = [start()?, start()?];
        for server in &servers {
            connect(server).await?.batch_execute(&fill).await?;
        }
        Ok(Servers(servers))
    }

    pub(crate) async fn client(&self, number: usize) -> Result<Orders> {
        let Servers([first, second]) = self;
        Ok(Orders {
            databases: [connect(first).await?, connect(second).await?],
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

pub(crate) struct Orders {
    databases: [tokio_postgres::Client; 2],
    client: usize,
    number: u64,
    /// Keeps the names apart of what an earlier round has left prepared.
    started: u128,
}

impl Client for Orders {
    async fn commit(&mut self) -> Result<()> {
        self.number += 1;
        let Orders { databases: [first, second], client, number, started } = self;
        let name = format!("{started}-{client}-{number}");
        let prepare = format!(
            "BEGIN; UPDATE stock SET quantity = quantity - 1 WHERE client = {client}; \
             PREPARE TRANSACTION '{name}'"
        );
        tokio::try_join!(first.batch_execute(&prepare), second.batch_execute(&prepare))?;
        let commit = format!("COMMIT PREPARED '{name}'");
        tokio::try_join!(first.batch_execute(&commit), second.batch_execute(&commit))?;
        Ok(())
    }
}
