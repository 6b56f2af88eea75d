//! The command line, and who is measured in which order.

mod axum_peer;
mod contender;
mod cores;
mod cpu;
mod crowd;
mod dialect;
mod frames;
mod latency;
mod measure;
mod peers;
mod report;
mod scenario;
mod slow;
mod stamp;

use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use rustix::process::{Resource, getrlimit, setrlimit};

use contender::Contender;
use cores::Cores;
use scenario::Programme;

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
    /// How many messages each publisher keeps under way at saturation
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=4096))]
    under_way: u16,
    /// How often each is measured; figures are medians
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Who takes part; may be a list
    #[arg(long, value_delimiter = ',', default_values = ["ours", "bun", "ws", "socket-io", "axum"])]
    only: Vec<Contender>,
    /// How long five of fifty members do not read while 300 x 16 KiB a second flow; 0 leaves that out
    #[arg(long, default_value_t = 13.0)]
    slow: f64,
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
    println!(
        "{} x {seconds} s at a pace and saturated, with {} messages of each publisher under way",
        arguments.rounds, arguments.under_way
    );
    for &connections in &arguments.connections {
        let programme = Programme {
            connections,
            under_way: arguments.under_way.into(),
            measured: Duration::from_secs_f64(seconds),
        };
        let mut rounds = vec![Vec::new(); arguments.only.len()];
        for _ in 0..arguments.rounds {
            for (contender, rounds) in arguments.only.iter().zip(&mut rounds) {
                match scenario::run(*contender, &cores, &programme) {
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
    if arguments.slow > 0.0 && arguments.only.contains(&Contender::Ours) {
        println!("{}", slow::run(&cores, Duration::from_secs_f64(arguments.slow))?);
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
