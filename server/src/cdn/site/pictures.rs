//! The pictures of the embedded origin: drawn here, so that there are no files.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri, header};

use super::Site;
use super::answer::Answer;

const SVG: &str = "image/svg+xml";
/// An hour, and no question before that.
const LONG: &str = "public, max-age=3600, immutable";
const WIDTH: u32 = 96;
const HEIGHT: u32 = 64;

pub(super) async fn harbour(method: Method, target: Uri, headers: HeaderMap) -> Response<Body> {
    let picture = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 240 160\">\
        <rect width=\"240\" height=\"100\" fill=\"#bfe3f5\"/>\
        <rect y=\"100\" width=\"240\" height=\"60\" fill=\"#0072b2\"/>\
        <path d=\"M40 100h70l-12 20H56z\" fill=\"#d55e00\"/>\
        <path d=\"M75 40v58M75 44l28 46H75zM72 52L48 92h24z\" fill=\"#f5f5ee\" stroke=\"#333\"/>\
        <path d=\"M180 100V62h8v38zM176 62h16l-8-14z\" fill=\"#cc3311\"/>\
        <circle cx=\"200\" cy=\"28\" r=\"14\" fill=\"#e69f00\"/></svg>\n";
    let answer = Answer::new(SVG, picture).cache(LONG).tags("pictures");
    answer.to(&method, &target, &headers)
}

pub(super) async fn mountains(
    State(site): State<Site>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    // Each revision has another sun.
    let across = 40 + site.revision() * 37 % 160;
    let picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 240 160\">\
         <rect width=\"240\" height=\"160\" fill=\"#f3e6cc\"/>\
         <circle cx=\"{across}\" cy=\"36\" r=\"18\" fill=\"#e69f00\"/>\
         <path d=\"M0 150L70 50l60 80 40-56 70 76z\" fill=\"#56b4e9\"/>\
         <path d=\"M0 160v-26l60-30 50 28 60-34 70 42v20z\" fill=\"#009e73\"/></svg>\n"
    );
    let answer = Answer::new(SVG, picture).cache("max-age=3600").tags("pictures");
    answer.to(&method, &target, &headers)
}

pub(super) async fn sky(method: Method, target: Uri, headers: HeaderMap) -> Response<Body> {
    let answer = Answer::new("image/png", sky_png()).cache("max-age=60, s-maxage=600");
    let answer = answer.tags("pictures").with(header::CONTENT_DISPOSITION, "inline");
    answer.to(&method, &target, &headers)
}

/// A gradient, as PNG (RFC 2083) without compression: its zlib stream (RFC 1950) is one stored block.
fn sky_png() -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..HEIGHT {
        rows.push(0);
        for _ in 0..WIDTH {
            let shade = u8::try_from(y * 255 / HEIGHT).unwrap_or(u8::MAX);
            rows.extend_from_slice(&[shade / 2 + 60, shade / 3 + 150, 255 - shade / 4]);
        }
    }
    let length = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let mut stream = vec![0x78, 0x01, 1];
    stream.extend_from_slice(&length.to_le_bytes());
    stream.extend_from_slice(&(!length).to_le_bytes());
    stream.extend_from_slice(&rows);
    stream.extend_from_slice(&adler32(&rows).to_be_bytes());

    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [WIDTH.to_be_bytes(), HEIGHT.to_be_bytes()].concat();
    // 8 bits a channel, true colour, the only methods there are, not interlaced.
    header.extend_from_slice(&[8, 2, 0, 0, 0]);
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"IDAT", &stream);
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], content: &[u8]) {
    let length = u32::try_from(content.len()).unwrap_or(0);
    png.extend_from_slice(&length.to_be_bytes());
    png.extend_from_slice(&kind);
    png.extend_from_slice(content);
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(&kind);
    checksum.update(content);
    png.extend_from_slice(&checksum.finalize().to_be_bytes());
}

/// RFC 1950, section 8.2.
fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_rfc() {
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }
}
