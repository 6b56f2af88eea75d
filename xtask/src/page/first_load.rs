//! Weighs what a first visit loads: not what is loaded on demand, such as a worker.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};

use crate::compress;

/// What a first visit may load, in bytes: HTML, CSS, JavaScript and WebAssembly, compressed with brotli.
const BUDGET: u64 = 350_000;
const SHELL: &str = "index.html";

/// One line: what a first visit loads, against the budget.
pub(super) fn report(page: &Path) -> Result<String> {
    let mut sent = 0;
    for name in names(page)? {
        sent += compress::sent_size(&page.join(name))?;
    }
    let verdict = if sent <= BUDGET { "within" } else { "OVER" };
    Ok(format!(
        "First load: {:.1} KB (HTML, CSS, JavaScript and WebAssembly with brotli), {verdict} the budget of {:.0} KB.",
        sent as f64 / 1000.0,
        BUDGET as f64 / 1000.0,
    ))
}

/// The page's HTML, what it names, and what scripts among that import. The build's names are unlike
/// anything else in a text, so it is enough to look for each of them in quotes.
fn names(page: &Path) -> Result<BTreeSet<String>> {
    let candidates: Vec<String> = super::files(page)?
        .iter()
        .filter_map(|name| Some(name.to_str()?.replace('\\', "/")))
        .filter(|name| is_weighed(name))
        .collect();
    let mut loaded = BTreeSet::new();
    let mut next = vec![SHELL.to_owned()];
    while let Some(name) = next.pop() {
        // The HTML says `/name`, a script `./name` of what lies beside or below it.
        let (folder, prefix) = match name.rsplit_once('/') {
            _ if name == SHELL => ("", "/"),
            Some((folder, _)) => (folder, "./"),
            None => ("", "./"),
        };
        if name == SHELL || is_script(&name) {
            let path = page.join(&name);
            let text = fs::read_to_string(&path)
                .with_context(|| format!("could not read {}", path.display()))?;
            next.extend(candidates.iter().filter(|it| !loaded.contains(*it)).filter_map(|it| {
                let below = it.strip_prefix(folder)?.trim_start_matches('/');
                // What a script fetches, other than imports, it fetches on demand.
                let is_meant = (name == SHELL || is_script(it)) && names_it(&text, prefix, below);
                is_meant.then(|| it.clone())
            }));
        }
        loaded.insert(name);
    }
    Ok(loaded)
}

fn names_it(text: &str, prefix: &str, name: &str) -> bool {
    ['"', '\''].iter().any(|quote| text.contains(&format!("{quote}{prefix}{name}{quote}")))
}

fn is_weighed(name: &str) -> bool {
    [".html", ".css", ".js", ".mjs", ".wasm"].iter().any(|ending| name.ends_with(ending))
}

fn is_script(name: &str) -> bool {
    name.ends_with(".js") || name.ends_with(".mjs")
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scratch;
    use super::*;

    #[test]
    fn what_is_loaded_on_demand_does_not_count() {
        let scratch = Scratch::new("first-load");
        let shell = "<meta name=\"playground-worker\" content=\"worker-1\">\
            <link rel=\"stylesheet\" href=\"/a-1.css\"/><link rel=\"icon\" href=\"/icon-1.svg\"/>\
            <script type=\"module\">import init from '/web-1.js'; init('/web-1_bg.wasm');</script>";
        scratch.write("index.html", shell);
        scratch.write("a-1.css", "a { b: c }");
        scratch.write(
            "web-1.js",
            "import * as a from './snippets/b/inline.js'; fetch('./late-1.wasm')",
        );
        scratch.write("web-1_bg.wasm", "wasm");
        scratch.write("snippets/b/inline.js", "import c from \"./c.js\";");
        scratch.write("snippets/b/c.js", "");
        scratch.write("late-1.wasm", "loaded when a lab asks for it");
        scratch.write("c.js", "of the same name as one that is loaded");
        scratch.write("icon-1.svg", "<svg/>");
        scratch.write("workers/loader.js", "import('./worker-1.js')");
        scratch.write("workers/worker-1.js", "");
        scratch.write("workers/worker-1_bg.wasm", "wasm");
        scratch.publish();
        let names: Vec<_> = names(&scratch.page()).unwrap().into_iter().collect();
        let expected = [
            "a-1.css",
            "index.html",
            "snippets/b/c.js",
            "snippets/b/inline.js",
            "web-1.js",
            "web-1_bg.wasm",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn the_report_says_whether_it_is_too_much() {
        let scratch = Scratch::new("report");
        scratch.write("index.html", "<link rel=\"stylesheet\" href=\"/a.css\">");
        scratch.write("a.css", "");
        scratch.publish();
        assert!(report(&scratch.page()).unwrap().contains("within the budget"));
        // Nothing that brotli could make much smaller.
        let mut state = 1_u64;
        let mut letter = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'!' + (state >> 40) as u8 % 94)
        };
        let noise: String = (0..BUDGET * 5 / 4).map(|_| letter()).collect();
        scratch.write("a.css", &noise);
        scratch.publish();
        assert!(report(&scratch.page()).unwrap().contains("OVER the budget"));
    }
}
