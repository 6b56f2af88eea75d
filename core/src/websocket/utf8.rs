//! UTF-8 checked as it arrives, also where a character is cut in two.

use super::DecodeError;

/// Checks text piece by piece and fails at the first byte that no continuation can make valid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Utf8 {
    /// The first bytes of a character whose rest has not arrived.
    begun: [u8; 4],
    length: usize,
}

impl Utf8 {
    /// Takes the next bytes.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Result<(), DecodeError> {
        while self.length > 0 {
            let Some((next, rest)) = bytes.split_first() else { return Ok(()) };
            bytes = rest;
            self.begun[self.length] = *next;
            self.length += 1;
            match str::from_utf8(&self.begun[..self.length]) {
                Ok(_) => self.length = 0,
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return Err(DecodeError::TextNotUtf8),
            }
        }
        if let Err(error) = simdutf8::compat::from_utf8(bytes) {
            if error.error_len().is_some() {
                return Err(DecodeError::TextNotUtf8);
            }
            let begun = &bytes[error.valid_up_to()..];
            self.begun[..begun.len()].copy_from_slice(begun);
            self.length = begun.len();
        }
        Ok(())
    }

    /// The text ends here: no character may be left half.
    pub(super) fn end(&mut self) -> Result<(), DecodeError> {
        match std::mem::take(&mut self.length) {
            0 => Ok(()),
            _ => Err(DecodeError::TextNotUtf8),
        }
    }
}
