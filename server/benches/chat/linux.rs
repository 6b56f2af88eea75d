//! The command line, and who is measured in which order.

mod axum_peer;
mod contender;
mod cores;
mod crowd;
mod dialect;
mod frames;
mod latency;
mod measure;
mod peers;
mod report;
mod scenario;
mod stamp;

use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use rustix::process::{Resource, getrlimit, setrlimit};

use contender::Contender;
use cores::Cores;

/// The argument with which this program is its own peer.
const AXUM_PEER: &str = "--axum-peer";

/// Measures the chat under load, beside its peers.
#[derive(Parser)]
struct Arguments {
    /// How many connections there are in the room; may be a list
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1000, 5000])]
    connections: Vec<usize>,
    /// How long each contender is measured, saturated and paced
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How often each is measured; figures are medians
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Who takes part; may be a list
    #[arg(long, value_delimiter = ',', default_values = ["ours", "bun", "ws", "socket-io", "axum"])]
    only: Vec<Contender>,
    /// What `cargo bench` says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
    /// Be the peer on axum
    #[arg(long, hide = true)]
    axum_peer: bool,
}

pub(crate) fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.axum_peer {
        return axum_peer::run();
    }
    let connections = arguments.connections.iter().copied().max().unwrap_or_default();
    allow_files(connections as u64 + 200)?;
    let cores = Cores::take()?;
    let seconds = arguments.seconds;
    println!("{} rounds of {seconds} s, paced and saturated, median", arguments.rounds);
    for &connections in &arguments.connections {
        let mut rounds = vec![Vec::new(); arguments.only.len()];
        for _ in 0..arguments.rounds {
            for (contender, rounds) in arguments.only.iter().zip(&mut rounds) {
                let duration = Duration::from_secs_f64(seconds);
                match scenario::run(*contender, &cores, connections, duration) {
                    Ok(seen) => rounds.push(seen),
                    Err(error) if *contender == Contender::Ours => return Err(error),
                    // Where a peer is missing or loses something, the others still have their results.
                    Err(error) => println!("{} is skipped: {error:#}", contender.name()),
                }
            }
        }
        let rows = arguments.only.iter().zip(&rounds);
        let rows: Vec<_> =
            rows.filter_map(|(who, rounds)| Some((*who, report::median(rounds)?))).collect();
        println!("\n{}\n", report::table(connections, &rows));
    }
    Ok(())
}

/// Allows this process and those that it starts so many open files.
fn allow_files(count: u64) -> Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < count) {
        limit.current = Some(count);
        setrlimit(Resource::Nofile, limit)
            .with_context(|| format!("this needs {count} open files: see `ulimit -n`"))?;
    }
    Ok(())
}
