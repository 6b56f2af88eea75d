//! Rules for the labs: each is whole, under its one name in every layer, and no layer has one of its own.

use super::{Finding, Tree};

const INDEX: &str = "core/src/lib.rs";
const PAGES: &str = "web/src/labs/";

/// The line of the core's index after which its modules are labs.
const MARKER: &str = "// The labs";

pub(super) fn are_complete(tree: &Tree) -> Vec<Finding> {
    let readme = words(tree.text("README.md").unwrap_or_default());
    let mut findings = Vec::new();
    for (line, lab) in labs(tree) {
        let files = [
            format!("core/src/{lab}.rs"),
            format!("core/tests/{lab}.rs"),
            format!("{PAGES}{lab}/page.rs"),
            format!("{PAGES}{lab}/figure.rs"),
            format!("{PAGES}{lab}/story.rs"),
            format!("{PAGES}{lab}/style.css"),
            format!("e2e/tests/{lab}.rs"),
        ];
        let missing = files.iter().filter(|file| tree.text(file).is_none());
        let mut missing: Vec<String> =
            missing.map(|file| format!("the lab `{lab}` has no {file}")).collect();
        let server = format!("server/src/{lab}");
        if tree.text(&format!("{server}.rs")).is_none() && !tree.has_folder(&server) {
            missing.push(format!("the lab `{lab}` has neither {server}.rs nor {server}/"));
        }
        if !readme.contains(&words(lab)) {
            missing.push(format!("README.md does not mention the lab `{lab}`"));
        }
        findings.extend(missing.into_iter().map(|sentence| Finding::new(INDEX, line, sentence)));
    }
    findings
}

pub(super) fn are_known_to_the_core(tree: &Tree) -> Vec<Finding> {
    let labs: Vec<&str> = labs(tree).into_iter().map(|(_, lab)| lab).collect();
    let unknown = tree.folders_in(PAGES).into_iter().filter(|folder| !labs.contains(folder));
    unknown
        .map(|folder| {
            Finding::new(
                &format!("{PAGES}{folder}"),
                1,
                format!("`{folder}` is no lab of the core ({INDEX})"),
            )
        })
        .collect()
}

/// The labs of the core's index with their lines: the public modules after the marker, or, if there is no
/// marker, all but the kernel.
fn labs(tree: &Tree) -> Vec<(usize, &str)> {
    let lines = || tree.text(INDEX).unwrap_or_default().lines().zip(1..);
    let marker = lines().find(|(line, _)| line.starts_with(MARKER)).map_or(0, |(_, number)| number);
    lines()
        .filter(|&(_, number)| number > marker)
        .filter_map(|(line, number)| {
            Some((number, line.strip_prefix("pub mod ")?.strip_suffix(';')?))
        })
        .filter(|&(_, module)| module != "sim")
        .collect()
}

/// A text's words in small letters with one space before each, so that `Two-phase commit` mentions
/// `two_phase_commit`.
fn words(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| format!(" {}", word.to_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{check, tree},
        *,
    };

    const WHOLE: &[(&str, &str)] = &[
        ("README.md", "* **Unique IDs**: …"),
        (
            "core/src/lib.rs",
            "//! A.\npub mod sim;\n\n// The labs, in reading order.\npub mod unique_id;\n",
        ),
        ("core/src/unique_id.rs", ""),
        ("core/tests/unique_id.rs", ""),
        ("e2e/tests/unique_id.rs", ""),
        ("server/src/unique_id/api.rs", ""),
        ("web/src/labs/unique_id/figure.rs", ""),
        ("web/src/labs/unique_id/page.rs", ""),
        ("web/src/labs/unique_id/story.rs", ""),
        ("web/src/labs/unique_id/style.css", ""),
    ];

    #[test]
    fn a_whole_lab_is_fine() {
        check(are_complete, WHOLE, &[]);
        check(are_known_to_the_core, WHOLE, &[]);
    }

    #[test]
    fn each_missing_part_is_named() {
        for (missing, _) in WHOLE.iter().filter(|(path, _)| *path != INDEX) {
            let rest: Vec<_> = WHOLE.iter().copied().filter(|(path, _)| path != missing).collect();
            check(are_complete, &rest, &["core/src/lib.rs:5"]);
        }
    }

    #[test]
    fn a_page_without_a_lab_is_found() {
        let stray = [("core/src/lib.rs", "pub mod sim;"), ("web/src/labs/sim/page.rs", "")];
        check(are_known_to_the_core, &stray, &["web/src/labs/sim:1"]);
    }

    #[test]
    fn without_a_marker_every_module_but_the_kernel_is_a_lab() {
        let index = tree(&[(INDEX, "pub mod sim;\npub mod cdn;\nmod private;\n")]);
        assert_eq!(labs(&index), [(2, "cdn")]);
        let index = tree(&[(INDEX, "pub mod run;\n// The labs\npub mod cdn;\n")]);
        assert_eq!(labs(&index), [(3, "cdn")]);
    }
}
