//! Workers as processes: this very program, started again. They share nothing with the server, so that each piece is
//! asked for and each result told by a message through a pipe. They are killed when nobody waits for them.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinSet;

use super::board::Board;
use super::messages::{Order, Report};

/// What makes the program such a process.
const SUBCOMMAND: &str = "count-primes";

/// Processes that have been started and wait for an order.
#[derive(Debug)]
pub(super) struct Processes(Vec<Process>);

/// Killed when dropped.
#[derive(Debug)]
struct Process {
    child: Child,
    orders: ChildStdin,
    reports: Lines<BufReader<ChildStdout>>,
}

impl Processes {
    /// Starts as many as there are to be workers.
    ///
    /// # Errors
    /// If the system does not start one of them; then none is left.
    pub(super) fn start(executable: &Path, workers: u32) -> io::Result<Self> {
        (0..workers).map(|_| Process::start(executable)).collect::<io::Result<_>>().map(Self)
    }

    /// Their numbers in the system, by workers.
    pub(super) fn pids(&self) -> Vec<u32> {
        self.0.iter().filter_map(|process| process.child.id()).collect()
    }

    /// Has them count all there is to count. They are killed if this is dropped.
    ///
    /// # Errors
    /// A sentence for the visitor, if one of them does not do what it should.
    pub(super) async fn count(self, board: Arc<Board>) -> Result<(), String> {
        let mut attended = JoinSet::new();
        for (worker, process) in (0..).zip(self.0) {
            attended.spawn(process.attend(worker, board.clone()));
        }
        while let Some(outcome) = attended.join_next().await {
            let outcome = outcome.unwrap_or_else(|error| Err(io::Error::other(error)));
            // Those that are left are aborted with the set.
            outcome.map_err(|error| format!("A process has failed: {error}."))?;
        }
        board.end();
        Ok(())
    }
}

impl Process {
    fn start(executable: &Path) -> io::Result<Self> {
        let mut command = Command::new(executable);
        for (name, _) in std::env::vars_os() {
            // They are the server's flags, and none of its business.
            if name.to_string_lossy().starts_with("PLAYGROUND_") {
                command.env_remove(name);
            }
        }
        command.arg(SUBCOMMAND).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        // Ctrl-C in a terminal is for the server, which then kills its processes.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let missing = || io::Error::other("a pipe is missing");
        let orders = child.stdin.take().ok_or_else(missing)?;
        let reports = child.stdout.take().ok_or_else(missing)?;
        Ok(Self { child, orders, reports: BufReader::new(reports).lines() })
    }

    /// Gives a process its order and its pieces, and notes what it reports.
    async fn attend(mut self, worker: u32, board: Arc<Board>) -> io::Result<()> {
        match self.report().await? {
            Report::Ready => {}
            other => return Err(io::Error::other(format!("it began with {other:?}"))),
        }
        self.order(&Order::Count { job: board.job, worker }).await?;
        // Its clock starts when it reads that: later by the time that a message takes.
        let began_us = board.now_us();
        loop {
            match self.report().await? {
                Report::Ready => return Err(io::Error::other("it began twice")),
                Report::Take => self.order(&Order::Taken(board.take())).await?,
                Report::Counted { counted, from_us, until_us } => {
                    board.count(worker, counted, began_us + from_us, began_us + until_us);
                }
                Report::Done => break,
            }
        }
        board.done(worker);
        // It ends by itself.
        self.child.wait().await?;
        Ok(())
    }

    async fn order(&mut self, order: &Order) -> io::Result<()> {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        self.orders.write_all(&line).await
    }

    async fn report(&mut self) -> io::Result<Report> {
        let line = self.reports.next_line().await?;
        let line = line.ok_or_else(|| io::Error::other("it ended before its work was done"))?;
        Ok(serde_json::from_str(&line)?)
    }
}
