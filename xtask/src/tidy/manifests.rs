//! Rules for the manifests: every dependency has its reason, and the page's bring no algorithm.

use super::{Finding, Tree};

const MANIFEST: &str = "Cargo.toml";
const WEB: &str = "web/Cargo.toml";

/// Beginnings of packages that hold what only the core may know.
const ALGORITHMS: &[&str] = &["md-5", "md5", "rand", "xxhash"];

pub(super) fn dependencies_have_reasons(tree: &Tree) -> Vec<Finding> {
    let lines = tree.text(MANIFEST).unwrap_or_default().lines().zip(1..);
    let section = lines
        .skip_while(|(line, _)| line.trim() != "[workspace.dependencies]")
        .skip(1)
        .take_while(|(line, _)| !line.starts_with('['));
    // An entry may go over several lines; its reason stands beside any of them.
    let mut entries: Vec<(usize, String)> = Vec::new();
    for (line, number) in section {
        let begins = line.starts_with(|c: char| c.is_ascii_alphanumeric()) && line.contains('=');
        match entries.last_mut() {
            _ if begins => entries.push((number, line.to_owned())),
            Some((_, entry)) if !line.starts_with('#') => entry.push_str(line),
            _ => {}
        }
    }
    let has_reason =
        |entry: &str| entry.split_once('#').is_some_and(|(_, reason)| !reason.trim().is_empty());
    entries
        .into_iter()
        .filter(|(_, entry)| !has_reason(entry) && !entry.contains("path ="))
        .map(|(number, entry)| {
            let name = entry.split(['=', ' ', '.']).next().unwrap_or_default();
            Finding::new(
                MANIFEST,
                number,
                format!("say why `{name}` is needed, in a comment beside it"),
            )
        })
        .collect()
}

pub(super) fn web_depends_on_no_algorithm(tree: &Tree) -> Vec<Finding> {
    let text = tree.text(WEB).unwrap_or_default();
    let mut findings = Vec::new();
    let mut in_dependencies = false;
    for (line, number) in text.lines().zip(1..) {
        if let Some(section) = line.strip_prefix('[') {
            in_dependencies = section.contains("dependencies");
        }
        // `[dependencies.rand]` names a package as well as `rand = "1"` below `[dependencies]`.
        let name = match line.strip_prefix('[') {
            Some(section) => section.split_once("dependencies.").map_or("", |(_, name)| name),
            None => line,
        };
        let name = name.trim_matches(['"', ' ']);
        if in_dependencies && ALGORITHMS.iter().any(|algorithm| name.starts_with(algorithm)) {
            findings.push(Finding::new(
                WEB,
                number,
                "the page knows no algorithm; call the core for it",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{super::testing::check, *};

    #[test]
    fn a_dependency_has_its_reason() {
        let good = "[workspace.dependencies]\n# Ours.\nours = { path = \"a\" }\na = \"1\" # for b\nc = [\n \"d\",\n] # for e\n[profile.x]\nf = 1\n";
        check(dependencies_have_reasons, &[("Cargo.toml", good)], &[]);
    }

    #[test]
    fn a_dependency_without_one_is_found() {
        let bad = "[package]\nx = 1\n[workspace.dependencies]\na = \"1\"\n# not beside it\nb = \"1\" # for c\nd = \"1\" #\n";
        check(dependencies_have_reasons, &[("Cargo.toml", bad)], &["Cargo.toml:4", "Cargo.toml:7"]);
    }

    #[test]
    fn the_page_takes_no_algorithm() {
        let good =
            "[package]\nrandom = 1\n[dependencies]\nyew.workspace = true\nserde = \"1\" # rand\n";
        check(web_depends_on_no_algorithm, &[("web/Cargo.toml", good)], &[]);
        let bad = "[dependencies]\nxxhash-rust.workspace = true\n[target.'cfg(x)'.dependencies.rand]\n[dev-dependencies]\nmd-5 = \"1\"\n";
        let found = ["web/Cargo.toml:2", "web/Cargo.toml:3", "web/Cargo.toml:5"];
        check(web_depends_on_no_algorithm, &[("web/Cargo.toml", bad)], &found);
    }
}
