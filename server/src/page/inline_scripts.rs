//! The inline scripts of the shell, as Content-Security-Policy sources.
//!
//! A reader of HTML as a build tool writes it, not of all HTML: it knows comments and quoted attributes, but
//! not that other elements may hold text that only looks like a script. Such a text would be allowed to run,
//! which changes nothing as long as it does not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const OPENING: &str = "<script";

/// A `'sha256-…'` source for each script that is written in the document itself.
pub(super) fn sources(html: &str) -> Vec<String> {
    inline_scripts(html)
        .into_iter()
        .map(|script| {
            // Browsers hash what their parser has read, and that has no carriage returns.
            let script = script.replace("\r\n", "\n").replace('\r', "\n");
            format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)))
        })
        .collect()
}

fn inline_scripts(html: &str) -> Vec<&str> {
    // ASCII case changes keep every offset.
    let lower = html.to_ascii_lowercase();
    let mut scripts = Vec::new();
    let mut at = 0;
    while let Some(found) = lower[at..].find('<') {
        let start = at + found;
        let rest = &lower[start..];
        if rest.starts_with("<!--") {
            at = start + rest.find("-->").unwrap_or(rest.len());
            continue;
        }
        let Some((tag_length, has_source)) = script_tag(rest) else {
            at = start + 1;
            continue;
        };
        let begin = start + tag_length;
        let end = begin + lower[begin..].find("</script").unwrap_or(lower.len() - begin);
        if !has_source {
            scripts.push(&html[begin..end]);
        }
        at = end;
    }
    scripts
}

/// The length of the opening tag that the text begins with, if it is a script's, and whether it has a `src`.
fn script_tag(text: &str) -> Option<(usize, bool)> {
    let attributes = text.strip_prefix(OPENING)?;
    if !attributes.starts_with(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>') {
        return None;
    }
    let mut has_source = false;
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return Some((text.len() - after.len(), has_source));
        }
        let name_end = rest.find(|c: char| c.is_ascii_whitespace() || "/>=".contains(c))?;
        has_source |= &rest[..name_end] == "src";
        rest = after_value(rest[name_end..].trim_ascii_start())?;
    }
}

/// What follows an attribute's value, if it has one; none where the value does not end.
fn after_value(text: &str) -> Option<&str> {
    let Some(value) = text.strip_prefix('=') else {
        return Some(text);
    };
    let value = value.trim_ascii_start();
    match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split_once(quote).map(|(_, after)| after),
        _ => value.find(|c: char| c.is_ascii_whitespace() || c == '>').map(|end| &value[end..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_inline_and_nothing_else() {
        let html = r#"
            <!-- <script>commented()</script> -->
            <script type="module" nonce='x>y'>first()</script>
            <script src="a.js">ignored()</script>
            <SCRIPT SRC=b.js></SCRIPT>
            <script data-src="c">second() // < 3</SCRIPT>
            <scripture>no</scripture>
            <script>unended()"#;
        assert_eq!(inline_scripts(html), ["first()", "second() // < 3", "unended()"]);
    }

    #[test]
    fn hashes_as_browsers_do() {
        // The example of the Content Security Policy specification, section 8.3.
        let expected = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='";
        assert_eq!(sources("<script>alert('Hello, world.');</script>"), [expected]);
    }

    #[test]
    fn line_ends_do_not_matter() {
        let unix = sources("<script>a()\nb()\n</script>");
        assert_eq!(sources("<script>a()\r\nb()\r</script>"), unix);
    }

    #[test]
    fn broken_tags_end_the_search_quietly() {
        for html in ["<script", "<script src=\"a", "<script a=", "<", "<!--", ""] {
            assert!(inline_scripts(html).is_empty(), "{html:?}");
        }
    }
}
