//! Where things are: the workspace, its target folder, and the versions that Cargo.lock settled on.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use anyhow::{Context, Result, bail};

use crate::command;

/// The folder of the root Cargo.toml.
pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        // Cargo tells the running task where its sources are now; the value from the time of compilation
        // is only for a task that is started by hand.
        let xtask =
            env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        Path::new(&xtask).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
    })
}

/// A cargo of the same toolchain, at the root, that asks nobody anything.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).stdin(std::process::Stdio::null());
    cargo
}

/// The target folder, wherever `CARGO_TARGET_DIR` or a configuration file has moved it.
pub(crate) fn target() -> Result<&'static Path> {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    if let Some(target) = TARGET.get() {
        return Ok(target);
    }
    let metadata =
        command::output(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)
        .context("`cargo metadata` printed something that is not JSON")?;
    let target =
        metadata["target_directory"].as_str().context("`cargo metadata` names no target folder")?;
    Ok(TARGET.get_or_init(|| target.into()))
}

/// The version of `package` in Cargo.lock.
pub(crate) fn locked_version(package: &str) -> Result<String> {
    let path = root().join("Cargo.lock");
    let text =
        fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    locked_version_in(&text, package)
}

fn locked_version_in(lock: &str, package: &str) -> Result<String> {
    let lock: toml::Table = lock.parse().context("Cargo.lock is not valid TOML")?;
    let versions: Vec<&str> = lock
        .get("package")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .filter(|entry| entry.get("name").and_then(toml::Value::as_str) == Some(package))
        .filter_map(|entry| entry.get("version")?.as_str())
        .collect();
    match versions[..] {
        [version] => Ok(version.to_owned()),
        _ => bail!("Cargo.lock should hold one version of {package}, and holds {}", versions.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_found() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.2.3\"\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n";
        assert_eq!(locked_version_in(lock, "b").unwrap(), "2.0.0");
    }

    #[test]
    fn a_package_that_is_missing_or_doubled_is_refused() {
        let twice = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n[[package]]\nname = \"a\"\nversion = \"2.0.0\"\n";
        assert!(locked_version_in(twice, "a").is_err());
        assert!(locked_version_in(twice, "b").is_err());
    }
}
