//! Installs Debian's packages where that can be done unasked: as root, or with a sudo that does not ask.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::command::{self, on_path, say};

/// Installs the packages; where that cannot be done, `wish` is what to tell.
pub(crate) fn install(packages: &[&str], takes: &str, wish: &str) -> Result<()> {
    if on_path("apt-get").is_empty() {
        bail!("{wish}");
    }
    let is_root = command::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !is_root && !command::succeeds(Command::new("sudo").args(["-n", "true"])) {
        bail!("{wish}");
    }
    let apt_get = |arguments: &[&str]| {
        let mut apt_get = Command::new(if is_root { "env" } else { "sudo" });
        if !is_root {
            apt_get.args(["-n", "env"]);
        }
        apt_get
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--quiet"])
            .args(arguments);
        apt_get.stdin(Stdio::null());
        command::run(&mut apt_get)
    };
    say(format!("Installing {} with apt-get (once; {takes})", packages.join(" ")));
    // Somebody's third source of packages may be away while the one that matters is there.
    if let Err(error) = apt_get(&["update"]) {
        eprintln!("{error:#}; trying with the lists of packages as they are.");
    }
    apt_get(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}
