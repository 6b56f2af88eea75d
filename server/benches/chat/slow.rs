//! Five of fifty members of our chat never read while megabytes flow.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::contender::{Contender, Running};
use super::cores::Cores;
use super::crowd::{self, Crowd};
use super::dialect::{Dialect, hello};
use super::frames::{self, Kind};
use super::scenario::pace;
use super::stamp;

const READERS: usize = 45;
const SLOW: usize = 5;
/// Of 16 KiB each.
const MESSAGES_A_SECOND: u32 = 300;
const TEXT_BYTES: usize = 16 << 10;
/// The close code of a reader that is too slow.
const TOO_SLOW: &str = "\"cut\":4000";

/// Says what happened. An error if a reader lost anything, or a slow one was not told.
pub(crate) fn run(cores: &Cores, duration: Duration) -> Result<String> {
    let server = Running::start(Contender::Ours, cores)?;
    let slow: Vec<Slow> =
        (0..SLOW).map(|number| Slow::join(server.address, number)).collect::<Result<_>>()?;
    let mut crowd = Crowd::gather(Dialect::Chat, server.address, READERS)?;
    crowd.warm_up()?;
    crowd.more = "y".repeat(TEXT_BYTES - stamp::TEXT_BYTES);
    let meter = server.meter();
    let before = meter.resident_bytes()?;
    meter.forget_peak()?;
    pace(&mut crowd, Duration::from_secs(1) / MESSAGES_A_SECOND, duration)?;
    let growth = meter.peak_bytes()?.saturating_sub(before) as f64 / f64::from(1 << 20);
    let p99 = crowd.latencies.quantile_ms(0.99).context("nothing was delivered")?;
    for slow in slow {
        slow.learn_why(server.address)?;
    }
    Ok(format!(
        "{SLOW} of {} members never read while {MESSAGES_A_SECOND} x 16 KiB a second flowed for {duration:?}: they were cut and told \
         why; the others lost nothing (p99 {p99:.1} ms); memory grew by {growth:.1} MiB at most",
        READERS + SLOW
    ))
}

struct Slow {
    name: String,
    stream: TcpStream,
    session: u64,
}

impl Slow {
    /// In the room; from then on it does not read.
    fn join(address: SocketAddr, number: usize) -> Result<Self> {
        let name = format!("sleeper {number}");
        let (mut stream, session, _) = greet(address, &name, None)?;
        send(&mut stream, r#"{"type":"join","room":"load"}"#)?;
        Ok(Self { name, stream, session })
    }

    /// Reads what still came until the connection is over, and asks why.
    fn learn_why(mut self, address: SocketAddr) -> Result<()> {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    bail!("{} was not cut", self.name)
                }
                Err(_) => break,
            }
        }
        let (_, _, welcome) = greet(address, &self.name, Some(self.session))?;
        ensure!(welcome.contains(TOO_SLOW), "{} was told {welcome}", self.name);
        Ok(())
    }
}

/// Says hello, and returns the session and the whole welcome.
fn greet(address: SocketAddr, name: &str, last: Option<u64>) -> Result<(TcpStream, u64, String)> {
    let (mut stream, mut bytes) = crowd::open(Dialect::Chat, address)?;
    send(&mut stream, &hello(name, last))?;
    let (from, to) = loop {
        if let Some((_, from, to)) = frames::scan(&bytes)? {
            break (from, to);
        }
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer)?;
        ensure!(read > 0, "the server hung up");
        bytes.extend_from_slice(&buffer[..read]);
    };
    let welcome: serde_json::Value = serde_json::from_slice(&bytes[from..to])?;
    let session = welcome["session"].as_u64().with_context(|| format!("no welcome: {welcome}"))?;
    Ok((stream, session, welcome.to_string()))
}

fn send(stream: &mut TcpStream, text: &str) -> Result<()> {
    let mut out = Vec::new();
    frames::write(Kind::Text, text.as_bytes(), &mut out);
    Ok(stream.write_all(&out)?)
}
