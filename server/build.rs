//! Rebuilds the executable when the page that it carries has changed, and refuses to carry none.

use std::path::Path;

const VARIABLE: &str = "PLAYGROUND_EMBED_DIR";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    if std::env::var_os("CARGO_FEATURE_EMBED_PAGE").is_none() {
        return;
    }
    match std::env::var(VARIABLE) {
        // Absolute, since this script and the compiler run in different folders.
        Ok(dir)
            if Path::new(&dir).is_absolute() && Path::new(&dir).join("index.html").is_file() =>
        {
            println!("cargo::rerun-if-changed={dir}");
        }
        _ => println!(
            "cargo::error=the feature embed-page needs {VARIABLE}: the absolute path of a built page, with its index.html"
        ),
    }
}
