//! Finds Chromium and its driver for the tests, and installs them where that can be done unasked.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use anyhow::{Result, bail};

use crate::{
    apt,
    command::{self, on_path},
};

const CHROMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const DRIVERS: &[&str] = &["chromedriver"];
/// A browser without any font draws no text; Debian's Chromium only recommends one.
const PACKAGES: &[&str] = &["chromium", "chromium-driver", "fonts-liberation"];

/// What drives a browser in a test, as absolute paths.
pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    pub(crate) driver: PathBuf,
}

/// The browser of `CHROME` and `CHROMEDRIVER`, else of PATH, else a new one.
pub(crate) fn find_or_install() -> Result<&'static Browser> {
    static BROWSER: OnceLock<Browser> = OnceLock::new();
    if let Some(browser) = BROWSER.get() {
        return Ok(browser);
    }
    let found = match find()? {
        Some(browser) => browser,
        None => {
            install()?;
            match find()? {
                Some(browser) => browser,
                None => bail!(
                    "apt-get installed {}, yet there is no browser on PATH",
                    PACKAGES.join(" ")
                ),
            }
        }
    };
    if let (Some(chrome), Some(driver)) = (major(&found.chrome), major(&found.driver))
        && chrome != driver
    {
        bail!(
            "{} is of version {chrome} and {} of version {driver}, but a driver drives only a browser of its \
             own version; set CHROME and CHROMEDRIVER to two that fit",
            found.chrome.display(),
            found.driver.display()
        );
    }
    Ok(BROWSER.get_or_init(|| found))
}

fn find() -> Result<Option<Browser>> {
    let chrome = named_or_on_path("CHROME", CHROMES)?;
    let driver = named_or_on_path("CHROMEDRIVER", DRIVERS)?;
    Ok(chrome.zip(driver).map(|(chrome, driver)| Browser { chrome, driver }))
}

fn named_or_on_path(variable: &str, names: &[&str]) -> Result<Option<PathBuf>> {
    if let Some(value) = env::var_os(variable).filter(|value| !value.is_empty()) {
        let path = Path::new(&value);
        // The tests run in other folders than this one.
        return match std::path::absolute(path) {
            Ok(path) if path.is_file() => Ok(Some(path)),
            _ => bail!("{variable} is {}, and there is no such file", path.display()),
        };
    }
    Ok(names.iter().flat_map(|name| on_path(name)).next())
}

/// The first number of `Chromium 120.0.6099.109 built on …`.
fn major(program: &Path) -> Option<u32> {
    major_in(&command::output(Command::new(program).arg("--version")).ok()?)
}

fn major_in(version: &str) -> Option<u32> {
    version.split_whitespace().find_map(|word| word.split_once('.')?.0.parse().ok())
}

fn install() -> Result<()> {
    let wish = "the tests need Chromium and chromedriver: install them (on Debian and Ubuntu: `apt-get install \
                chromium chromium-driver`), or set CHROME and CHROMEDRIVER to them";
    apt::install(PACKAGES, "about a minute", wish)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_found_in_what_browsers_say() {
        assert_eq!(major_in("Chromium 120.0.6099.109 built on Debian GNU/Linux 12.2"), Some(120));
        assert_eq!(major_in("ChromeDriver 119.0.1 (abc-refs/heads/main@{#1})"), Some(119));
    }

    #[test]
    fn what_is_no_version_is_none() {
        assert_eq!(major_in("Chromium, of no version."), None);
    }
}
