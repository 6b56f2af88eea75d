//! `cargo xtask test`: every test there is, in four parts, and one count at the end.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::{
    apt, browser,
    command::{self, on_path, say},
    conformance, page, setup,
    tally::{self, Outcome, Tally},
    workspace::{cargo, target},
};

/// How the WebAssembly tests' browser is started: without windows, and without a word to its maker.
const ARGUMENTS: &[&str] = &[
    "headless",
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
];

/// Settings of the WebAssembly tests' runner that would have it use another browser, or none.
const OTHER_BROWSERS: &[&str] = &[
    "CHROMEDRIVER_REMOTE",
    "GECKODRIVER",
    "GECKODRIVER_REMOTE",
    "NO_HEADLESS",
    "SAFARIDRIVER",
    "SAFARIDRIVER_REMOTE",
    "WASM_BINDGEN_TEST_ONLY_NODE",
    "WASM_BINDGEN_USE_DEDICATED_WORKER",
    "WASM_BINDGEN_USE_DENO",
    "WASM_BINDGEN_USE_NODE_EXPERIMENTAL",
    "WASM_BINDGEN_USE_SERVICE_WORKER",
    "WASM_BINDGEN_USE_SHARED_WORKER",
];

#[derive(Args)]
pub(crate) struct Options {
    /// Run only this part; give it more than once for more than one
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Everything that runs without a browser
    Native,
    /// The Autobahn cases against the server's WebSockets
    Conformance,
    /// The core once more, as WebAssembly in a browser
    Wasm,
    /// The page and the server in a browser
    E2e,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Conformance => "conformance",
            Self::Wasm => "wasm",
            Self::E2e => "e2e",
        }
    }

    fn run(self) -> Result<Tally> {
        match self {
            Self::Native => native(),
            Self::Conformance => conformance::run(),
            Self::Wasm => wasm(),
            Self::E2e => e2e(),
        }
    }
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let mut outcomes = Vec::new();
    for &part in Part::value_variants() {
        if !options.only.is_empty() && !options.only.contains(&part) {
            continue;
        }
        let start = Instant::now();
        let tally = part.run().unwrap_or_else(|error| {
            let mut tally = Tally::default();
            tally.fail(format!("{error:#}"));
            tally
        });
        outcomes.push(Outcome {
            part: part.name().to_owned(),
            tally,
            seconds: start.elapsed().as_secs_f64(),
        });
    }
    let failed = outcomes.iter().any(|outcome| outcome.tally.failed > 0);
    println!("\n{}", tally::summary(&outcomes));
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What runs the commands that the page offers to copy, and Debian's packages with it.
const COPIED: [(&str, &str); 4] = [
    ("curl", "curl"),
    ("hexdump", "bsdextrautils"),
    ("nc", "netcat-openbsd"),
    ("python3", "python3"),
];

/// What the tests of many servers start for themselves, and Debian's packages with it.
const ENGINES: [(&str, &str); 3] =
    [("redis-server", "redis-server"), ("initdb", "postgresql"), ("nginx", "nginx")];

/// Installs Redis, PostgreSQL and nginx. Where that cannot be done, the tests that need them fail and say so.
fn install_engines() {
    let is_there = |program: &str| {
        let of_debian = std::fs::read_dir("/usr/lib/postgresql");
        // Debian's nginx is where only root looks.
        !on_path(program).is_empty()
            || Path::new("/usr/sbin").join(program).is_file()
            || of_debian
                .into_iter()
                .flatten()
                .flatten()
                .any(|version| version.path().join("bin").join(program).is_file())
    };
    let missing = ENGINES.iter().filter(|(program, _)| !is_there(program));
    let packages: Vec<_> = missing.map(|(_, package)| *package).collect();
    if packages.is_empty() {
        return;
    }
    let wish = "the tests of many servers need redis-server, PostgreSQL and nginx: install them (on Debian and Ubuntu: \
                `apt-get install redis-server postgresql nginx`)";
    if let Err(error) = apt::install(&packages, "about a minute", wish) {
        eprintln!("{error:#}");
    }
}

/// Installs the programs that a visitor's commands need. Where that cannot be done, the tests of these say
/// that they did not run.
fn install_copied() {
    let missing: Vec<_> =
        COPIED.iter().filter(|(program, _)| on_path(program).is_empty()).collect();
    let packages: Vec<_> = missing.iter().map(|(_, package)| *package).collect();
    if packages.is_empty() {
        return;
    }
    let programs: Vec<_> = missing.iter().map(|(program, _)| *program).collect();
    let wish = format!("there is no {} on PATH", programs.join(", no "));
    if let Err(error) = apt::install(&packages, "some seconds", &wish) {
        eprintln!("{error:#}: the commands that need it are not tried.");
    }
}

fn native() -> Result<Tally> {
    install_copied();
    install_engines();
    say("Testing natively (the first time 2 or 3 minutes to compile)");
    tally::run(cargo().args([
        "test",
        "--workspace",
        "--exclude",
        "playground-e2e",
        "--no-fail-fast",
    ]))
}

fn wasm() -> Result<Tally> {
    let runner = setup::wasm_test_runner()?;
    let browser = browser::find_or_install()?;
    say("Testing the core as WebAssembly in a browser (the first time about a minute to compile)");
    let capabilities = target()?.join("webdriver.json");
    fs::write(&capabilities, webdriver_json(&browser.chrome))
        .with_context(|| format!("could not write {}", capabilities.display()))?;
    let mut test = cargo();
    test.args(["test", "--package", "playground-core", "--target", "wasm32-unknown-unknown"])
        .args(["--tests", "--no-fail-fast"])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("WASM_BINDGEN_USE_BROWSER", "1")
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities)
        // Unoptimised golden tests over many seeds take longer than the 20 s that are usual.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "600")
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60")
        .env("CHROMEDRIVER", &browser.driver);
    OTHER_BROWSERS.iter().for_each(|name| {
        test.env_remove(name);
    });
    tally::run(&mut test)
}

/// The browser's capabilities, in the file that the WebAssembly tests' runner reads.
fn webdriver_json(chrome: &Path) -> String {
    serde_json::json!({ "goog:chromeOptions": { "binary": chrome, "args": ARGUMENTS } }).to_string()
}

fn e2e() -> Result<Tally> {
    install_engines();
    let mut test = cargo();
    test.args(["test", "--package", "playground-e2e", "--no-fail-fast"]);
    in_a_browser(&mut test)?;
    say("Testing the page in a browser");
    tally::run(&mut test)
}

/// Builds the server, and says where its executable is.
pub(crate) fn server() -> Result<PathBuf> {
    say("Building the server (the first time about a minute)");
    command::run(cargo().args(["build", "--quiet", "--package", "playground-server"]))?;
    let name = format!("playground-server{}", std::env::consts::EXE_SUFFIX);
    Ok(target()?.join("debug").join(name))
}

/// Builds the page and the server, and tells a program of the end-to-end tests where everything is.
pub(crate) fn in_a_browser(program: &mut Command) -> Result<()> {
    let browser = browser::find_or_install()?;
    let page = page::build()?;
    program
        .env("PLAYGROUND_SERVER_BIN", server()?)
        .env("PLAYGROUND_PAGE_DIR", page)
        .env("CHROME", &browser.chrome)
        .env("CHROMEDRIVER", &browser.driver);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_is_told_which_one_it_is_and_that_it_has_no_window() {
        let json: serde_json::Value =
            serde_json::from_str(&webdriver_json(Path::new("/usr/bin/chromium"))).unwrap();
        let options = &json["goog:chromeOptions"];
        assert_eq!(options["binary"], "/usr/bin/chromium");
        assert!(options["args"].as_array().unwrap().contains(&"headless".into()));
    }
}
