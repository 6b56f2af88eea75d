//! Rules for what a visitor sees: colours and styles are CSS's, and a lab's classes bear its name.

use super::{
    Finding, Tree,
    code::{self, Keep},
};

pub(super) fn rust_names_no_colours(tree: &Tree) -> Vec<Finding> {
    let sentence =
        "Rust sets classes and geometry; the colour belongs into CSS, as a custom property";
    search(tree.files("web/src/", ".rs"), names_a_colour, sentence)
}

pub(super) fn nothing_is_styled_inline(tree: &Tree) -> Vec<Finding> {
    let rust = tree.files("web/src/", ".rs").chain(tree.files("server/src/", ".rs"));
    let sentence = "the content security policy forbids inline styles; use a class, or a custom property set by a script";
    let mut findings = search(rust, styles_inline, sentence);
    for (path, text) in tree.files("", ".html") {
        let lines = text.lines().zip(1..).filter(|(line, _)| styles_inline(line));
        findings.extend(lines.map(|(_, number)| Finding::new(path, number, sentence)));
    }
    findings
}

pub(super) fn classes_bear_their_labs_name(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files("web/src/labs/", "/style.css") {
        let Some(lab) = path.split('/').nth(3).map(|lab| lab.replace('_', "-")) else { continue };
        for (line, selector) in selectors(text) {
            let bears_name = selector.match_indices('.').any(|(dot, _)| {
                let rest = selector[dot + 1..].strip_prefix(lab.as_str());
                rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
            });
            if !bears_name {
                let sentence =
                    format!("`{selector}` reaches beyond the lab; name a class `.{lab}-…` in it");
                findings.push(Finding::new(path, line, sentence));
            }
        }
    }
    findings
}

fn search<'a>(
    files: impl Iterator<Item = (&'a str, &'a str)>,
    is_bad: fn(&str) -> bool,
    sentence: &str,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in files {
        let lines = code::lines(text, Keep::Strings).into_iter().filter(|(_, line)| is_bad(line));
        findings.extend(lines.map(|(number, _)| Finding::new(path, number, sentence)));
    }
    findings
}

/// `#fff`, `#e69f00`, `rgb(…)`, `hsl(…)` and their like.
fn names_a_colour(line: &str) -> bool {
    let is_hex = |rest: &str| {
        let word = rest
            .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-')
            .next()
            .unwrap_or_default();
        matches!(word.len(), 3 | 4 | 6 | 8) && word.chars().all(|c| c.is_ascii_hexdigit())
    };
    line.match_indices('#').any(|(at, _)| is_hex(&line[at + 1..]))
        || ["rgb(", "rgba(", "hsl(", "hsla(", "oklch("]
            .iter()
            .any(|function| code::has_word(line, function))
}

fn styles_inline(line: &str) -> bool {
    let is_attribute =
        |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
    line.contains("unsafe-inline") || line.match_indices("style=").any(|(at, _)| is_attribute(at))
}

/// A stylesheet's selectors, each with its line; states and shared classes may qualify them.
fn selectors(css: &str) -> Vec<(usize, String)> {
    let css = without_comments(css);
    let mut selectors = Vec::new();
    // Selectors are what stands between the last `{`, `}` or `;` and a `{`.
    let mut begin = 0;
    for (at, c) in css.char_indices().filter(|(_, c)| matches!(c, '{' | '}' | ';')) {
        let before = &css[begin..at];
        if c == '{' && !before.trim_start().starts_with('@') {
            let mut line = css[..begin].matches('\n').count() + 1;
            for selector in before.split(',') {
                let space = selector.len() - selector.trim_start().len();
                let lead = selector[..space].matches('\n').count();
                selectors.push((line + lead, selector.trim().to_owned()));
                line += selector.matches('\n').count();
            }
        }
        begin = at + 1;
    }
    selectors
}

/// The stylesheet with its comments left out but for their line ends.
fn without_comments(css: &str) -> String {
    let mut rest = css;
    let mut kept = String::with_capacity(css.len());
    while let Some((before, comment)) = rest.split_once("/*") {
        let (comment, after) = comment.split_once("*/").unwrap_or((comment, ""));
        kept.push_str(before);
        kept.extend(comment.chars().filter(|&c| c == '\n'));
        rest = after;
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::{super::testing::check, *};

    #[test]
    fn colours_in_rust_are_found() {
        let bad = "let a = \"#e69f00\";\nfill=\"#fff\"\nformat!(\"rgb({r}, 0, 0)\")";
        let found = ["web/src/a.rs:1", "web/src/a.rs:2", "web/src/a.rs:3"];
        check(rust_names_no_colours, &[("web/src/a.rs", bad)], &found);
    }

    #[test]
    fn what_only_looks_like_a_colour_is_not_one() {
        let good = "#[derive(Add)]\nhref=\"#goals\"\nr#\"a\"#;\n// #fff\nlet a = \"#42\";\nto_rgb(c)\n\"#add-node\"";
        check(rust_names_no_colours, &[("web/src/a.rs", good), ("web/a.css", "#fff")], &[]);
    }

    #[test]
    fn inline_styles_are_found() {
        let files = [
            ("index.html", "<a href=\"https://x.y\" style=\"z\">"),
            ("server/src/a.rs", "\"style-src 'unsafe-inline'\""),
            ("web/src/a.rs", "html! {\n<p style={x}/>"),
        ];
        check(
            nothing_is_styled_inline,
            &files,
            &["web/src/a.rs:2", "server/src/a.rs:1", "index.html:1"],
        );
    }

    #[test]
    fn other_styles_are_not_inline() {
        let good = "data-style=\"x\" let style = 1; line_style=2";
        let files = [
            ("web/src/a.rs", good),
            ("server/tests/a.rs", "assert!(!a.contains(\"unsafe-inline\"))"),
        ];
        check(nothing_is_styled_inline, &files, &[]);
    }

    #[test]
    fn a_labs_classes_bear_its_name() {
        let good = "/* .other { */\n.two-phase-commit { a: url(x.svg); }\n@media (width > 40.5em) {\n  g.two-phase-commit-log.is-on:hover,\n  .two-phase-commit--a .glyph { b: .5s }\n}\n";
        check(
            classes_bear_their_labs_name,
            &[("web/src/labs/two_phase_commit/style.css", good)],
            &[],
        );
    }

    #[test]
    fn classes_of_another_name_are_found_on_their_line() {
        let bad = ".cdn-a,\n.b {}\n@media print {\n.cdnx { c: d }\n}\nsvg { e: f }";
        let path = "web/src/labs/cdn/style.css";
        check(
            classes_bear_their_labs_name,
            &[(path, bad), ("web/styles/base.css", ".b {}")],
            &[
                "web/src/labs/cdn/style.css:2",
                "web/src/labs/cdn/style.css:4",
                "web/src/labs/cdn/style.css:6",
            ],
        );
    }
}
