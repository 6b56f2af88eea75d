//! Puts a hash into the names of the worker's program, as Trunk does for everything but workers: so they
//! can be kept for ever, and an open page never gets the worker of a later build.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use super::names;

/// What Trunk calls the program, and the page in the `meta` element where it looks for it.
const PROGRAM: &str = "playground-worker";
const FOLDER: &str = "workers";
const SHELL: &str = "index.html";

/// Renames the program in a page that was just built, and says so in its HTML.
pub(super) fn name_by_content(built: &Path) -> Result<()> {
    let folder = built.join(FOLDER);
    let mut files = Vec::new();
    for ending in [".js", "_bg.wasm"] {
        let path = folder.join(format!("{PROGRAM}{ending}"));
        files.push(fs::read(&path).with_context(|| format!("could not read {}", path.display()))?);
    }
    let name = format!("{PROGRAM}-{}", names::hash(files.iter().map(Vec::as_slice)));
    for ending in [".js", "_bg.wasm"] {
        let to = folder.join(format!("{name}{ending}"));
        fs::rename(folder.join(format!("{PROGRAM}{ending}")), &to)
            .with_context(|| format!("could not make {}", to.display()))?;
    }
    let shell = built.join(SHELL);
    let html = fs::read_to_string(&shell)
        .with_context(|| format!("could not read {}", shell.display()))?;
    let quoted = format!("content=\"{PROGRAM}\"");
    ensure!(html.contains(&quoted), "{SHELL} does not say how the worker is called");
    let html = html.replace(&quoted, &format!("content=\"{name}\""));
    fs::write(&shell, html).with_context(|| format!("could not write {}", shell.display()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scratch;
    use super::*;

    fn build(scratch: &Scratch, wasm: &str) -> Vec<String> {
        scratch
            .write("index.html", "<meta name=\"playground-worker\" content=\"playground-worker\">");
        scratch.write("workers/playground-worker.js", "");
        scratch.write("workers/playground-worker_bg.wasm", wasm);
        scratch.write("workers/loader.js", "");
        name_by_content(&scratch.built()).unwrap();
        scratch.publish()
    }

    #[test]
    fn another_program_has_another_name_which_the_page_knows() {
        let scratch = Scratch::new("worker");
        let first = build(&scratch, "1");
        let name = first
            .iter()
            .find_map(|name| name.strip_prefix("workers/")?.strip_suffix("_bg.wasm"))
            .unwrap();
        assert_eq!(name.len(), "playground-worker-0123456789abcdef".len());
        assert!(first.contains(&format!("workers/{name}.js")));
        assert!(first.contains(&"workers/loader.js".to_owned()));
        let html = fs::read_to_string(scratch.page().join("index.html")).unwrap();
        assert_eq!(html, format!("<meta name=\"playground-worker\" content=\"{name}\">"));
        fs::remove_dir_all(scratch.built()).unwrap();
        let second = build(&scratch, "2");
        assert_eq!(second.len(), first.len());
        assert!(!second.contains(&format!("workers/{name}.js")));
    }
}
