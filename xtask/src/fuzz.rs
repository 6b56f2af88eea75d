//! `cargo xtask fuzz`: tries what must be true of any bytes on bytes that libFuzzer finds, for a while.
//!
//! cargo-fuzz would need a nightly compiler, for the address sanitizer. Safe code needs none, and the
//! counters that guide the search are a pass of LLVM, which the stable compiler runs when it is asked to.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    command::{self, on_path, say},
    workspace::{cargo, root, target},
};

/// What there is to try: the programs of the folder `fuzz`.
const TARGETS: &[&str] = &["cdn", "websocket"];

/// Counts how often each edge between basic blocks is taken, and shows the fuzzer what is compared with
/// what, so that it can guess magic numbers. These are the flags of cargo-fuzz without the sanitizer.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1 \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

#[derive(Args)]
pub(crate) struct Options {
    /// How long to search, for each target
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Try one input alone, such as one that an earlier search has left
    #[arg(long)]
    input: Option<PathBuf>,
    /// What to try: the name of a lab; everything, if nothing is named
    target: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    if on_path("c++").is_empty() {
        bail!(
            "libFuzzer is written in C++: install a compiler (on Debian and Ubuntu: `apt-get install g++`)"
        );
    }
    let unknown = options.target.iter().find(|target| !TARGETS.contains(&target.as_str()));
    if let Some(unknown) = unknown {
        bail!("there is no target {unknown}; there are: {}", TARGETS.join(", "));
    }
    let folder = target()?.join("fuzz");
    let host = host()?;
    say("Compiling the fuzzer (the first time about a minute)");
    // With a target named, the flags are for it alone, and not for build scripts and macros.
    command::run(
        cargo()
            .args(["build", "--quiet", "--manifest-path", "fuzz/Cargo.toml"])
            .args(["--target", &host, "--target-dir"])
            .arg(&folder)
            .env("RUSTFLAGS", COVERAGE),
    )?;
    for name in TARGETS {
        let is_wanted = options.target.is_empty() || options.target.iter().any(|it| it == name);
        if is_wanted {
            let program = folder.join(&host).join("debug").join(name);
            search(name, &program, &folder, options)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Searches with one program, from what earlier searches and we ourselves have found worth keeping.
fn search(name: &str, program: &Path, folder: &Path, options: &Options) -> Result<()> {
    let mut fuzzer = Command::new(program);
    fuzzer.current_dir(root()).stdin(Stdio::null());
    if let Some(input) = &options.input {
        say(format!("Trying {} on {name}", input.display()));
        return command::run(fuzzer.arg(input));
    }
    let corpus = folder.join("corpus").join(name);
    let failures = folder.join("failures").join(name);
    for folder in [&corpus, &failures] {
        fs::create_dir_all(folder)
            .with_context(|| format!("could not create {}", folder.display()))?;
    }
    say(format!("Fuzzing {name} for {} s", options.seconds));
    fuzzer.arg(&corpus).arg(root().join("fuzz/seeds").join(name));
    fuzzer.arg(format!("-artifact_prefix={}/", failures.display()));
    fuzzer.arg(format!("-max_total_time={}", options.seconds));
    fuzzer.args(["-max_len=4096", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"]);
    command::run(&mut fuzzer).with_context(|| {
        format!(
            "an input breaks a property of {name}; it is in {}, and `cargo xtask fuzz --input <it>` tries it again",
            failures.display()
        )
    })
}

/// The triple of this machine.
fn host() -> Result<String> {
    let version = command::output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`rustc -vV` names no host")?.to_owned())
}
