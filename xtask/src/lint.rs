//! `cargo xtask lint`: the format, clippy, the documentation and the house rules, all of them even if one
//! has something to say.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::{
    command::{self, say},
    setup, tidy,
    workspace::cargo,
};

pub(crate) fn run() -> Result<ExitCode> {
    setup::wasm_target()?;
    let mut failures = Vec::new();
    for (what, mut check) in checks() {
        say(what);
        if let Err(error) = command::run(&mut check) {
            failures.push(format!("{error:#}"));
        }
    }
    say("The house rules");
    match tidy::findings()? {
        0 => {}
        count => failures.push(format!("{count} of the house rules' findings above")),
    }
    if failures.is_empty() {
        println!("lint: all is well");
        return Ok(ExitCode::SUCCESS);
    }
    failures.iter().for_each(|failure| println!("lint: {failure}"));
    Ok(ExitCode::FAILURE)
}

fn checks() -> [(&'static str, Command); 4] {
    let with = |arguments: &[&str]| {
        let mut cargo = cargo();
        cargo.args(arguments);
        cargo
    };
    let mut doc = with(&["doc", "--quiet", "--workspace", "--no-deps"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    [
        ("The format", with(&["fmt", "--all", "--check"])),
        (
            "clippy, natively",
            with(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        ),
        (
            "clippy, for WebAssembly",
            with(&[
                "clippy",
                "--quiet",
                "--package=playground-core",
                "--package=playground-web",
                "--target=wasm32-unknown-unknown",
                "--",
                "-D",
                "warnings",
            ]),
        ),
        ("The documentation", doc),
    ]
}
