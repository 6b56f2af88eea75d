//! What every text begins with, so that whoever receives it knows what to check: who published it, its
//! number, and when it was meant to be sent. The rest of the 128 bytes is filling.

use anyhow::{Context, Result};

/// Texts have so many bytes.
pub(crate) const TEXT_BYTES: usize = 128;
/// Occurs once in a text, and in nothing that any contender puts around it.
const MARK: u8 = b'~';
/// `~PP.NNNNNNNN.TTTTTTTTTTTTTTTT.`
const STAMP_BYTES: usize = 30;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Stamp {
    pub(crate) publisher: u8,
    pub(crate) number: u32,
    /// Nanoseconds on the client's clock.
    pub(crate) intended: u64,
}

impl Stamp {
    pub(crate) fn text(self) -> [u8; TEXT_BYTES] {
        let mut text = [b'x'; TEXT_BYTES];
        text[0] = MARK;
        write_hex(self.publisher.into(), &mut text[1..3]);
        text[3] = b'.';
        write_hex(self.number.into(), &mut text[4..12]);
        text[12] = b'.';
        write_hex(self.intended, &mut text[13..29]);
        text[29] = b'.';
        text
    }

    /// The stamp that a text begins with.
    fn read(text: &[u8]) -> Option<Self> {
        let stamp = text.get(..STAMP_BYTES)?;
        if text.len() < TEXT_BYTES || [stamp[3], stamp[12], stamp[29]] != [b'.'; 3] {
            return None;
        }
        Some(Self {
            publisher: hex(&stamp[1..3])? as u8,
            number: hex(&stamp[4..12])? as u32,
            intended: hex(&stamp[13..29])?,
        })
    }
}

/// The stamps of all texts that are somewhere in a payload.
pub(crate) struct Stamps<'a>(pub(crate) &'a [u8]);

impl Iterator for Stamps<'_> {
    type Item = Result<Stamp>;

    fn next(&mut self) -> Option<Result<Stamp>> {
        let at = memchr::memchr(MARK, self.0)?;
        let text = &self.0[at..];
        let stamp = Stamp::read(text);
        self.0 = text.get(TEXT_BYTES..).unwrap_or_default();
        Some(stamp.with_context(|| format!("no stamp: {}", String::from_utf8_lossy(text))))
    }
}

fn write_hex(mut value: u64, digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(value & 15) as usize];
        value >>= 4;
    }
}

fn hex(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |value, &digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(value << 4 | u64::from(digit))
    })
}
