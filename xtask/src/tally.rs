//! Counts tests from what `cargo test` prints, and sums them up in one table.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use crate::command;

/// The tests of one or more test programs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    /// The tests that failed, by name.
    pub(crate) failures: Vec<String>,
}

impl Tally {
    /// Counts one line of a test program's output.
    fn read(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.passed += count(result, "passed");
            self.failed += count(result, "failed");
            self.skipped += count(result, "ignored");
        } else if let Some((name, outcome)) =
            line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "))
            && outcome.starts_with("FAIL")
        {
            self.failures.push(name.to_owned());
        }
    }

    /// A failure that no test program has counted.
    pub(crate) fn fail(&mut self, why: String) {
        self.failed += 1;
        self.failures.push(why);
    }

    /// Holds the tally against how the command ended: one that failed has a failure, even if no test
    /// program lived to count it, and one that ran nothing has shown nothing.
    fn settle(&mut self, succeeded: bool, command: &str) {
        if !succeeded && self.failed == 0 {
            self.fail(format!("`{command}` failed"));
        } else if self.passed + self.failed == 0 {
            self.fail(format!("`{command}` ran no test"));
        }
    }
}

/// The number before `what` in `ok. 3 passed; 0 failed; …`.
fn count(result: &str, what: &str) -> u64 {
    let mut before = "";
    for word in result.split([' ', ';']) {
        if word == what {
            return before.parse().unwrap_or(0);
        }
        before = word;
    }
    0
}

/// Runs a command that runs tests, passes on what it prints, and counts.
pub(crate) fn run(command: &mut Command) -> Result<Tally> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| command::could_not_start(command))?;
    let mut tally = Tally::default();
    let mut stdout =
        BufReader::new(child.stdout.take().context("the tests have no standard output")?);
    let mut line = Vec::new();
    // A test may print anything, so bytes and not text.
    while stdout.read_until(b'\n', &mut line).context("could not read what the tests print")? > 0 {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        println!("{text}");
        tally.read(text);
        line.clear();
    }
    let status = child.wait().context("could not wait for the tests")?;
    tally.settle(status.success(), &command::line(command));
    Ok(tally)
}

/// One part of the tests, done.
pub(crate) struct Outcome {
    pub(crate) part: String,
    pub(crate) tally: Tally,
    pub(crate) seconds: f64,
}

/// The failures, the table, and the line to end with.
pub(crate) fn summary(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        for failure in &outcome.tally.failures {
            text += &format!("{}: {failure}\n", outcome.part);
        }
    }
    text += &format!(
        "\n{:<11} {:>7} {:>7} {:>8} {:>8}\n",
        "part", "passed", "failed", "skipped", "seconds"
    );
    for Outcome { part, tally, seconds } in outcomes {
        text += &format!(
            "{part:<11} {:>7} {:>7} {:>8} {seconds:>8.1}\n",
            tally.passed, tally.failed, tally.skipped
        );
    }
    let total =
        |of: fn(&Tally) -> u64| outcomes.iter().map(|outcome| of(&outcome.tally)).sum::<u64>();
    text += &format!(
        "\n{} passed, {} failed",
        total(|tally| tally.passed),
        total(|tally| tally.failed)
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read(line));
        tally
    }

    #[test]
    fn results_of_several_programs_add_up() {
        let tally = tally(&[
            "test a::b ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test c::d ... FAILED",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ]);
        let failures = vec!["c::d".to_owned()];
        assert_eq!(tally, Tally { passed: 5, failed: 1, skipped: 1, failures });
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(tally(&["running 3 tests", "5 passed", "test result", ""]), Tally::default());
    }

    #[test]
    fn a_command_that_failed_without_a_count_is_a_failure() {
        let mut tally = tally(&["test result: ok. 3 passed; 0 failed; 0 ignored"]);
        tally.settle(false, "cargo test");
        assert_eq!((tally.passed, tally.failed), (3, 1));
    }

    #[test]
    fn no_test_at_all_is_a_failure() {
        let mut tally = tally(&["test result: ok. 0 passed; 0 failed; 2 ignored"]);
        tally.settle(true, "cargo test");
        assert_eq!(tally.failures, ["`cargo test` ran no test"]);
    }

    #[test]
    fn the_summary_ends_with_the_totals() {
        let outcome = |part: &str, passed| Outcome {
            part: part.to_owned(),
            tally: Tally { passed, ..Tally::default() },
            seconds: 1.0,
        };
        let text = summary(&[outcome("native", 2), outcome("wasm", 3)]);
        assert_eq!(text.lines().last(), Some("5 passed, 0 failed"));
    }
}
