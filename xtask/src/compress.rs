//! Compresses the page's files ahead of time, so that the server only has to send them.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The kinds of file that get smaller; images and fonts are compressed already.
const COMPRESSIBLE: &[&str] =
    &["css", "html", "js", "json", "map", "mjs", "svg", "txt", "wasm", "webmanifest", "xml"];

/// One way to compress, and the way back.
struct Encoding {
    ending: &'static str,
    encode: fn(&[u8]) -> Result<Vec<u8>>,
    decode: fn(&[u8]) -> Result<Vec<u8>>,
}

const ENCODINGS: [Encoding; 2] = [
    Encoding { ending: "br", encode: brotli, decode: from_brotli },
    Encoding { ending: "gz", encode: gzip, decode: from_gzip },
];

/// Whether this name is of a compressed sibling, which belongs to the file without that ending.
pub(crate) fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "br" || extension == "gz")
}

/// Writes `file.br` and `file.gz` for the file that `path` holds or is about to hold, each only where it is
/// smaller than the file. One that is there already is kept if it holds this text; reading it is much faster
/// than compressing again.
pub(crate) fn write_siblings(path: &Path, plain: &[u8]) -> Result<()> {
    let is_compressible = path
        .extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| COMPRESSIBLE.contains(&extension));
    for encoding in ENCODINGS {
        let sibling = sibling(path, encoding.ending);
        let old = fs::read(&sibling).ok();
        let is_current =
            |old: &Vec<u8>| (encoding.decode)(old).is_ok_and(|decoded| decoded == plain);
        if is_compressible && old.as_ref().is_some_and(is_current) {
            continue;
        }
        let compressed = if is_compressible { (encoding.encode)(plain)? } else { plain.to_vec() };
        if compressed.len() < plain.len() {
            fs::write(&sibling, compressed)
                .with_context(|| format!("could not write {}", sibling.display()))?;
        } else if old.is_some() {
            fs::remove_file(&sibling)
                .with_context(|| format!("could not delete {}", sibling.display()))?;
        }
    }
    Ok(())
}

/// The bytes that a browser loads for this file: brotli's where there are any.
pub(crate) fn sent_size(path: &Path) -> Result<u64> {
    let compressed = sibling(path, "br");
    let sent = if compressed.exists() { &compressed } else { path };
    Ok(fs::metadata(sent).with_context(|| format!("could not read {}", sent.display()))?.len())
}

/// `page.html` and `br` make `page.html.br`.
pub(crate) fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn brotli(plain: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: plain.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &plain[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(plain: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?)
}

fn from_brotli(compressed: &[u8]) -> Result<Vec<u8>> {
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut &compressed[..], &mut plain)?;
    Ok(plain)
}

fn from_gzip(compressed: &[u8]) -> Result<Vec<u8>> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(compressed).read_to_end(&mut plain)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_give_back_what_they_were_given() {
        let plain = b"the same words, the same words, the same words".repeat(20);
        for Encoding { ending, encode, decode } in ENCODINGS {
            let compressed = encode(&plain).unwrap();
            assert!(compressed.len() < plain.len(), "{ending}");
            assert_eq!(decode(&compressed).unwrap(), plain, "{ending}");
        }
    }

    #[test]
    fn what_is_damaged_is_not_taken_for_current() {
        let compressed = gzip(&b"the same words".repeat(20)).unwrap();
        assert!(from_gzip(&compressed[..compressed.len() - 9]).is_err());
    }

    #[test]
    fn the_same_file_gives_the_same_bytes() {
        let plain = b"nothing of the clock goes into the header".repeat(3);
        assert_eq!(gzip(&plain).unwrap(), gzip(&plain).unwrap());
    }
}
