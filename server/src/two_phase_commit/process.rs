//! A node as a child process: started, listened to, killed. Only ever by its handle, so that no other process
//! can be hit that has got the same number since.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, SystemTime};

use playground_core::two_phase_commit::Place;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::database::DatabaseUrl;
use super::inside::Addresses;
use super::stock::StockFlag;

/// How long a node may take until it listens: it reads its whole log first.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// How long a node may take to stop in good order.
const STOP_PATIENCE: Duration = Duration::from_secs(3);
/// How long its last words may take to arrive.
const WORDS_PATIENCE: Duration = Duration::from_secs(1);
/// The last words of a process that are kept, in bytes.
const LAST_WORDS: usize = 600;

/// How to start node processes.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The executable that has the subcommands `participant` and `coordinator`.
    pub executable: PathBuf,
    /// The directory that holds a directory for each node's log.
    pub data: PathBuf,
    /// What the services hold at the very start, where it is not what the lab says.
    pub stock: Option<StockFlag>,
    /// The participants that are databases, and so are not started.
    pub databases: BTreeMap<Place, DatabaseUrl>,
    /// When the server started: the zero of all times that the nodes tell.
    pub epoch: SystemTime,
    /// What the processes log, to the server's own standard error.
    pub log: String,
}

/// A running process.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Held: the node stops when it is closed, also because this process has died.
    stdin: Option<ChildStdin>,
    /// The last line of its standard error.
    last_words: JoinHandle<String>,
    pub(super) pid: u32,
    pub(super) address: SocketAddr,
}

impl Launch {
    /// The directory of a node's log.
    pub(super) fn folder(&self, place: Place) -> PathBuf {
        self.data.join(place.name())
    }

    /// Starts a node and waits until it listens.
    ///
    /// # Errors
    /// A sentence for a person, such as that another server has the node's log open.
    pub(super) async fn start(
        &self,
        place: Place,
        addresses: &Addresses,
    ) -> Result<Process, String> {
        let mut command = self.command(place, addresses);
        let mut child = command
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", self.executable.display()))?;
        let last_words = tokio::spawn(pass_on(child.stderr.take(), place));
        let stdin = child.stdin.take();
        let listening = match child.stdout.take() {
            Some(stdout) => timeout(START_PATIENCE, first_address(stdout)).await,
            None => Ok(None),
        };
        let pid = child.id();
        let (Ok(Some(address)), Some(pid)) = (listening, pid) else {
            // It has told why it stops, or it hangs.
            let _ = child.start_kill();
            let _ = child.wait().await;
            let reason = reason(last_words).await;
            return Err(reason.unwrap_or_else(|| "it did not start in time".into()));
        };
        Ok(Process { child, stdin, last_words, pid, address })
    }

    fn command(&self, place: Place, addresses: &Addresses) -> Command {
        let mut command = Command::new(&self.executable);
        for (name, _) in std::env::vars_os() {
            // They are the server's flags, and its node must not stumble over them.
            if name.to_string_lossy().starts_with("PLAYGROUND_") {
                command.env_remove(name);
            }
        }
        let peer = |other: Place| {
            let address = addresses.get(&other).filter(|_| other != place)?;
            Some(format!("{}=http://{address}", other.name()))
        };
        let services = [Place::Inventory, Place::Delivery];
        if place == Place::Coordinator {
            command.arg("coordinator");
            for service in services.into_iter().filter_map(peer) {
                command.args(["--participant", &service]);
            }
            self.tell_databases(&mut command);
        } else {
            command.args(["participant", place.name()]);
            if let Some(address) = addresses.get(&Place::Coordinator) {
                command.args(["--coordinator", &format!("http://{address}")]);
            }
            for service in services.into_iter().filter_map(peer) {
                command.args(["--peer", &service]);
            }
            if let Some(stock) = &self.stock {
                command.args(["--stock", &stock.to_text()]);
            }
        }
        let epoch = self.epoch.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        command.args(["--listen", "127.0.0.1:0", "--stop-with-stdin", "--log", &self.log]);
        command.args(["--epoch-us", &epoch.as_micros().to_string()]);
        command.arg("--data").arg(self.folder(place));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        // Ctrl-C in a terminal is for the server, which stops its nodes then.
        #[cfg(unix)]
        command.process_group(0);
        command
    }
}

impl Launch {
    /// Tells a coordinator where its databases are, by its environment: a list of processes shows arguments, and
    /// these may hold passwords.
    fn tell_databases(&self, command: &mut Command) {
        if self.databases.is_empty() {
            return;
        }
        let one = |(place, url): (&Place, &DatabaseUrl)| {
            format!("{}={}", place.name(), url.secret_text())
        };
        let all: Vec<String> = self.databases.iter().map(one).collect();
        command.env("PLAYGROUND_PARTICIPANTS", all.join(" "));
        if let Some(stock) = &self.stock {
            command.args(["--database-stock", &stock.to_text()]);
        }
    }
}

impl Process {
    /// Waits until the process has ended. Safe to cancel and to call again.
    pub(super) async fn ended(&mut self) -> Option<ExitStatus> {
        self.child.wait().await.ok()
    }

    /// SIGKILL: what a crash is.
    pub(super) fn kill(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.start_kill();
    }

    /// Lets the process end in good order; kills it if it does not.
    pub(super) async fn stop(mut self) {
        self.stdin = None;
        if timeout(STOP_PATIENCE, self.child.wait()).await.is_err() {
            self.kill();
            let _ = self.child.wait().await;
        }
    }

    /// Why the process ended, if it gave a reason.
    pub(super) async fn reason(self) -> Option<String> {
        reason(self.last_words).await
    }
}

/// A node that has to give up says so in a line of this form, the last one.
async fn reason(last_words: JoinHandle<String>) -> Option<String> {
    let words = timeout(WORDS_PATIENCE, last_words).await.ok()?.ok()?;
    words.strip_prefix("playground-server: ").map(str::to_owned)
}

/// The address in the first line; then whatever follows is read, so that the node never waits.
async fn first_address(stdout: ChildStdout) -> Option<SocketAddr> {
    let mut lines = BufReader::new(stdout).lines();
    let line = lines.next_line().await.ok()??;
    let address = line.strip_prefix("listening on http://")?.parse().ok();
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    address
}

/// Passes on what a node logs, and returns the last line once the process has ended.
async fn pass_on(stderr: Option<ChildStderr>, place: Place) -> String {
    let mut last = String::new();
    let Some(stderr) = stderr else { return last };
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        // Whoever read the log may be gone; the node goes on.
        let _ = writeln!(std::io::stderr(), "{}: {line}", place.name());
        last = line;
    }
    last.truncate(last.floor_char_boundary(LAST_WORDS));
    last
}
