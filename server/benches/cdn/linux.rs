//! The command line, and who is measured in which order.

#[path = "nginx.rs"]
mod nginx;
#[path = "origin.rs"]
mod origin;
#[path = "ours.rs"]
mod ours;
#[path = "wrk.rs"]
mod wrk;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;

use crate::cores::Cores;
use nginx::Sending;
use wrk::hits_a_second;

/// The sizes of the objects, in bytes.
const SIZES: [usize; 3] = [1 << 10, 64 << 10, 1 << 20];

/// Measures hits, beside nginx.
#[derive(Parser)]
struct Arguments {
    /// How long each contender is measured at a time
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// How often each is measured; figures are medians
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// What `cargo bench` says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

pub(crate) fn main() -> Result<()> {
    let Arguments { seconds, rounds, .. } = Arguments::parse();
    for program in ["nginx", "wrk"] {
        if !is_there(program) {
            println!(
                "hits of an edge: skipped, since {program} is not on PATH (Debian: {program})"
            );
            return Ok(());
        }
    }
    let cores = Cores::take()?;
    let origin = origin::start()?;
    let folder = tempfile::tempdir()?;
    let contenders = [
        ours::start(&cores, origin, &folder.path().join("ours"))?,
        nginx::start(&cores, origin, &folder.path().join("sendfile"), Sending::Sendfile)?,
        nginx::start(&cores, origin, &folder.path().join("buffers"), Sending::Buffers)?,
    ];
    println!("hits a second over {} connections, {rounds} rounds of {seconds} s", wrk::CONNECTIONS);
    for size in SIZES {
        let mut rates = contenders.each_ref().map(|_| Vec::new());
        for _ in 0..rounds {
            for (contender, rates) in contenders.iter().zip(&mut rates) {
                let url = format!("http://{}/{size}", contender.address);
                rates.push(hits_a_second(&url, seconds, size)?);
            }
        }
        let [ours, sendfile, buffers] = rates.map(median);
        println!(
            "{:>4} KiB: ours {ours:>7.0}/s, nginx {sendfile:>7.0}/s with sendfile and {buffers:>7.0}/s with \
             buffers (ours is {:.2} times its better one)",
            size >> 10,
            ours / sendfile.max(buffers),
        );
    }
    Ok(())
}

/// A proxy under measurement, stopped when it is dropped.
struct Proxy {
    process: Child,
    address: SocketAddr,
}

impl Proxy {
    /// Waits until it takes connections.
    fn ready(mut process: Child, address: SocketAddr) -> Result<Self> {
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = process.try_wait()?;
            ensure!(ended.is_none(), "a proxy ended at its start: {ended:?}");
            ensure!(begun.elapsed() < Duration::from_secs(20), "a proxy did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { process, address })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.process);
        // A signal, so that nginx ends its worker, too.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.process.wait();
    }
}

/// An address that nobody has just now.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?)
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
