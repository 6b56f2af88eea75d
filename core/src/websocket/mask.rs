//! Masking (RFC 6455, section 5.3): every byte of a client's payload is combined with a byte of a key.
//!
//! It hides nothing, since the key travels with the frame. It keeps a page from choosing the bytes on the
//! wire, which could otherwise look like an HTTP request to a proxy that does not know WebSockets.

/// Combines `bytes` with the key by exclusive or, which masks and unmasks alike.
///
/// `offset` is the position of the first of the bytes in the payload: a payload may be taken in pieces.
pub fn mask(key: [u8; 4], offset: usize, bytes: &mut [u8]) {
    let key = u32::from_ne_bytes(key);
    // Turn the key so that its first byte is the one due at `offset`.
    let turn = 8 * (offset % 4) as u32;
    let key =
        if cfg!(target_endian = "little") { key.rotate_right(turn) } else { key.rotate_left(turn) };
    let word = u64::from(key) << 32 | u64::from(key);
    // Words of eight bytes, which the compiler makes wider where the machine has wider ones.
    let (words, rest) = bytes.as_chunks_mut::<8>();
    for bytes in words {
        *bytes = (u64::from_ne_bytes(*bytes) ^ word).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(word.to_ne_bytes()) {
        *byte ^= key;
    }
}
