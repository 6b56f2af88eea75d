//! Where the fields of a frame are, whatever they say.

use super::super::{CloseCode, DecodeError, Opcode, mask};
use super::field::{Field, FieldKind, opcode_name};
use super::{FrameOutline, What};
use std::ops::Range;

/// The most characters of a payload in a field's value.
const PREVIEW: usize = 80;

/// What the first bytes of a frame say; none if more of them must arrive first.
pub(super) fn outline(bytes: &[u8]) -> Option<FrameOutline> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let rest = &bytes[2..];
    let (payload_bytes, width) = match second & 0x7f {
        126 => (u64::from(u16::from_be_bytes(*rest.first_chunk()?)), 2),
        127 => (u64::from_be_bytes(*rest.first_chunk()?), 8),
        short => (u64::from(short), 0),
    };
    let (mask, key_bytes) = match second & 0x80 {
        0 => (None, 0),
        _ => (Some(*rest[width..].first_chunk()?), 4),
    };
    let (fin, opcode) = (first & 0x80 != 0, first & 0x0f);
    Some(FrameOutline { fin, opcode, mask, header_bytes: 2 + width + key_bytes, payload_bytes })
}

/// How many bytes the frame takes; none if that is not known yet.
pub(super) fn extent(bytes: &[u8]) -> Option<u64> {
    outline(bytes).map(|it| it.payload_bytes.saturating_add(it.header_bytes as u64))
}

/// The payload as far as it is there, without its mask.
pub(super) fn clear(bytes: &[u8], outline: &FrameOutline) -> Vec<u8> {
    let mut payload = bytes[outline.header_bytes.min(bytes.len())..].to_vec();
    if let Some(key) = outline.mask {
        mask(key, 0, &mut payload);
    }
    payload
}

/// The fields of a frame as far as its bytes are there.
pub(super) fn fields(bytes: &[u8], what: What, error: Option<&DecodeError>) -> Vec<Field> {
    let mut fields = Fields { fields: Vec::new(), end: bytes.len() * 8 };
    if let Some(first) = bytes.first() {
        let bit = |index: u8| (first >> (7 - index) & 1).to_string();
        fields.add(FieldKind::Fin, 0..1, bit(0));
        for number in 1..=3 {
            fields.add(
                FieldKind::Reserved(number),
                number.into()..usize::from(number) + 1,
                bit(number),
            );
        }
        fields.add(FieldKind::Opcode, 4..8, opcode_name(first & 0x0f));
    }
    if let Some(second) = bytes.get(1) {
        fields.add(FieldKind::Masked, 8..9, (second >> 7).to_string());
        let (length, width) = match second & 0x7f {
            126 => ("126: in the next 2 bytes".to_owned(), 2),
            127 => ("127: in the next 8 bytes".to_owned(), 8),
            short => (short.to_string(), 0),
        };
        fields.add(FieldKind::Length, 9..16, length);
        let mut begin = 16;
        if width > 0 {
            let long = bytes[2..].iter().take(width);
            let value = long.fold(0u64, |value, byte| value << 8 | u64::from(*byte));
            fields.add(FieldKind::LongLength, begin..begin + width * 8, value.to_string());
            begin += width * 8;
        }
        if second & 0x80 != 0 {
            let key = bytes.iter().skip(begin / 8).take(4);
            let key: Vec<String> = key.map(|byte| format!("{byte:02x}")).collect();
            fields.add(FieldKind::MaskingKey, begin..begin + 32, key.join(" "));
        }
    }
    if let What::Frame(outline) = what {
        fields.add_payload(bytes, &outline);
    }
    fields.mark(error)
}

struct Fields {
    fields: Vec<Field>,
    /// How many bits there are.
    end: usize,
}

impl Fields {
    /// Adds a field as far as its bits are there.
    fn add(&mut self, kind: FieldKind, bits: Range<usize>, value: String) {
        let bits = bits.start..bits.end.min(self.end);
        if !bits.is_empty() {
            self.fields.push(Field { kind, bits, value, is_broken: false });
        }
    }

    fn add_payload(&mut self, bytes: &[u8], outline: &FrameOutline) {
        let begin = outline.header_bytes * 8;
        // Nobody looks at more of it, and a payload may be long.
        let shown = bytes.len().min(outline.header_bytes + 4 * PREVIEW);
        let clear = clear(&bytes[..shown], outline);
        if Opcode::from_number(outline.opcode) != Some(Opcode::Close) {
            self.add(FieldKind::Payload, begin..self.end, preview(&clear));
            return;
        }
        let code = match clear.first_chunk() {
            Some(code) => {
                let code = CloseCode(u16::from_be_bytes(*code));
                code.name().map_or(code.to_string(), |name| format!("{code}: {name}"))
            }
            None => "half a code".to_owned(),
        };
        self.add(FieldKind::CloseCode, begin..begin + 16, code);
        let reason = preview(clear.get(2..).unwrap_or_default());
        self.add(FieldKind::CloseReason, begin + 16..self.end, reason);
    }

    fn mark(mut self, error: Option<&DecodeError>) -> Vec<Field> {
        let has_long_length = self.fields.iter().any(|field| field.kind == FieldKind::LongLength);
        for field in &mut self.fields {
            field.is_broken = error.is_some_and(|error| field.kind.breaks(error, has_long_length));
        }
        // A text may end within a character, in a frame that carries nothing: it is wrong that it ends.
        let is_found = self.fields.iter().any(|field| field.is_broken);
        if let (Some(_), false, Some(fin)) = (error, is_found, self.fields.first_mut()) {
            fin.is_broken = true;
        }
        self.fields
    }
}

/// The beginning of a text; bytes that are not text in hexadecimal.
fn preview(bytes: &[u8]) -> String {
    // A character may be cut in two where the payload, or what is looked at of it, ends.
    let is_text = match str::from_utf8(bytes) {
        Ok(text) => !text.contains('\0'),
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    if is_text {
        let text = String::from_utf8_lossy(bytes);
        let mut preview: String = text.chars().take(PREVIEW).collect();
        if preview.len() < text.len() {
            preview.push('…');
        }
        return preview;
    }
    let shown = bytes.iter().take(PREVIEW / 3).map(|byte| format!("{byte:02x}"));
    let mut preview = shown.collect::<Vec<_>>().join(" ");
    if bytes.len() > PREVIEW / 3 {
        preview.push_str(" …");
    }
    preview
}
