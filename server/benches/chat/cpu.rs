//! What the system says about the time that a process has computed.

use std::fs;

use anyhow::{Context, Result};

/// Seconds that all threads of a process have computed, in user and kernel mode.
pub(crate) fn seconds(process: u32) -> Result<f64> {
    let path = format!("/proc/{process}/stat");
    let text = fs::read_to_string(&path)
        .with_context(|| format!("could not read {path}: has it ended?"))?;
    // The second field is the name, in parentheses, and may hold anything.
    let (_, fields) = text.rsplit_once(')').context("a line without a name")?;
    let ticks = |field: usize| -> Result<u64> {
        let word = fields.split_ascii_whitespace().nth(field - 3).context("a short line")?;
        Ok(word.parse()?)
    };
    let ticks = ticks(14)? + ticks(15)?;
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}
