//! What the system says about a process: the time it has computed, and the memory it has.

use std::fs;

use anyhow::{Context, Result};

use super::cpu;

#[derive(Clone, Copy)]
pub(crate) struct Meter {
    process: u32,
}

impl Meter {
    pub(crate) fn of(process: u32) -> Self {
        Self { process }
    }

    /// Seconds that all its threads have computed.
    pub(crate) fn cpu_seconds(self) -> Result<f64> {
        cpu::seconds(self.process)
    }

    /// Bytes in memory now.
    pub(crate) fn resident_bytes(self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most bytes that were in memory since the start or [`Meter::forget_peak`].
    pub(crate) fn peak_bytes(self) -> Result<u64> {
        self.status("VmHWM:")
    }

    /// From now on, the peak is of what follows.
    pub(crate) fn forget_peak(self) -> Result<()> {
        fs::write(format!("/proc/{}/clear_refs", self.process), "5")
            .context("could not reset the peak of memory")
    }

    fn status(self, field: &str) -> Result<u64> {
        let text = self.read("status")?;
        let line = text.lines().find_map(|line| line.strip_prefix(field));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kibibytes = kibibytes.with_context(|| format!("there is no {field}"))?;
        Ok(kibibytes.parse::<u64>()? * 1024)
    }

    fn read(self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.process);
        fs::read_to_string(&path).with_context(|| format!("could not read {path}: has it ended?"))
    }
}
