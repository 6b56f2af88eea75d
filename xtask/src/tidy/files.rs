//! Rules for every Rust file: how it begins, how long it is, what it may not hold, what it may be called.

use super::{
    Finding, Tree,
    code::{self, Keep, has_word},
};

/// A file longer than this does more than one thing.
const LINES: usize = 400;

/// What is left over from work in progress, and switches a test off.
const LEFTOVERS: &[&str] = &["todo!", "unimplemented!", "dbg!", "#[ignore"];

/// Names that say nothing about what is inside.
const VAGUE: &[&str] = &["util", "utils", "manager", "managers", "helper", "helpers", "common"];

pub(super) fn begin_with_their_subject(tree: &Tree) -> Vec<Finding> {
    let without = tree.files("", ".rs").filter(|(_, text)| {
        let first = text.lines().next().unwrap_or_default();
        first.strip_prefix("//!").is_none_or(|subject| subject.trim().is_empty())
    });
    without
        .map(|(path, _)| {
            Finding::new(path, 1, "begin the file with a `//!` line that says what it is about")
        })
        .collect()
}

pub(super) fn are_short(tree: &Tree) -> Vec<Finding> {
    let is_exempt =
        |path: &str| path.split('/').any(|folder| folder == "tests" || folder == "benches");
    let lines = tree.files("", ".rs").map(|(path, text)| (path, text.lines().count()));
    lines
        .filter(|&(path, lines)| lines > LINES && !is_exempt(path))
        .map(|(path, lines)| {
            Finding::new(
                path,
                LINES + 1,
                format!("split the file: it has {lines} lines, and {LINES} is the most"),
            )
        })
        .collect()
}

pub(super) fn hold_no_leftovers(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files("", ".rs") {
        let masked = code::mask(text, Keep::CodeOnly);
        for (index, line) in masked.lines().enumerate() {
            for leftover in LEFTOVERS.iter().filter(|leftover| has_word(line, leftover)) {
                findings.push(Finding::new(
                    path,
                    index + 1,
                    format!("`{leftover}` has no place in finished work"),
                ));
            }
        }
    }
    findings
}

pub(super) fn have_telling_names(tree: &Tree) -> Vec<Finding> {
    let is_vague = |name: &str| name.split('_').any(|word| VAGUE.contains(&word));
    let mut findings = Vec::new();
    for (path, text) in tree.files("", ".rs") {
        if let Some(name) = path.trim_end_matches(".rs").split('/').find(|name| is_vague(name)) {
            findings.push(Finding::new(
                path,
                1,
                format!("`{name}` says nothing; name it after what it holds"),
            ));
        }
        for (number, line) in code::lines(text, Keep::CodeOnly) {
            let mut words = line.split_whitespace().skip_while(|&word| word != "mod").skip(1);
            let module = words.next().unwrap_or_default().trim_end_matches([';', '{']);
            if is_vague(module) {
                let sentence =
                    format!("the module `{module}` says nothing; name it after what it holds");
                findings.push(Finding::new(path, number, sentence));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{super::testing::check, *};

    #[test]
    fn a_file_says_what_it_is_about() {
        check(begin_with_their_subject, &[("a.rs", "//! A.\nfn a() {}")], &[]);
        let files = [("a.rs", "fn a() {}"), ("b.rs", "//!\n"), ("c.rs", "")];
        check(begin_with_their_subject, &files, &["a.rs:1", "b.rs:1", "c.rs:1"]);
    }

    #[test]
    fn a_file_is_short_unless_it_is_a_test() {
        let long = "x\n".repeat(401);
        check(are_short, &[("a/src/b.rs", &long)], &["a/src/b.rs:401"]);
        let files =
            [("a/src/b.rs", &long[2..]), ("a/tests/b.rs", &long), ("a/benches/b.rs", &long)];
        check(are_short, &files, &[]);
    }

    #[test]
    fn leftovers_are_found_in_code_only() {
        let bad = "//! A.\nfn a() { todo!() }\n#[ignore = \"slow\"]\nlet b = dbg!(c);";
        check(hold_no_leftovers, &[("a.rs", bad)], &["a.rs:2", "a.rs:3", "a.rs:4"]);
        let good = "//! No todo! here.\nlet a = \"dbg!\";\nmy_todo!();\n#[ignored]";
        check(hold_no_leftovers, &[("a.rs", good)], &[]);
    }

    #[test]
    fn names_say_something() {
        let bad = [
            ("a/src/utils.rs", ""),
            ("a/tests/common/mod.rs", ""),
            ("b.rs", "mod x;\npub mod key_helper {"),
        ];
        check(have_telling_names, &bad, &["a/src/utils.rs:1", "a/tests/common/mod.rs:1", "b.rs:2"]);
        let good = [("a/src/commonwealth.rs", "mod ring;\n// mod utils;"), ("x.rs", "mod tests {")];
        check(have_telling_names, &good, &[]);
    }
}
