//! Names with a hash of what is in the file, as Trunk gives them: `page-0123456789abcdef.js`.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A hash of files, in 16 hexadecimal digits.
pub(super) fn hash<'a>(files: impl Iterator<Item = &'a [u8]>) -> String {
    let mut hasher = DefaultHasher::new();
    files.for_each(|bytes| bytes.hash(&mut hasher));
    format!("{:016x}", hasher.finish())
}

/// `name-0123456789abcdef`, if a text names a script so. Trunk leaves out leading zeros.
pub(super) fn stem_in(text: &str, name: &str) -> Option<String> {
    let dashed = format!("{name}-");
    text.match_indices(&dashed).find_map(|(at, _)| {
        let rest = &text[at + dashed.len()..];
        let (hash, _) = rest.split_once(".js")?;
        let is_hash =
            (1..=16).contains(&hash.len()) && hash.bytes().all(|it| it.is_ascii_hexdigit());
        is_hash.then(|| format!("{dashed}{hash}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_tells_files_apart() {
        let hash_of = |files: &[&str]| hash(files.iter().map(|file| file.as_bytes()));
        assert_eq!(hash_of(&["a", "b"]).len(), 16);
        assert_eq!(hash_of(&["a", "b"]), hash_of(&["a", "b"]));
        assert_ne!(hash_of(&["a", "b"]), hash_of(&["ab"]));
        assert_ne!(hash_of(&["a", "b"]), hash_of(&["a", "c"]));
    }

    #[test]
    fn a_name_is_found_with_its_hash() {
        let html = "<link href='/web-worker.js'> import a from '/web-12ab.js'; '/web-12ab_bg.wasm'";
        assert_eq!(stem_in(html, "web").as_deref(), Some("web-12ab"));
        assert_eq!(stem_in("'/web-12xy.js'", "web"), None);
        assert_eq!(stem_in("'/web.js'", "web"), None);
    }
}
