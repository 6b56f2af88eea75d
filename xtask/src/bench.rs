//! `cargo xtask bench`: the core's benchmarks, how many times as fast as its peers it is, commits over
//! real processes, hits of an edge, the chat under load, and the page's frames.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::SystemTime,
};

use anyhow::{Context, Result};
use clap::Args;

use crate::{
    command::{self, say},
    test::in_a_browser,
    workspace::{cargo, target},
};

/// The name, in every group, of what is measured against its peers.
const OURS: &str = "ours";

#[derive(Args)]
pub(crate) struct Options {
    /// Passed on to criterion: a part of a benchmark's name, `--quick`, …
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    say("Running the core's benchmarks (the first time about 2 minutes to compile)");
    let start = SystemTime::now();
    // Only the criterion benchmarks: the library's own test program would not understand their arguments.
    command::run(
        cargo()
            .args(["bench", "--package", "playground-core", "--bench", "*", "--"])
            .args(&options.arguments),
    )?;
    let mut groups = Groups::default();
    read(&target()?.join("criterion"), start, &mut groups)?;
    println!("\n{}", table(&groups));
    // Whoever asks for a part of criterion's benchmarks wants those, and nothing else.
    if options.arguments.iter().all(|argument| argument.starts_with("--")) {
        for (bench, what) in [
            ("commits", "Committing orders over real processes (a minute, after compiling)"),
            ("cdn", "Hits of an edge, beside nginx (2 minutes, after compiling)"),
            ("chat", "The chat under load, beside its peers (4 minutes, after compiling)"),
            (
                "shared_chat",
                "The chat of two servers on one Redis (half a minute, after compiling)",
            ),
        ] {
            say(what);
            command::run(cargo().args([
                "bench",
                "--quiet",
                "--package",
                "playground-server",
                "--bench",
                bench,
            ]))?;
        }
        let mut frames = cargo();
        frames.args(["bench", "--quiet", "--package", "playground-e2e", "--bench", "in_browser"]);
        in_a_browser(&mut frames)?;
        say("Dragging a shard, comparing algorithms, and real workers, in a browser");
        command::run(&mut frames)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Group and case (`ring/1000`) → function (`ours`, `peer-…`) → median nanoseconds.
type Groups = BTreeMap<String, BTreeMap<String, f64>>;

/// Collects the results below a folder that are of this run; criterion keeps older ones beside them.
fn read(folder: &Path, since: SystemTime, groups: &mut Groups) -> Result<()> {
    let context = || format!("could not list {}", folder.display());
    for entry in fs::read_dir(folder).with_context(context)? {
        let path = entry.with_context(context)?.path();
        let estimates = path.join("estimates.json");
        if path.is_dir() && path.ends_with("new") && is_newer(&estimates, since) {
            let (group, function) = name(&json(&path.join("benchmark.json"))?);
            let median = json(&estimates)?["median"]["point_estimate"].as_f64();
            let median =
                median.with_context(|| format!("{} holds no median", estimates.display()))?;
            groups.entry(group).or_default().insert(function, median);
        } else if path.is_dir() {
            read(&path, since, groups)?;
        }
    }
    Ok(())
}

fn is_newer(path: &PathBuf, since: SystemTime) -> bool {
    fs::metadata(path).and_then(|file| file.modified()).is_ok_and(|modified| modified >= since)
}

fn json(path: &Path) -> Result<serde_json::Value> {
    let text =
        fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}

/// What is compared, and what is compared there. `ours/1000` may be a function and its value, or one name.
fn name(benchmark: &serde_json::Value) -> (String, String) {
    let part = |key: &str| benchmark[key].as_str().unwrap_or_default();
    let full = format!("{}/{}", part("function_id"), part("value_str"));
    let full = full.trim_matches('/');
    let (function, case) = full.split_once('/').unwrap_or((full, ""));
    (format!("{}/{case}", part("group_id")).trim_end_matches('/').to_owned(), function.to_owned())
}

fn table(groups: &Groups) -> String {
    let mut lines =
        vec![format!("{:<44} {:<28} {:>12}  {}", "benchmark", "who", "median", "ours is")];
    for (group, functions) in groups {
        let ours = functions.get(OURS).copied();
        for (function, &median) in functions {
            let ratio = ours.filter(|_| function != OURS).map(|ours| median / ours);
            let ratio = ratio.map(|ratio| format!("{ratio:.2} times as fast")).unwrap_or_default();
            let line = format!("{group:<44} {function:<28} {:>12}  {ratio}", time(median));
            lines.push(line.trim_end().to_owned());
        }
    }
    if groups.is_empty() {
        lines.push("nothing was measured".to_owned());
    }
    lines.join("\n")
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.2} ns"),
        ns if ns < 1e6 => format!("{:.2} µs", ns / 1e3),
        ns if ns < 1e9 => format!("{:.2} ms", ns / 1e6),
        ns => format!("{:.2} s", ns / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_put_in_relation_to_ours() {
        let functions = [("ours".to_owned(), 50.0), ("peer-x".to_owned(), 125.0)];
        let table = table(&Groups::from([("ring/lookup".to_owned(), functions.into())]));
        assert!(
            table.lines().last().unwrap().ends_with("125.00 ns  2.50 times as fast"),
            "{table}"
        );
    }

    #[test]
    fn a_group_without_peers_has_only_its_time() {
        let table = table(&Groups::from([("ring".to_owned(), [("ours".to_owned(), 5e6)].into())]));
        assert!(table.lines().last().unwrap().ends_with("5.00 ms"), "{table}");
    }

    #[test]
    fn a_case_is_compared_with_the_same_case() {
        let of = |function: &str, value: serde_json::Value| {
            name(
                &serde_json::json!({ "group_id": "ring", "function_id": function, "value_str": value }),
            )
        };
        let expected = ("ring/1000".to_owned(), "ours".to_owned());
        assert_eq!(of("ours", "1000".into()), expected);
        assert_eq!(of("ours/1000", serde_json::Value::Null), expected);
        assert_eq!(of("peer-x", serde_json::Value::Null), ("ring".to_owned(), "peer-x".to_owned()));
    }
}
