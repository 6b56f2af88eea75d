//! How many bytes this thread has handed to the system to be written, where the system counts them.

/// The count since a moment, of the thread that made this. SQLite writes on the thread that calls it, and its shared
/// memory is none of this.
#[derive(Debug)]
pub(super) struct Written {
    begun: Option<u64>,
}

impl Written {
    /// Begins to count.
    pub(super) fn begin() -> Self {
        Self { begun: total() }
    }

    /// The bytes since then; none where nobody counts.
    pub(super) fn bytes(&self) -> Option<u64> {
        Some(total()?.saturating_sub(self.begun?))
    }
}

/// `wchar` of proc(5): what was passed to `write` and its relatives, whether or not it has reached a disk.
#[cfg(target_os = "linux")]
fn total() -> Option<u64> {
    let io = std::fs::read_to_string("/proc/thread-self/io").ok()?;
    io.lines().find_map(|line| line.strip_prefix("wchar: "))?.trim().parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn total() -> Option<u64> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_this_thread_writes_is_counted() {
        let mut file = tempfile::tempfile().unwrap();
        let written = Written::begin();
        file.write_all(&[0; 5000]).unwrap();
        // The test's own output may come on top.
        assert!(written.bytes().unwrap() >= 5000);
    }
}
