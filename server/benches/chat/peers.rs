//! The peers that run on node and Bun: fixed versions, installed once by npm below the target folder.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

const FILES: [(&str, &str); 5] = [
    ("package.json", include_str!("peers/package.json")),
    ("package-lock.json", include_str!("peers/package-lock.json")),
    ("ws.mjs", include_str!("peers/ws.mjs")),
    ("socket_io.mjs", include_str!("peers/socket_io.mjs")),
    ("bun.js", include_str!("peers/bun.js")),
];
/// Holds the lock file that was last installed to the end.
const INSTALLED: &str = "installed.json";

/// The folder with the programs and their packages.
pub(crate) fn install() -> Result<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().context("a folder of folders")?;
    let folder = target.join("bench-peers");
    fs::create_dir_all(&folder)?;
    for (name, text) in FILES {
        fs::write(folder.join(name), text)?;
    }
    let lock = include_str!("peers/package-lock.json");
    if fs::read_to_string(folder.join(INSTALLED)).is_ok_and(|installed| installed == lock) {
        return Ok(folder);
    }
    let npm = on_path("npm").context("there is no npm on PATH")?;
    eprintln!("installing the peers with npm (about 110 MB, once)");
    let mut command = Command::new(npm);
    command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    let status = command.current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::null()).status();
    match status.context("could not start npm")? {
        status if status.success() => {}
        status => bail!("npm could not install the peers ({status})"),
    }
    fs::write(folder.join(INSTALLED), lock)?;
    Ok(folder)
}

/// A program that runs on node.
pub(crate) fn on_node(folder: &Path, program: &str) -> Result<Command> {
    let mut command = Command::new(on_path("node").context("there is no node on PATH")?);
    command.arg(folder.join(program)).env("NODE_ENV", "production").current_dir(folder);
    Ok(command)
}

/// A program that runs on Bun, whose executable is in the package for this platform.
pub(crate) fn on_bun(folder: &Path, program: &str) -> Result<Command> {
    let packages = fs::read_dir(folder.join("node_modules/@oven"));
    let packages = packages.context("npm has no Bun for this platform")?.flatten();
    let mut executables = packages.map(|package| package.path().join("bin/bun"));
    let executable = executables.find(|executable| {
        let mut version = Command::new(executable);
        version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    });
    let mut command = Command::new(executable.context("Bun does not run here")?);
    command.arg(folder.join(program)).env("NODE_ENV", "production").current_dir(folder);
    Ok(command)
}

fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}
