//! Opens an address in the visitor's browser, where there is one to open.

use std::{
    env,
    process::{Child, Command, Stdio},
};

/// A program that is opening an address, or the reason why there is none.
pub(crate) struct Opening(Option<Child>);

impl Opening {
    /// Starts opening the address; that this does not work is worth a remark, and nothing more.
    pub(crate) fn start(address: &str) -> Self {
        if cfg!(target_os = "linux") && !has_display() {
            println!("There is no display here, so no browser is opened.");
            return Self(None);
        }
        let started = opener(address)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        if started.is_err() {
            remark();
        }
        Self(started.ok())
    }

    /// Looks whether the opening has failed meanwhile. Called often, it says so once.
    pub(crate) fn look(&mut self) {
        let Some(Ok(Some(status))) = self.0.as_mut().map(Child::try_wait) else { return };
        self.0 = None;
        if !status.success() {
            remark();
        }
    }
}

fn remark() {
    println!("The browser could not be opened; please open the address above yourself.");
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn opener(address: &str) -> Command {
    if cfg!(target_os = "windows") {
        let mut start = Command::new("cmd");
        // The empty word is the window's title, which `start` would otherwise take the address for.
        start.args(["/C", "start", "", address]);
        return start;
    }
    let mut open = Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" });
    open.arg(address);
    open
}
