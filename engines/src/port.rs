//! Ports that are free.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Longer than a server takes to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A port that nobody has. Somebody may take it before it is used: then the server says so, and another is tried.
pub(crate) fn free() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Waits until the program answers there as `is_ready` wants it.
pub(crate) fn wait_for(
    child: &mut Child,
    port: u16,
    is_ready: impl Fn(TcpStream) -> bool,
) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let end = Instant::now() + PATIENCE;
    loop {
        if TcpStream::connect(address).is_ok_and(&is_ready) {
            return Ok(());
        }
        if let Some(status) = child.try_wait().context("cannot tell whether it runs")? {
            bail!("it ended with {status}");
        }
        if Instant::now() >= end {
            bail!("it does not answer on {address}");
        }
        sleep(Duration::from_millis(10));
    }
}
