//! The house rules that no other tool knows, checked on the text of the files that git knows or would add.

mod code;
mod files;
mod labs;
mod links;
mod manifests;
mod page;
mod purity;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::{Context, Result};

use crate::{command, workspace};

/// Every rule: it reads the tree and says what it found.
const RULES: &[fn(&Tree) -> Vec<Finding>] = &[
    files::begin_with_their_subject,
    files::are_short,
    files::hold_no_leftovers,
    files::have_telling_names,
    purity::core_is_pure,
    purity::core_computes_the_same_everywhere,
    manifests::dependencies_have_reasons,
    manifests::web_depends_on_no_algorithm,
    page::rust_names_no_colours,
    page::nothing_is_styled_inline,
    page::classes_bear_their_labs_name,
    labs::are_complete,
    labs::are_known_to_the_core,
    links::lead_somewhere,
];

/// The files by their path from the root, with slashes; binary ones are there without their text.
#[derive(Default)]
struct Tree(BTreeMap<String, String>);

impl Tree {
    /// The files below a folder (`core/src/`) with one of these endings (`.rs`).
    fn files<'a>(
        &'a self,
        folder: &'a str,
        ending: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .filter(move |(path, _)| path.starts_with(folder) && path.ends_with(ending))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    fn has_folder(&self, folder: &str) -> bool {
        let folder = format!("{}/", folder.trim_end_matches('/'));
        self.0.keys().any(|path| path.starts_with(&folder))
    }

    /// The names directly below a folder that are folders themselves.
    fn folders_in<'a>(&'a self, folder: &'a str) -> BTreeSet<&'a str> {
        let below = self.0.keys().filter_map(|path| path.strip_prefix(folder));
        below.filter_map(|rest| Some(rest.split_once('/')?.0)).collect()
    }
}

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// From 1.
    line: usize,
    sentence: String,
}

impl Finding {
    fn new(path: &str, line: usize, sentence: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, sentence: sentence.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.sentence)
    }
}

pub(crate) fn run() -> Result<ExitCode> {
    match findings()? {
        0 => println!("tidy: all is well"),
        count => {
            println!("tidy: {count} found");
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints every finding, and returns how many there are.
pub(crate) fn findings() -> Result<usize> {
    let tree = read_tree(workspace::root())?;
    let findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.iter().for_each(|finding| println!("{finding}"));
    Ok(findings.len())
}

fn read_tree(root: &Path) -> Result<Tree> {
    let list = command::output(
        Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root),
    )?;
    let mut tree = Tree::default();
    for name in list.split('\0').filter(|name| !name.is_empty()) {
        let path = root.join(name);
        // A file that is deleted but not yet committed so is still listed.
        if path.is_file() {
            let bytes = fs::read(&path).with_context(|| format!("could not read {name}"))?;
            tree.0.insert(name.to_owned(), String::from_utf8(bytes).unwrap_or_default());
        }
    }
    Ok(tree)
}

#[cfg(test)]
mod testing {
    //! Trees of a few words for the rules' tests.

    use super::{Finding, Tree};

    pub(super) fn tree(files: &[(&str, &str)]) -> Tree {
        Tree(files.iter().map(|&(path, text)| (path.to_owned(), text.to_owned())).collect())
    }

    /// The findings as `path:line`, for rules whose every finding says the same.
    #[track_caller]
    pub(super) fn check(
        rule: fn(&Tree) -> Vec<Finding>,
        files: &[(&str, &str)],
        expected: &[&str],
    ) {
        let findings = rule(&tree(files));
        let found: Vec<String> =
            findings.iter().map(|found| format!("{}:{}", found.path, found.line)).collect();
        assert_eq!(found, expected, "{findings:?}");
    }
}
