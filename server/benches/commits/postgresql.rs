//! PostgreSQL: two databases on servers of their own, PREPARE TRANSACTION and COMMIT PREPARED.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio_postgres::NoTls;

use super::Client;

const PATIENCE: Duration = Duration::from_secs(20);

/// Two PostgreSQL servers of our own, of the inventory and of delivery.
pub(crate) struct Servers([Server; 2]);

impl Servers {
    /// Starts both, with a row for each client in each; none where PostgreSQL is missing.
    pub(crate) async fn start(clients: usize) -> Result<Option<Self>> {
        let Some(programs) = programs() else { return Ok(None) };
        let inventory = Server::start(&programs, clients).await?;
        let delivery = Server::start(&programs, clients).await?;
        Ok(Some(Servers([inventory, delivery])))
    }

    pub(crate) async fn client(&self, number: usize) -> Result<Orders> {
        let Servers([first, second]) = self;
        Ok(Orders {
            databases: [first.connect().await?, second.connect().await?],
            client: number,
            number: 0,
            started: std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)?
                .as_micros(),
        })
    }
}

/// A PostgreSQL server, on a socket in a folder of its own, stopped when it is dropped.
struct Server {
    process: Child,
    folder: tempfile::TempDir,
}

impl Server {
    async fn start(programs: &Path, clients: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        own(folder.path())?;
        let made = as_user(&programs.join("initdb"))
            .args(["--auth=trust", "--username=playground", "--encoding=UTF8", "--locale=C", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .status()
            .context("could not run initdb")?;
        ensure!(made.success(), "initdb failed");
        let process = as_user(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            // As it comes, apart from what is needed here: fsync and synchronous_commit are on.
            .args(["-c", "listen_addresses=", "-c", "max_connections=600"])
            .args(["-c", "max_prepared_transactions=600"])
            .args(["-c", "logging_collector=off", "-c", "log_min_messages=fatal"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("could not run postgres")?;
        let server = Server { process, folder };
        let fill = format!(
            "CREATE TABLE stock (client int PRIMARY KEY, quantity int NOT NULL); \
             INSERT INTO stock SELECT client, 0 FROM generate_series(0, {clients}) client"
        );
        server.patiently_connect().await?.batch_execute(&fill).await?;
        Ok(server)
    }

    async fn connect(&self) -> Result<tokio_postgres::Client> {
        let mut config = tokio_postgres::Config::new();
        config.host_path(self.folder.path()).user("playground").dbname("postgres");
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    async fn patiently_connect(&self) -> Result<tokio_postgres::Client> {
        let trying = async {
            loop {
                if let Ok(client) = self.connect().await {
                    return client;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, trying).await.context("postgres did not start")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its data goes with it; whatever is left of it does not matter.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
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

/// The folder with initdb and postgres.
fn programs() -> Option<PathBuf> {
    let has_both =
        |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    let on_path = env::split_paths(&env::var_os("PATH").unwrap_or_default()).find(has_both);
    on_path.or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
        versions.flatten().map(|version| version.path().join("bin")).find(has_both)
    })
}

/// PostgreSQL refuses to run as root, so there it runs as its own user.
fn as_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL"]);
    command.arg(program);
    command
}

fn own(folder: &Path) -> Result<()> {
    if is_root() {
        let owned = Command::new("chown").arg("postgres").arg(folder).status()?;
        ensure!(owned.success(), "could not give {} to postgres", folder.display());
    }
    Ok(())
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
