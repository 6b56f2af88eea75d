//! One core for the server, another one for the crowd: neither takes time from the other.

use std::process::{Child, Command};

use anyhow::{Context, Result};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

pub(crate) struct Cores {
    /// The server's and the crowd's; none where there is only one.
    pair: Option<(usize, usize)>,
}

impl Cores {
    /// Takes the first two cores that this process may use, and the second one for this thread.
    pub(crate) fn take() -> Result<Self> {
        let allowed = sched_getaffinity(None)?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|&core| allowed.is_set(core));
        let Some(pair) = cores.next().zip(cores.next()) else {
            eprintln!("there is one core only: the server shares it with the crowd");
            return Ok(Self { pair: None });
        };
        pin_this_thread(pair.1)?;
        Ok(Self { pair: Some(pair) })
    }

    /// Starts a process whose threads all run on the server's core.
    pub(crate) fn spawn_server(&self, command: &mut Command) -> Result<Child> {
        let spawn = |command: &mut Command| {
            command.spawn().with_context(|| format!("could not start {command:?}"))
        };
        let Some((server, crowd)) = self.pair else { return spawn(command) };
        // A process inherits the cores of the thread that starts it.
        pin_this_thread(server)?;
        let child = spawn(command);
        pin_this_thread(crowd)?;
        child
    }
}

fn pin_this_thread(core: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).with_context(|| format!("could not move to core {core}"))
}
