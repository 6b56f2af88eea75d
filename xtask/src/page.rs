//! Builds the page into target/page, with its compressed siblings, and weighs it.

mod first_load;
mod names;
pub(crate) mod split;
mod worker;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result};

use crate::{
    command::{self, say},
    compress,
    setup::{self, PageTools},
    workspace::{self, cargo, target},
};

/// Sets up the tools, builds the page for release, and returns its folder.
pub(crate) fn build() -> Result<PathBuf> {
    let tools = setup::page_tools()?;
    let start = Instant::now();
    say("Building the page (the first time 1 or 2 minutes, later some seconds)");
    // Trunk is told not to use the network, and with it the cargo that it starts; so the sources have to
    // be there before.
    command::run(cargo().args(["fetch", "--quiet"]))?;
    // Trunk empties its folder before it fills it. A folder of its own keeps target/page complete for a
    // server that is reading it, and keeps the compressed files of what has not changed.
    let built = target()?.join("trunk");
    command::run(&mut trunk(&tools, &built)?)?;
    let page = target()?.join("page");
    publish(&built, &page)?;
    println!("The page is in {} after {:.1} s.", page.display(), start.elapsed().as_secs_f64());
    println!("{}", first_load::report(&page)?);
    Ok(page)
}

fn trunk(tools: &PageTools, dist: &Path) -> Result<Command> {
    let mut trunk = Command::new(&tools.trunk);
    trunk
        .current_dir(workspace::root())
        .args(["build", "--release", "--offline", "--log", "warn", "--dist"])
        .arg(dist)
        .env("PATH", setup::path_with(&[&tools.wasm_bindgen])?)
        // Trunk shows where in its own sources an error arose, which is of no use here.
        .env("RUST_LIB_BACKTRACE", "0")
        .stdin(Stdio::null());
    // Trunk reads NO_COLOR as true or false, and refuses the usual 1.
    match env::var_os("NO_COLOR") {
        Some(value) if !value.is_empty() => trunk.env("NO_COLOR", "true"),
        _ => trunk.env_remove("NO_COLOR"),
    };
    Ok(trunk)
}

/// Makes `page` hold the files of `built` and their compressed siblings, and nothing else. The HTML comes
/// last, and what it no longer names goes after that: whoever reads in between sees one page or the other.
fn publish(built: &Path, page: &Path) -> Result<()> {
    let mut names = files(built)?;
    names.sort_by_key(|name| is_html(name));
    for name in &names {
        update(&built.join(name), &page.join(name))?;
    }
    let names: BTreeSet<PathBuf> = names.into_iter().collect();
    for name in files(page)? {
        let original =
            if compress::is_compressed(&name) { name.with_extension("") } else { name.clone() };
        if !names.contains(&original) && !names.contains(&name) {
            let stale = page.join(name);
            fs::remove_file(&stale)
                .with_context(|| format!("could not delete {}", stale.display()))?;
            // A folder that still holds something stays, since it cannot be removed.
            let folders = stale.ancestors().skip(1).take_while(|&folder| folder != page);
            folders.for_each(|folder| drop(fs::remove_dir(folder)));
        }
    }
    Ok(())
}

/// Compresses one file and copies it, as far as this is not done already. The copy comes after its
/// siblings, and at once, so that whoever reads it never gets a part.
fn update(from: &Path, to: &Path) -> Result<()> {
    let plain = fs::read(from).with_context(|| format!("could not read {}", from.display()))?;
    let context = || format!("could not write {}", to.display());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    compress::write_siblings(to, &plain)?;
    if fs::read(to).is_ok_and(|copy| copy == plain) {
        return Ok(());
    }
    let fresh = compress::sibling(to, "fresh");
    fs::write(&fresh, &plain).with_context(context)?;
    fs::rename(&fresh, to).with_context(context)
}

/// The files below a folder, by their path in it; none if there is no such folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop().filter(|next| next.is_dir()) {
        let context = || format!("could not list {}", next.display());
        for entry in fs::read_dir(&next).with_context(context)? {
            let path = entry.with_context(context)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(name) = path.strip_prefix(folder) {
                found.push(name.to_path_buf());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_html(name: &Path) -> bool {
    name.extension().is_some_and(|extension| extension == "html")
}

#[cfg(test)]
mod testing {
    use super::*;

    /// A folder that is there for one test and gone after it.
    pub(super) struct Scratch(PathBuf);

    impl Scratch {
        pub(super) fn new(name: &str) -> Self {
            let path =
                env::temp_dir().join(format!("playground-xtask-{}-{name}", std::process::id()));
            fs::create_dir_all(path.join("built")).unwrap();
            Self(path)
        }

        pub(super) fn built(&self) -> PathBuf {
            self.0.join("built")
        }

        pub(super) fn page(&self) -> PathBuf {
            self.0.join("page")
        }

        pub(super) fn write(&self, name: &str, text: &str) {
            let path = self.built().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        pub(super) fn publish(&self) -> Vec<String> {
            publish(&self.built(), &self.page()).unwrap();
            let names = files(&self.page()).unwrap();
            names.iter().map(|name| name.display().to_string()).collect()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::Scratch, *};

    #[test]
    fn files_are_published_with_siblings_where_these_are_smaller() {
        let scratch = Scratch::new("siblings");
        scratch.write("index.html", &"<p>the same</p>".repeat(50));
        scratch.write("short.txt", "x");
        scratch.write("picture.png", &"not compressed again".repeat(50));
        let names = ["index.html", "index.html.br", "index.html.gz", "picture.png", "short.txt"];
        assert_eq!(scratch.publish(), names);
    }

    #[test]
    fn what_the_page_no_longer_has_goes_with_its_siblings() {
        let scratch = Scratch::new("stale");
        scratch.write("old.js", &"let a = 1;".repeat(50));
        scratch.publish();
        fs::remove_file(scratch.built().join("old.js")).unwrap();
        scratch.write("new.js", "1");
        assert_eq!(scratch.publish(), ["new.js"]);
    }

    #[test]
    fn a_file_that_got_too_short_to_compress_loses_its_siblings() {
        let scratch = Scratch::new("shorter");
        scratch.write("app.css", &"a { b: c }".repeat(50));
        scratch.publish();
        scratch.write("app.css", "a");
        assert_eq!(scratch.publish(), ["app.css"]);
    }

    #[test]
    fn siblings_come_back_when_somebody_else_has_filled_the_folder() {
        let scratch = Scratch::new("filled");
        scratch.write("app.css", &"a { b: c }".repeat(50));
        scratch.publish();
        fs::remove_file(scratch.page().join("app.css.gz")).unwrap();
        fs::write(scratch.page().join("app.css.br"), "of another text").unwrap();
        assert_eq!(scratch.publish(), ["app.css", "app.css.br", "app.css.gz"]);
        assert_ne!(fs::read(scratch.page().join("app.css.br")).unwrap(), b"of another text");
    }
}
