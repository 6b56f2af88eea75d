//! Rust's text without its comments, or without comments and strings, so that a rule does not stumble over
//! words that are only talked about. A scanner, no parser: it knows where these begin and end.

/// What a masked text keeps besides the code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    CodeOnly,
    Strings,
}

/// The text with everything else turned to spaces; lines and columns stay what they are.
pub(super) fn mask(text: &str, keep: Keep) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let (end, kept) = match token(&chars, at) {
            Token::Code => (at + 1, true),
            Token::Comment(end) => (end, false),
            Token::Literal(end) => (end, keep == Keep::Strings),
        };
        let end = end.min(chars.len());
        masked.extend(chars[at..end].iter().map(|&c| if kept || c == '\n' { c } else { ' ' }));
        at = end;
    }
    masked
}

/// The lines of a file, masked, with their numbers from 1, without those that a trailing comment of the
/// form `// tidy: allow <reason>` excuses.
pub(super) fn lines(text: &str, keep: Keep) -> Vec<(usize, String)> {
    let masked = mask(text, keep);
    let lines = masked.lines().zip(text.lines()).enumerate();
    lines
        .filter(|(_, (_, raw))| !is_allowed(raw))
        .map(|(index, (line, _))| (index + 1, line.to_owned()))
        .collect()
}

fn is_allowed(line: &str) -> bool {
    line.split_once("// tidy: allow ").is_some_and(|(_, reason)| !reason.trim().is_empty())
}

/// Whether a line holds these words as words of their own: `Instant` is not in `InstantLike`.
pub(super) fn has_word(line: &str, words: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(is_ident);
    line.match_indices(words).any(|(at, _)| {
        let before = joins(line[..at].chars().next_back()) && joins(words.chars().next());
        let after =
            joins(line[at + words.len()..].chars().next()) && joins(words.chars().next_back());
        !before && !after
    })
}

enum Token {
    Code,
    Comment(usize),
    Literal(usize),
}

/// What begins here, and the place after it.
fn token(chars: &[char], at: usize) -> Token {
    let next = |offset: usize| chars.get(at + offset).copied();
    match chars[at] {
        '/' if next(1) == Some('/') => Token::Comment(position(chars, at, |c| c == '\n')),
        '/' if next(1) == Some('*') => Token::Comment(end_of_block_comment(chars, at)),
        '"' => Token::Literal(end_of_string(chars, at, '"')),
        // `'a'` and `'\n'` are characters, `'a` is a lifetime.
        '\'' if next(1) == Some('\\') => Token::Literal(end_of_string(chars, at, '\'')),
        '\'' if next(2) == Some('\'') => Token::Literal(at + 3),
        'r' if begins_a_word(chars, at) => match end_of_raw_string(chars, at) {
            Some(end) => Token::Literal(end),
            None => Token::Code,
        },
        _ => Token::Code,
    }
}

fn is_ident(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether the `r` here can begin a raw string: alone, or as `br` or `cr`.
fn begins_a_word(chars: &[char], at: usize) -> bool {
    let before = |offset: usize| at.checked_sub(offset).map(|index| chars[index]);
    match before(1) {
        Some('b' | 'c') => !before(2).is_some_and(is_ident),
        other => !other.is_some_and(is_ident),
    }
}

fn position(chars: &[char], from: usize, what: impl Fn(char) -> bool) -> usize {
    chars[from..].iter().position(|&c| what(c)).map_or(chars.len(), |offset| from + offset)
}

fn end_of_string(chars: &[char], at: usize, quote: char) -> usize {
    let mut at = at + 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn end_of_raw_string(chars: &[char], at: usize) -> Option<usize> {
    let quote = position(chars, at + 1, |c| c != '#');
    if chars.get(quote) != Some(&'"') {
        return None;
    }
    let hashes = quote - at - 1;
    let mut end = quote + 1;
    loop {
        end = position(chars, end.min(chars.len()), |c| c == '"') + 1;
        let closed =
            chars.get(end..end + hashes).is_none_or(|after| after.iter().all(|&c| c == '#'));
        if closed {
            return Some(end + hashes);
        }
    }
}

fn end_of_block_comment(chars: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut at = at;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => depth += 1,
            ('*', Some('/')) => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_become_spaces() {
        assert_eq!(
            mask("a // b\nc /* d /* e */ f */ g", Keep::CodeOnly),
            "a     \nc                   g"
        );
        assert_eq!(mask(r#"f("a \" b", 'c', '\'')"#, Keep::CodeOnly), "f(        ,    ,     )");
    }

    #[test]
    fn raw_strings_end_where_their_hashes_say() {
        assert_eq!(mask("x(r#\"a \" b\"#) y", Keep::CodeOnly), "x(          ) y");
        assert_eq!(mask("br\"a\\\" c", Keep::CodeOnly), "b      c");
    }

    #[test]
    fn lifetimes_and_raw_names_are_code() {
        let code = "fn f<'a>(r#type: &'a str) { for_r(\n) }";
        assert_eq!(mask(code, Keep::CodeOnly), code);
    }

    #[test]
    fn strings_can_be_kept() {
        assert_eq!(mask("a(\"//b\") // c", Keep::Strings), "a(\"//b\")     ");
    }

    #[test]
    fn a_text_that_ends_too_early_is_no_trouble() {
        for text in ["\"a", "'\\", "/* a", "r#\"a", "r##\"a\"#", "'"] {
            assert_eq!(mask(text, Keep::CodeOnly).chars().count(), text.chars().count(), "{text}");
        }
    }

    #[test]
    fn a_line_is_excused_by_a_reason_and_only_by_one() {
        let text = "a\nb // tidy: allow it is exact\nc // tidy: allow ";
        let numbers: Vec<usize> =
            lines(text, Keep::CodeOnly).into_iter().map(|(number, _)| number).collect();
        assert_eq!(numbers, [1, 3]);
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("use std::fs;", "std::fs"));
        assert!(has_word("x.ln()", ".ln()"));
        assert!(!has_word("my_HashMap", "HashMap"));
        assert!(!has_word("std::fsx", "std::fs"));
    }
}
