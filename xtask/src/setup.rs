//! Sets up what is missing, once: the WebAssembly target, trunk, and the wasm-bindgen that fits Cargo.lock.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    command::{self, on_path, say},
    workspace::{self, cargo, target},
};

const WASM: &str = "wasm32-unknown-unknown";
const TRUNK: &str = "0.21.14";

/// What it takes to build the page.
pub(crate) struct PageTools {
    pub(crate) trunk: PathBuf,
    pub(crate) wasm_bindgen: PathBuf,
}

/// Everything that the page's build needs.
pub(crate) fn page_tools() -> Result<PageTools> {
    wasm_target()?;
    let wasm_bindgen = wasm_bindgen_cli()?;
    let found = find("trunk", is_close_enough_to_trunk)?;
    let trunk = match found {
        Some(path) => path,
        None => install(
            "trunk",
            "trunk",
            TRUNK,
            &["--locked", "--no-default-features", "--features", "rustls"],
            "2 to 4 minutes",
        )?,
    };
    remove_build_folder()?;
    Ok(PageTools { trunk, wasm_bindgen })
}

/// The program that writes the script between the page's program and the browser.
pub(crate) fn wasm_bindgen_cli() -> Result<PathBuf> {
    wasm_bindgen("wasm-bindgen")
}

/// The program that runs WebAssembly tests in a browser; it comes with wasm-bindgen's CLI.
pub(crate) fn wasm_test_runner() -> Result<PathBuf> {
    wasm_target()?;
    let runner = wasm_bindgen("wasm-bindgen-test-runner")?;
    remove_build_folder()?;
    Ok(runner)
}

/// The standard library for WebAssembly, looked for as files so that it works without rustup as well.
pub(crate) fn wasm_target() -> Result<()> {
    let sysroot = command::output(
        Command::new("rustc").arg("--print=sysroot").current_dir(workspace::root()),
    )?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).join("lib");
    if library.is_dir() {
        return Ok(());
    }
    if on_path("rustup").is_empty() {
        bail!(
            "this Rust has no {WASM} target and there is no rustup to add it; install rustup from \
             https://rustup.rs, or your distribution's package of that target"
        );
    }
    say(format!("Adding Rust's {WASM} target (once; some seconds)"));
    command::run(
        Command::new("rustup").args(["target", "add", WASM]).current_dir(workspace::root()),
    )
}

/// wasm-bindgen's CLI has to match the library to the last digit.
fn wasm_bindgen(program: &str) -> Result<PathBuf> {
    let version = workspace::locked_version("wasm-bindgen")?;
    match find(program, |found| found == version)? {
        Some(path) => Ok(path),
        // Without --locked, since the lock file it comes with does not build.
        None => install("wasm-bindgen-cli", program, &version, &[], "1 to 3 minutes"),
    }
}

/// The program from PATH, else from target/tools, if its own `--version` says that it is the right one. An
/// install that was interrupted has no such program and is simply done again.
fn find(program: &str, right: impl Fn(&str) -> bool) -> Result<Option<PathBuf>> {
    let installed = tools()?.join("bin").join(format!("{program}{}", env::consts::EXE_SUFFIX));
    let found = on_path(program)
        .into_iter()
        .chain([installed])
        .find(|path| version_of(path).is_some_and(|version| right(&version)));
    Ok(found)
}

fn version_of(program: &Path) -> Option<String> {
    // `trunk 0.21.14`: the version is the last word.
    let printed =
        command::output(Command::new(program).arg("--version").env_remove("NO_COLOR")).ok()?;
    Some(printed.split_whitespace().last()?.to_owned())
}

/// Whether this trunk is the chosen one or a later fix of it: `^0.21.14` in Cargo's notation.
fn is_close_enough_to_trunk(version: &str) -> bool {
    let number = |version: &str| -> Option<Vec<u32>> {
        version.split('.').map(|n| n.parse().ok()).collect()
    };
    match (number(version), number(TRUNK)) {
        (Some(found), Some(wanted)) => {
            found.len() == 3 && found[..2] == wanted[..2] && found[2] >= wanted[2]
        }
        _ => false,
    }
}

fn install(
    package: &str,
    program: &str,
    version: &str,
    more: &[&str],
    takes: &str,
) -> Result<PathBuf> {
    let tools = tools()?;
    say(format!("Installing {package} {version} into {} (once; {takes})", tools.display()));
    let path = tools.join("bin").join(format!("{program}{}", env::consts::EXE_SUFFIX));
    // A build folder of its own lets an interrupted install go on where it was. No debug information and
    // no optimisation: these tools are compiled once and run for seconds. --force, because a program that
    // failed the check above may still be listed as installed.
    command::run(
        cargo()
            .args(["install", package, "--version", version, "--debug", "--force", "--root"])
            .arg(&tools)
            .arg("--target-dir")
            .arg(build_folder()?)
            .args(more)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            // Cargo advises to put the folder on PATH, which nobody has to.
            .env("PATH", path_with(&[&path])?),
    )?;
    match version_of(&path) {
        Some(found) if found == version => Ok(path),
        found => bail!(
            "{} should be version {version} after its install, and says {found:?}",
            path.display()
        ),
    }
}

/// PATH with the folders of these programs in front.
pub(crate) fn path_with(programs: &[&Path]) -> Result<OsString> {
    let front = programs.iter().filter_map(|program| program.parent()).map(Path::to_path_buf);
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(front.chain(env::split_paths(&path)))
        .context("a folder on PATH has a character that PATH cannot hold")
}

fn tools() -> Result<PathBuf> {
    Ok(target()?.join("tools"))
}

fn build_folder() -> Result<PathBuf> {
    Ok(tools()?.join("build"))
}

/// Deletes what the installs left behind, more than a gigabyte that nothing needs again.
fn remove_build_folder() -> Result<()> {
    let folder = build_folder()?;
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("could not delete {}", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_fix_of_trunk_will_do() {
        assert!(is_close_enough_to_trunk("0.21.14"));
        assert!(is_close_enough_to_trunk("0.21.20"));
    }

    #[test]
    fn another_trunk_will_not_do() {
        for version in ["0.21.13", "0.22.0", "1.21.14", "0.21.15-beta.1", "0.21", ""] {
            assert!(!is_close_enough_to_trunk(version), "{version}");
        }
    }
}
