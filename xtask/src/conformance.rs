//! The Autobahn cases against `/ws/echo` of a real server: the field's measure of whether a WebSocket keeps to
//! RFC 6455.
//!
//! kosoku, a Python package, runs the original case files. Chapters 12 and 13 are about compression, which the
//! playground's sockets do not offer, and 8 and 11 have no cases.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    apt,
    command::{self, on_path, say},
    server::{Server, Started},
    tally::Tally,
    test,
    workspace::target,
};

const KOSOKU: &str = "0.1.0";
const CHAPTERS: [&str; 9] = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"];
/// How many cases these chapters have.
const CASES: u64 = 301;
/// How many cases run side by side.
const SIDE_BY_SIDE: &str = "2";
const PYTHONS: [&str; 2] = ["python3", "python"];
/// The oldest Python that kosoku runs on.
const OLDEST: &str = "import sys; sys.exit(sys.version_info < (3, 10))";
const WISH: &str = "the Autobahn cases need Python 3.10 or newer with pip and venv: install it (on Debian and \
                    Ubuntu: `apt-get install python3 python3-pip python3-venv`)";
/// How long the server may take to end.
const STOP: Duration = Duration::from_secs(20);

/// Runs the cases, and counts each as a test.
pub(crate) fn run() -> Result<Tally> {
    let python = kosoku()?;
    let program = test::server()?;
    let folder = target()?.join("conformance");
    let data = folder.join("data");
    // What an earlier run left, if there was one, would be counted again.
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&data).with_context(|| format!("could not create {}", data.display()))?;
    let mut server = start(&program, &data)?;
    say(format!("Running {CASES} of Autobahn's cases (some seconds)"));
    let reports = folder.join("reports");
    let ran = cases(&python, &server.address, &reports);
    server.ask_to_end();
    let ended = server.wait_for(STOP)?;
    let mut tally = count(ran?, &reports)?;
    if !ended.is_some_and(|status| !cfg!(unix) || status.success()) {
        tally.fail("the server did not end well after the cases".to_owned());
    }
    Ok(tally)
}

/// A server that listens to nobody's settings but these.
fn start(program: &Path, data: &Path) -> Result<Server> {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("PLAYGROUND_") {
            command.env_remove(name);
        }
    }
    command.args(["--listen", "127.0.0.1:0", "--log", "error", "--data-dir"]).arg(data);
    match Server::start(command.current_dir(data))? {
        Started::Listening(server) => Ok(server),
        Started::Ended(status) => bail!("`{}` ended at once ({status})", command::line(&command)),
    }
}

/// Whether all cases passed.
fn cases(python: &Path, address: &str, reports: &Path) -> Result<bool> {
    let mut kosoku = Command::new(python);
    kosoku.args(["-c", "from kosoku._cli import main; main()"]);
    kosoku.arg(format!("{}/ws/echo", address.replacen("http", "ws", 1)));
    kosoku.args(CHAPTERS.iter().flat_map(|chapter| ["--include", chapter]));
    kosoku.args(["--parallelism", SIDE_BY_SIDE, "--outdir"]).arg(reports);
    let status = kosoku
        .stdin(std::process::Stdio::null())
        .status()
        .with_context(|| command::could_not_start(&kosoku))?;
    Ok(status.success())
}

/// Counts what the reports say. After a failure, they hold the cases that failed alone.
fn count(succeeded: bool, reports: &Path) -> Result<Tally> {
    let path = reports.join("index.json");
    let text = fs::read_to_string(&path)
        .with_context(|| format!("the cases left no report in {}", path.display()))?;
    let index = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a report", path.display()))?;
    let verdicts = Verdicts::read(&index)?;
    println!("{}", verdicts.summary());
    println!("Each case, with every byte: {}", reports.join("index.html").display());
    Ok(verdicts.tally(succeeded))
}

/// How the cases ended.
#[derive(Debug, Default, PartialEq, Eq)]
struct Verdicts {
    /// How many ended how.
    counts: BTreeMap<String, u64>,
    failures: Vec<String>,
}

impl Verdicts {
    /// `{ agent: { case: { behavior, behaviorClose } } }`.
    fn read(index: &Value) -> Result<Self> {
        let agents = index.as_object().context("a report is an object of agents")?;
        let mut verdicts = Self::default();
        for (case, report) in agents.values().filter_map(Value::as_object).flatten() {
            let verdict = |name: &str| report[name].as_str().unwrap_or("nothing");
            let (behavior, close) = (verdict("behavior"), verdict("behaviorClose"));
            let passed = matches!(behavior, "OK" | "NON-STRICT" | "INFORMATIONAL")
                && matches!(close, "OK" | "INFORMATIONAL");
            if !passed {
                verdicts.failures.push(format!("case {case}: {behavior}, closing {close}"));
            }
            let counted = if passed { behavior } else { "failed" };
            *verdicts.counts.entry(counted.to_owned()).or_default() += 1;
        }
        Ok(verdicts)
    }

    fn summary(&self) -> String {
        let count = |verdict: &str| self.counts.get(verdict).copied().unwrap_or(0);
        format!(
            "Autobahn: {} OK, {} NON-STRICT (another way is preferred), {} INFORMATIONAL (any way is right), {} \
             failed",
            count("OK"),
            count("NON-STRICT"),
            count("INFORMATIONAL"),
            count("failed"),
        )
    }

    fn tally(self, succeeded: bool) -> Tally {
        let failed = self.failures.len() as u64;
        let reported: u64 = self.counts.values().sum();
        let passed = if succeeded { reported - failed } else { CASES.saturating_sub(failed) };
        let mut tally = Tally { passed, failed, failures: self.failures, ..Tally::default() };
        if succeeded && reported != CASES {
            tally.fail(format!("{reported} of {CASES} cases ran"));
        } else if !succeeded && failed == 0 {
            tally.fail("the run of the cases failed".to_owned());
        }
        tally
    }
}

/// A Python that has kosoku: one of its own in target/tools, set up once.
fn kosoku() -> Result<PathBuf> {
    let folder = target()?.join("tools").join(format!("kosoku-{KOSOKU}"));
    let place = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let python = folder.join(place);
    if has_kosoku(&python) {
        return Ok(python);
    }
    let system = find_python()?;
    say(format!("Installing kosoku {KOSOKU} into {} (once; some seconds)", folder.display()));
    if let Err(error) = make_environment(&system, &folder) {
        // Debian's Python comes without venv.
        eprintln!("{error:#}; installing what it lacks.");
        apt::install(&["python3", "python3-pip", "python3-venv"], "some seconds", WISH)?;
        make_environment(&find_python()?, &folder)?;
    }
    let package = format!("kosoku=={KOSOKU}");
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &package];
    command::run(Command::new(&python).args(pip).stdin(std::process::Stdio::null())).with_context(
        || format!("{package} could not be had from PyPI, which the Autobahn cases need once"),
    )?;
    if !has_kosoku(&python) {
        bail!("{} should have kosoku {KOSOKU} after its install, and has not", python.display());
    }
    Ok(python)
}

fn has_kosoku(python: &Path) -> bool {
    let ask = "import importlib.metadata, kosoku._cli; print(importlib.metadata.version('kosoku'))";
    command::output(Command::new(python).args(["-c", ask]))
        .is_ok_and(|version| version.trim() == KOSOKU)
}

/// A Python that is new enough, from PATH or newly installed.
fn find_python() -> Result<PathBuf> {
    if let Some(python) = python_on_path() {
        return Ok(python);
    }
    apt::install(&["python3", "python3-pip", "python3-venv"], "some seconds", WISH)?;
    python_on_path().with_context(|| WISH.to_owned())
}

fn python_on_path() -> Option<PathBuf> {
    let mut found = PYTHONS.iter().flat_map(|name| on_path(name));
    found.find(|python| command::succeeds(Command::new(python).args(["-c", OLDEST])))
}

fn make_environment(python: &Path, folder: &Path) -> Result<()> {
    // One that was interrupted is no use.
    drop(fs::remove_dir_all(folder));
    command::output(Command::new(python).args(["-m", "venv"]).arg(folder)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(behaviors: &[(&str, &str)]) -> Verdicts {
        let report = |(index, (behavior, close)): (usize, &(&str, &str))| {
            let verdict = serde_json::json!({ "behavior": behavior, "behaviorClose": close });
            (format!("1.1.{index}"), verdict)
        };
        let cases: serde_json::Map<_, _> = behaviors.iter().enumerate().map(report).collect();
        Verdicts::read(&serde_json::json!({ "server": cases })).unwrap()
    }

    #[test]
    fn a_whole_run_counts_every_case() {
        let mut all = vec![("OK", "OK"); 299];
        all.extend([("NON-STRICT", "OK"), ("INFORMATIONAL", "INFORMATIONAL")]);
        let verdicts = verdicts(&all);
        assert!(
            verdicts.summary().starts_with("Autobahn: 299 OK, 1 NON-STRICT"),
            "{}",
            verdicts.summary()
        );
        assert_eq!(verdicts.tally(true), Tally { passed: 301, ..Tally::default() });
    }

    #[test]
    fn a_case_that_was_not_run_is_a_failure() {
        let tally = verdicts(&[("OK", "OK"); 300]).tally(true);
        assert_eq!(tally.failures, ["300 of 301 cases ran"]);
    }

    #[test]
    fn after_a_failure_only_the_failed_ones_are_reported() {
        let tally = verdicts(&[("OK", "WRONG CODE"), ("FAILED", "OK")]).tally(false);
        assert_eq!((tally.passed, tally.failed), (299, 2));
        assert_eq!(tally.failures[0], "case 1.1.0: OK, closing WRONG CODE");
        assert_eq!(verdicts(&[]).tally(false).failed, 1);
    }
}
