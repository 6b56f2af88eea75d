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
use crate::cpu;
use nginx::Sending;

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
    println!("hits over {} connections, {rounds} rounds of {seconds} s", wrk::CONNECTIONS);
    println!("{:<10}{:<16}{:>10}{:>14}{:>7}", "", "", "a second", "a CPU second", "core");
    for size in SIZES {
        let mut rounds_of = contenders.each_ref().map(|_| Vec::new());
        for _ in 0..rounds {
            for (contender, seen) in contenders.iter().zip(&mut rounds_of) {
                seen.push(contender.load(size, seconds)?);
            }
        }
        println!("{}", table(size, &rounds_of.map(|rounds| Load::median(&rounds))));
    }
    Ok(())
}

/// What was seen of a proxy under load.
#[derive(Clone, Copy)]
struct Load {
    hits_a_second: f64,
    hits_a_cpu_second: f64,
}

impl Load {
    fn median(rounds: &[Load]) -> Load {
        let of = |figure: fn(&Load) -> f64| median(rounds.iter().map(figure).collect());
        Load {
            hits_a_second: of(|load| load.hits_a_second),
            hits_a_cpu_second: of(|load| load.hits_a_cpu_second),
        }
    }
}

/// The contenders' lines for one size, and ours beside nginx's better figures.
fn table(size: usize, [ours, sendfile, buffers]: &[Load; 3]) -> String {
    let line = |name: &str, load: &Load| {
        format!(
            "{:>6} KiB {name:<16}{:>10.0}{:>14.0}{:>6.0}%\n",
            size >> 10,
            load.hits_a_second,
            load.hits_a_cpu_second,
            100.0 * load.hits_a_second / load.hits_a_cpu_second,
        )
    };
    let of_nginx = |figure: fn(&Load) -> f64| figure(ours) / figure(sendfile).max(figure(buffers));
    format!(
        "{}{}{}{:>6} KiB {:<16}{:>10.2}{:>14.2}",
        line("ours", ours),
        line("nginx, sendfile", sendfile),
        line("nginx, buffers", buffers),
        size >> 10,
        "ours of nginx",
        of_nginx(|load| load.hits_a_second),
        of_nginx(|load| load.hits_a_cpu_second),
    )
}

/// A proxy under measurement, stopped when it is dropped.
struct Proxy {
    process: Child,
    address: SocketAddr,
    /// The process that answers.
    worker: u32,
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
        let worker = process.id();
        Ok(Self { process, address, worker })
    }

    /// Asks as fast as it is answered, for so long.
    fn load(&self, size: usize, seconds: u64) -> Result<Load> {
        let url = format!("http://{}/{size}", self.address);
        wrk::warm_up(&url, size)?;
        let before = cpu::seconds(self.worker)?;
        let wrk::Hits { total, a_second } = wrk::hits(&url, seconds)?;
        let hits_a_cpu_second = total / (cpu::seconds(self.worker)? - before);
        Ok(Load { hits_a_second: a_second, hits_a_cpu_second })
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
