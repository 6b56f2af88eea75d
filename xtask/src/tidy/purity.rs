//! Rules for the core: no I/O, no clock, no chance, and the same numbers natively and in WebAssembly.
//! core/clippy.toml bans the same things by their real paths; these rules see what clippy does not compile.

use super::{
    Finding, Tree,
    code::{self, Keep, has_word},
};

/// What ties the core to the machine it runs on, and what to do instead.
const IMPURE: &[(&str, &str)] = &[
    ("Instant::now", "time is a parameter in the core"),
    ("SystemTime", "time is a parameter in the core"),
    ("std::fs", "the core performs no I/O"),
    ("std::net", "the core performs no I/O"),
    ("std::thread", "the core starts no threads"),
    ("HashMap", "its order is another one in every run; use BTreeMap"),
    ("HashSet", "its order is another one in every run; use BTreeSet"),
    ("thread_rng", "chance is part of the state in the core"),
    ("rand::random", "chance is part of the state in the core"),
    ("getrandom", "chance is part of the state in the core"),
];

/// Functions of f64 that IEEE 754 does not define to the last bit. `log` is missing as a method, since
/// machines have logs.
const INEXACT: &[&str] = &[
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp",
    "exp2", "exp_m1", "hypot", "ln", "ln_1p", "log10", "log2", "powf", "powi", "sin", "sin_cos",
    "sinh", "tan", "tanh",
];

pub(super) fn core_is_pure(tree: &Tree) -> Vec<Finding> {
    search(tree, |line| {
        let found = IMPURE.iter().filter(|(words, _)| has_word(line, words));
        found.map(|(words, why)| format!("`{words}`: {why}")).collect()
    })
}

pub(super) fn core_computes_the_same_everywhere(tree: &Tree) -> Vec<Finding> {
    search(tree, |line| {
        let method = |name: &str| line.contains(&format!(".{name}("));
        let function = |name: &str| {
            has_word(line, &format!("f64::{name}")) || has_word(line, &format!("f32::{name}"))
        };
        let found = INEXACT.iter().copied().filter(|name| method(name) || function(name));
        let log = ["log"].into_iter().filter(|name| function(name));
        found
            .chain(log)
            .map(|name| format!("`{name}` may differ in the last bit between natively and in WebAssembly; use integers"))
            .collect()
    })
}

fn search(tree: &Tree, sentences: impl Fn(&str) -> Vec<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files("core/src/", ".rs") {
        for (number, line) in code::lines(text, Keep::CodeOnly) {
            findings.extend(
                sentences(&line).into_iter().map(|sentence| Finding::new(path, number, sentence)),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{super::testing::check, *};

    #[test]
    fn the_core_has_no_clock_no_disk_and_no_chance() {
        let bad =
            "let a = Instant::now();\nuse std::fs::File;\nlet b: HashMap<A, B>;\nrand::random()";
        let found = ["core/src/a.rs:1", "core/src/a.rs:2", "core/src/a.rs:3", "core/src/a.rs:4"];
        check(core_is_pure, &[("core/src/a.rs", bad)], &found);
    }

    #[test]
    fn others_may_and_the_core_may_talk_about_it() {
        let files = [
            ("server/src/a.rs", "let a = Instant::now();"),
            ("core/tests/a.rs", "use std::thread;"),
            (
                "core/src/a.rs",
                "//! Unlike a HashMap.\nlet b: HashMapLike;\nuse std::thread; // tidy: allow the lab is about it",
            ),
        ];
        check(core_is_pure, &files, &[]);
    }

    #[test]
    fn inexact_functions_are_found() {
        let bad = "a.ln()\nb.powf(2.0)\nf64::sin(c)\nf64::log(d, 2.0)";
        let found = ["core/src/a.rs:1", "core/src/a.rs:2", "core/src/a.rs:3", "core/src/a.rs:4"];
        check(core_computes_the_same_everywhere, &[("core/src/a.rs", bad)], &found);
    }

    #[test]
    fn exact_functions_logs_and_reasons_are_fine() {
        let good =
            "a.sqrt()\nnode.log(1)\nb.ln() // tidy: allow drawn only, never state\nc.expect(\"d\")";
        check(core_computes_the_same_everywhere, &[("core/src/a.rs", good)], &[]);
    }
}
