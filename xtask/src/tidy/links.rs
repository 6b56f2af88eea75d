//! The rule for the Markdown files: a relative link leads to a file or folder that is there.

use super::{Finding, Tree};

pub(super) fn lead_somewhere(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files("", ".md") {
        let mut in_code = false;
        for (line, number) in text.lines().zip(1..) {
            in_code ^= line.trim_start().starts_with("```");
            if in_code {
                continue;
            }
            for link in targets(line).into_iter().filter(|link| is_relative(link)) {
                let target = resolve(path, &link);
                let is_there = target.as_deref().is_some_and(|target| {
                    target.is_empty() || tree.text(target).is_some() || tree.has_folder(target)
                });
                if !is_there {
                    findings.push(Finding::new(
                        path,
                        number,
                        format!("the link to `{link}` leads nowhere"),
                    ));
                }
            }
        }
    }
    findings
}

/// Where a line's links lead: `[text](target "title")`, and `[name]: target` at its beginning.
fn targets(line: &str) -> Vec<String> {
    // Every second piece stands between backticks, and is code.
    let prose: String = line.split('`').step_by(2).collect();
    let mut targets: Vec<&str> =
        prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()).collect();
    if let Some((_, target)) = prose.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
        targets.extend(target.split_whitespace().next());
    }
    targets.into_iter().map(|target| target.trim_matches(['<', '>']).to_owned()).collect()
}

fn is_relative(link: &str) -> bool {
    !link.is_empty()
        && !link.starts_with('#')
        && !link.contains("://")
        && !link.starts_with("mailto:")
}

/// The path from the root that a link in this file means; none if it leaves the root.
fn resolve(from: &str, link: &str) -> Option<String> {
    let link = link.split(['#', '?']).next()?;
    let mut path: Vec<&str> =
        if link.starts_with('/') { Vec::new() } else { from.split('/').collect() };
    // The file's own name.
    path.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(path.pop()?),
            part => path.push(part),
        }
    }
    Some(path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{super::testing::check, *};

    #[test]
    fn links_to_what_is_there_are_fine() {
        let readme = "[a](docs/a.md#part) and [b](/core/src \"the core\"), ![c](<./c.png>), [d](https://x.y/z.md)\n\
                      [e](#below), `[f](g.md)`\n```\n[h](i.md)\n```\n[j]: docs/a.md\n";
        let files = [
            ("README.md", readme),
            ("docs/a.md", "[up](../README.md)"),
            ("core/src/lib.rs", ""),
            ("c.png", ""),
        ];
        check(lead_somewhere, &files, &[]);
    }

    #[test]
    fn dead_links_are_found() {
        let files = [("docs/a.md", "[a](b.md)\n[c](../../d.md)\nsee [e] and [f](./)\n[e]: g/\n")];
        check(lead_somewhere, &files, &["docs/a.md:1", "docs/a.md:2", "docs/a.md:4"]);
    }
}
