//! One node as the server sees it: a task owns its process, and everybody else its status.
//!
//! A node that dies stays down until somebody restarts it. That a visitor may look at a dead node as long as she
//! likes is what the lab is for; and a node that dies by itself should be seen to.

use std::net::SocketAddr;
use std::sync::Arc;

use playground_core::sim::Machine;
use playground_core::two_phase_commit::{CrashPoint, Place, Record, TwoPhaseNode};
use tokio::sync::{mpsc, oneshot, watch};

use super::inside::{Addresses, Report};
use super::node;
use super::process::{Launch, Process};
use crate::log::FileLog;
use crate::log::storage::Folder;

/// What a node is doing.
#[derive(Clone, Debug, Default)]
pub(super) struct Status {
    /// Its process, while that runs and listens.
    pub(super) process: Option<(u32, SocketAddr)>,
    /// How many times it has been started.
    pub(super) starts: u32,
    /// At which point it is going to die.
    pub(super) armed: Option<CrashPoint>,
    /// Why it is down, where nobody asked for that.
    pub(super) problem: Option<String>,
    /// While it is down: what it holds, by what its disk says.
    pub(super) disk: Option<Arc<Report>>,
}

/// What may be wished of a node; answered when it has been done.
enum Wish {
    Start(Addresses, oneshot::Sender<Result<(), String>>),
    Kill(oneshot::Sender<()>),
    Claim(oneshot::Sender<Result<(), String>>),
    Wipe(oneshot::Sender<Result<(), String>>),
    Stop(oneshot::Sender<()>),
}

/// A node that the server has started, or will.
#[derive(Debug)]
pub(super) struct Supervised {
    pub(super) place: Place,
    status: watch::Sender<Status>,
    wishes: mpsc::Sender<Wish>,
}

impl Supervised {
    /// A node that is down. Its task ends with this value, and then stops the process.
    pub(super) fn new(place: Place, launch: Arc<Launch>) -> Self {
        let status = watch::Sender::new(Status::default());
        let (wishes, wished) = mpsc::channel(8);
        tokio::spawn(supervise(place, launch, status.clone(), wished));
        Supervised { place, status, wishes }
    }

    pub(super) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    pub(super) fn watch(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Where it listens; none while it is down.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        self.status.borrow().process.map(|(_, address)| address)
    }

    /// Starts it and waits until it listens; nothing happens if it runs.
    ///
    /// # Errors
    /// Why it cannot start, for a person.
    pub(super) async fn start(&self, addresses: Addresses) -> Result<(), String> {
        let stopping = || Err("the server stops".to_owned());
        self.wish(|answer| Wish::Start(addresses, answer)).await.unwrap_or_else(stopping)
    }

    /// Kills it and waits until it is dead.
    pub(super) async fn kill(&self) {
        self.wish(Wish::Kill).await;
    }

    /// Looks whether its log, while it is down, is nobody else's.
    ///
    /// # Errors
    /// Why its log cannot be had, for a person.
    pub(super) async fn claim(&self) -> Result<(), String> {
        self.wish(Wish::Claim).await.unwrap_or_else(|| Err("the server stops".to_owned()))
    }

    /// Kills it and forgets everything it has written down.
    ///
    /// # Errors
    /// Why its log cannot be removed, for a person.
    pub(super) async fn wipe(&self) -> Result<(), String> {
        self.wish(Wish::Wipe).await.unwrap_or_else(|| Err("the server stops".to_owned()))
    }

    /// Lets it end in good order.
    pub(super) async fn stop(&self) {
        self.wish(Wish::Stop).await;
    }

    /// Remembers that it has been told to die at a point.
    pub(super) fn armed(&self, at: Option<CrashPoint>) {
        self.status.send_modify(|status| status.armed = at.filter(|_| status.process.is_some()));
    }

    async fn wish<T>(&self, wish: impl FnOnce(oneshot::Sender<T>) -> Wish) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.wishes.send(wish(answer)).await.ok()?;
        answered.await.ok()
    }
}

/// The task that owns a node's process.
async fn supervise(
    place: Place,
    launch: Arc<Launch>,
    status: watch::Sender<Status>,
    mut wishes: mpsc::Receiver<Wish>,
) {
    let mut process: Option<Process> = None;
    loop {
        let wish = tokio::select! {
            wish = wishes.recv() => wish,
            () = ended(&mut process) => {
                let dead = process.take();
                bury(place, &launch, &status, dead, true).await;
                continue;
            }
        };
        match wish {
            None => {
                if let Some(process) = process {
                    process.stop().await;
                }
                return;
            }
            Some(Wish::Start(addresses, answer)) => {
                let started = match process {
                    Some(_) => Ok(()),
                    None => start(place, &launch, &status, &addresses, &mut process).await,
                };
                let _ = answer.send(started);
            }
            Some(Wish::Kill(answer)) => {
                if let Some(mut dying) = process.take() {
                    dying.kill();
                    dying.ended().await;
                    bury(place, &launch, &status, Some(dying), false).await;
                }
                let _ = answer.send(());
            }
            Some(Wish::Claim(answer)) => {
                let claimed = Folder::open(&launch.folder(place)).map(drop);
                let _ = answer.send(claimed.map_err(|error| error.to_string()));
            }
            Some(Wish::Wipe(answer)) => {
                if let Some(mut dying) = process.take() {
                    dying.kill();
                    dying.ended().await;
                }
                let wiped = wipe(&launch, place);
                bury(place, &launch, &status, None, false).await;
                let _ = answer.send(wiped);
            }
            Some(Wish::Stop(answer)) => {
                if let Some(process) = process.take() {
                    process.stop().await;
                    status.send_modify(|status| status.process = None);
                }
                let _ = answer.send(());
            }
        }
    }
}

async fn ended(process: &mut Option<Process>) {
    match process {
        Some(process) => {
            process.ended().await;
        }
        None => std::future::pending().await,
    }
}

async fn start(
    place: Place,
    launch: &Launch,
    status: &watch::Sender<Status>,
    addresses: &Addresses,
    process: &mut Option<Process>,
) -> Result<(), String> {
    let started = launch.start(place, addresses).await;
    status.send_modify(|status| match &started {
        Ok(process) => {
            let starts = status.starts + 1;
            let process = Some((process.pid, process.address));
            *status = Status { process, starts, ..Status::default() };
        }
        Err(problem) => status.problem = Some(problem.clone()),
    });
    match started {
        Ok(started) => {
            tracing::info!(node = place.name(), pid = started.pid, "a node has started");
            *process = Some(started);
            Ok(())
        }
        Err(problem) => {
            tracing::warn!(node = place.name(), problem, "a node cannot start");
            Err(problem)
        }
    }
}

/// Takes note of a process that has ended, and of what its disk says.
async fn bury(
    place: Place,
    launch: &Arc<Launch>,
    status: &watch::Sender<Status>,
    dead: Option<Process>,
    by_itself: bool,
) {
    let was_armed = status.borrow().armed.is_some();
    // One that could not go on has said why; SIGKILL is no surprise if it was armed.
    let reason = match dead {
        Some(dead) => dead.reason().await,
        None => None,
    };
    let problem = match reason {
        Some(reason) => Some(reason),
        None if by_itself && !was_armed => Some("it was killed from outside".to_owned()),
        None => None,
    };
    // Everybody is told at once; reading a long log takes a while.
    status.send_modify(|status| {
        (status.process, status.armed, status.disk) = (None, None, None);
        status.problem.clone_from(&problem);
    });
    tracing::info!(node = place.name(), problem, "a node has died");
    let read = {
        let launch = launch.clone();
        move || read_disk(&launch, place)
    };
    let disk = tokio::task::spawn_blocking(read).await.ok().flatten();
    status.send_modify(|status| status.disk = disk.map(Arc::new));
}

/// What a node that is down would know if it started.
fn read_disk(launch: &Launch, place: Place) -> Option<Report> {
    let (_, records, recovery) = FileLog::<Record>::open(&launch.folder(place)).ok()?;
    let stock = launch.stock.clone().unwrap_or_default();
    let recovered = TwoPhaseNode::recover(&node::config(place, &stock), &records);
    Some(node::report_of_disk(place, &recovered, &records, recovery.bytes))
}

/// Removes a node's log, unless another process has it open.
fn wipe(launch: &Launch, place: Place) -> Result<(), String> {
    let path = launch.folder(place);
    let _lock = Folder::open(&path).map_err(|error| error.to_string())?;
    for name in ["log", "log.new"] {
        match std::fs::remove_file(path.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("cannot remove {}: {error}", path.join(name).display()));
            }
            _ => {}
        }
    }
    Ok(())
}
