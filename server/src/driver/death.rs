//! How a node is told to die around a particular output.

use playground_core::sim::{Machine, Output, Side};

/// Has a node die right before or right after it carries out the next output of a kind, as
/// [`Cluster::crash_around`](playground_core::sim::Cluster::crash_around) does in the simulation.
///
/// After a forced append means once it is durable; after a lazy one, once it is with the log's thread. Before
/// the node dies, every message that left earlier has reached its receiver or is lost. Records that were with
/// the log before the node was armed are not stopped any more, nor do they count as the next output.
#[derive(Debug)]
pub struct Arm<M: Machine> {
    /// On which side of the output.
    pub side: Side,
    /// Which output.
    pub matches: fn(&Output<M>) -> bool,
}

impl<M: Machine> Clone for Arm<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Machine> Copy for Arm<M> {}

/// Kills this process as `kill -9` does: nothing is flushed, nobody is asked.
#[cfg(unix)]
pub fn kill_self() {
    use rustix::process::{Signal, getpid, kill_process};
    if kill_process(getpid(), Signal::KILL).is_err() {
        std::process::abort();
    }
    // The signal may take effect a moment after the call.
    loop {
        std::thread::park();
    }
}

/// Kills this process without flushing or asking anybody; there is no `kill -9` here.
#[cfg(not(unix))]
pub fn kill_self() {
    std::process::abort();
}
