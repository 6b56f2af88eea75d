//! A PostgreSQL server with databases of its own.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::port;

const USER: &str = "playground";
/// How often another port is tried.
const ATTEMPTS: usize = 5;

/// What is not as it comes.
#[derive(Clone, Copy, Debug)]
pub struct PostgreSqlSettings {
    /// How many transactions may be prepared at once; 0 is PostgreSQL's own default, with which none can.
    pub max_prepared_transactions: u32,
    /// How many connections there may be.
    pub max_connections: u32,
    /// Whether what is committed is forced to the disk before it is answered, so that it survives the machine. What
    /// is not still survives the process, and a test is faster.
    pub is_forced: bool,
}

impl Default for PostgreSqlSettings {
    /// 600 prepared transactions, 600 connections, forced.
    fn default() -> Self {
        PostgreSqlSettings { max_prepared_transactions: 600, max_connections: 600, is_forced: true }
    }
}

/// A PostgreSQL server, killed when it is dropped.
#[derive(Debug)]
pub struct PostgreSql {
    child: Child,
    folder: TempDir,
    port: u16,
    settings: PostgreSqlSettings,
}

impl PostgreSql {
    /// Makes an empty one, starts it, and waits until it answers.
    ///
    /// # Errors
    /// If there are no such programs, or it does not start.
    pub fn start(settings: PostgreSqlSettings) -> Result<Self> {
        let folder = TempDir::new().context("there is no place for a folder")?;
        own(folder.path())?;
        let made = as_user(&programs()?.join("initdb"))
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg(format!("--username={USER}"))
            .arg("-D")
            .arg(folder.path().join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .context("initdb does not start")?;
        ensure!(made.success(), "initdb failed with {made}");
        let mut attempt = 1;
        loop {
            let port = port::free()?;
            match run(&folder, port, settings) {
                Ok(child) => return Ok(PostgreSql { child, folder, port, settings }),
                Err(error) if attempt == ATTEMPTS => return Err(error),
                Err(_) => attempt += 1,
            }
        }
    }

    /// `postgres://playground@127.0.0.1:port/database`. There is a database `postgres`.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Makes a database.
    ///
    /// # Errors
    /// If there is one of that name.
    pub fn create_database(&self, name: &str) -> Result<()> {
        let made = Command::new(programs()?.join("createdb"))
            .args(["-h", "127.0.0.1", "-U", USER, "-p", &self.port.to_string(), name])
            .stdin(Stdio::null())
            .status()
            .context("createdb does not start")?;
        ensure!(made.success(), "createdb failed with {made}");
        Ok(())
    }

    /// Kills it, as `kill -9` of its first process does: the others notice and end.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again after it was killed, on the same port and with what it has written.
    ///
    /// # Errors
    /// If it does not start, for instance since somebody has taken the port.
    pub fn start_again(&mut self) -> Result<()> {
        self.child = run(&self.folder, self.port, self.settings)?;
        Ok(())
    }
}

impl Drop for PostgreSql {
    fn drop(&mut self) {
        // Its data goes with it; whatever is left of it does not matter.
        let _ = self.kill();
    }
}

fn run(folder: &TempDir, port: u16, settings: PostgreSqlSettings) -> Result<Child> {
    let PostgreSqlSettings { max_prepared_transactions, max_connections, is_forced } = settings;
    let fsync = if is_forced { "on" } else { "off" };
    let data = folder.path().join("data");
    // Of a life that was killed; the processes that it left end by themselves.
    let _ = fs::remove_file(data.join("postmaster.pid"));
    let mut child = as_user(&programs()?.join("postgres"))
        .arg("-D")
        .arg(&data)
        .arg("-k")
        .arg(folder.path())
        .args(["-h", "127.0.0.1", "-p", &port.to_string()])
        .args(["-c", &format!("max_connections={max_connections}")])
        .args(["-c", &format!("max_prepared_transactions={max_prepared_transactions}")])
        .args(["-c", &format!("fsync={fsync}")])
        .args(["-c", "logging_collector=off", "-c", "log_min_messages=fatal"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("postgres does not start")?;
    let ready = port::wait_for(&mut child, port, takes_a_query).context("postgres does not start");
    if let Err(error) = ready {
        let _ = child.kill();
        let _ = child.wait();
        return Err(error);
    }
    Ok(child)
}

/// Begins a session by hand: while the server still starts or recovers, it answers with an error instead
/// (PostgreSQL's documentation, "Message Flow", "Start-up").
fn takes_a_query(mut stream: TcpStream) -> bool {
    let mut body = 196_608_u32.to_be_bytes().to_vec();
    body.extend_from_slice(format!("user\0{USER}\0database\0postgres\0\0").as_bytes());
    let mut message = (body.len() as u32 + 4).to_be_bytes().to_vec();
    message.extend_from_slice(&body);
    let mut kind = [0];
    stream.set_read_timeout(Some(Duration::from_secs(5))).is_ok()
        && stream.write_all(&message).is_ok()
        && stream.read_exact(&mut kind).is_ok()
        && kind == *b"R"
}

/// The folder with initdb, postgres and createdb. On `PATH` there may be links to some of them only.
fn programs() -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let linked = env::split_paths(&path).filter_map(|folder| {
        Some(fs::canonicalize(folder.join("initdb")).ok()?.parent()?.to_owned())
    });
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let of_debian = versions.map(|version| version.path().join("bin"));
    let found = linked.chain(of_debian).find(|folder| {
        ["initdb", "postgres", "createdb"].iter().all(|name| folder.join(name).is_file())
    });
    found.context("there is no initdb and postgres; on Debian they are in the package postgresql")
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

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_again_with_the_same_databases() {
        let settings = PostgreSqlSettings { is_forced: false, ..PostgreSqlSettings::default() };
        let mut server = PostgreSql::start(settings).unwrap();
        server.create_database("inventory").unwrap();
        server.kill().unwrap();
        assert!(TcpStream::connect(("127.0.0.1", server.port())).is_err());
        server.start_again().unwrap();
        assert!(server.create_database("inventory").is_err(), "it is there");
        server.create_database("delivery").unwrap();
    }
}
