//! wrk, which asks as fast as it is answered.

use std::process::Command;

use anyhow::{Context, Result, ensure};

/// How many connections ask at once.
pub(crate) const CONNECTIONS: u32 = 64;

/// What wrk counted.
pub(crate) struct Hits {
    pub(crate) total: f64,
    pub(crate) a_second: f64,
}

/// The first answer is the miss that fills the cache; the second is counted nowhere, either.
pub(crate) fn warm_up(url: &str, size: usize) -> Result<()> {
    for _ in 0..2 {
        let body =
            ureq::get(url).call()?.into_body().into_with_config().limit(1 << 24).read_to_vec()?;
        ensure!(body.len() == size, "{url} answered {} bytes", body.len());
    }
    Ok(())
}

/// Asks for so long. It runs on the core of this thread.
pub(crate) fn hits(url: &str, seconds: u64) -> Result<Hits> {
    let output = Command::new("wrk")
        .args(["-t1", &format!("-c{CONNECTIONS}"), &format!("-d{seconds}s"), url])
        .output()
        .context("could not run wrk")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let has_failed = text.contains("Non-2xx") || text.contains("Socket errors");
    ensure!(output.status.success() && !has_failed, "wrk says:\n{text}");
    let figures = text.lines().find_map(|line| {
        let (total, _) = line.trim().split_once(" requests in ")?;
        total.parse().ok()
    });
    let rate = text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    let rate = rate.and_then(|rate| rate.trim().parse().ok());
    let (total, a_second) = figures.zip(rate).with_context(|| format!("wrk says:\n{text}"))?;
    Ok(Hits { total, a_second })
}
