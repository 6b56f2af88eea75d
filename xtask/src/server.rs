//! A running playground server: started, waited for, and ended again.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::command;

/// How long a server may take until it listens. It first reads what it has stored.
const START: Duration = Duration::from_secs(60);
/// How often to look whether a process has ended; short enough to feel at once.
const LOOK: Duration = Duration::from_millis(50);

/// The server's process. One that is dropped while it runs is killed.
pub(crate) struct Server {
    child: Child,
    /// Where it listens, as it said: `http://127.0.0.1:3000`.
    pub(crate) address: String,
}

impl Server {
    /// Starts the server and waits for the line in which it says where it listens. All that it prints is
    /// passed on.
    pub(crate) fn start(command: &mut Command) -> Result<Started> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| command::could_not_start(command))?;
        let stdout = child.stdout.take().context("the server has no standard output")?;
        let (announce, announced) = mpsc::channel();
        thread::spawn(move || pass_on(stdout, &announce));
        let mut server = Self { child, address: String::new() };
        match announced.recv_timeout(START) {
            Ok(address) => server.address = address,
            // Its output has ended, so it has ended, and has said why.
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Ok(Started::Ended(
                    server.child.wait().context("could not wait for the server")?,
                ));
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                bail!(
                    "`{}` did not say `listening on http://…` in {START:?}",
                    command::line(command)
                );
            }
        }
        Ok(Started::Listening(server))
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().context("could not look after the server")
    }

    /// Gives it this long to end.
    pub(crate) fn wait_for(&mut self, time: Duration) -> Result<Option<ExitStatus>> {
        let deadline = Instant::now() + time;
        loop {
            let ended = self.ended()?;
            if ended.is_some() || Instant::now() >= deadline {
                return Ok(ended);
            }
            thread::sleep(LOOK);
        }
    }

    /// Asks it to end, as Ctrl-C would. The shell's own `kill` is in every Unix, and needs neither unsafe
    /// code nor another dependency.
    pub(crate) fn ask_to_end(&mut self) {
        if cfg!(unix) {
            let id = self.child.id().to_string();
            command::succeeds(Command::new("sh").args(["-c", "kill -TERM \"$0\"", &id]));
        } else {
            // It may have ended meanwhile.
            drop(self.child.kill());
        }
    }

    pub(crate) fn kill(&mut self) -> Result<ExitStatus> {
        self.child.kill().context("could not kill the server")?;
        self.child.wait().context("could not wait for the server")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What became of a server's start.
pub(crate) enum Started {
    Listening(Server),
    Ended(ExitStatus),
}

fn pass_on(stdout: ChildStdout, announce: &mpsc::Sender<String>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        println!("{line}");
        if let Some(address) = address_in(&line) {
            // Nobody listens any more to a second announcement.
            drop(announce.send(address.to_owned()));
        }
    }
}

fn address_in(line: &str) -> Option<&str> {
    let (_, address) = line.split_once("listening on ")?;
    let address = address.split_whitespace().next()?;
    address.starts_with("http://").then(|| address.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_its_line() {
        assert_eq!(address_in("listening on http://127.0.0.1:3000"), Some("http://127.0.0.1:3000"));
        assert_eq!(address_in("INFO listening on http://[::1]:80/ now"), Some("http://[::1]:80"));
    }

    #[test]
    fn other_lines_hold_no_address() {
        assert_eq!(address_in("listening on the radio"), None);
        assert_eq!(address_in("http://127.0.0.1:3000"), None);
        assert_eq!(address_in("listening on "), None);
    }
}
