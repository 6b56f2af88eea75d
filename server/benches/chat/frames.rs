//! Just enough of RFC 6455 for a client that counts: frame heads read, and masked text written.

use anyhow::{Result, ensure};

/// What a frame is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Text,
    Close,
    Ping,
    Pong,
}

/// Where the payload of the frame at the beginning of `bytes` is; none if the frame is not whole yet.
pub(crate) fn scan(bytes: &[u8]) -> Result<Option<(Kind, usize, usize)>> {
    let &[first, second, ..] = bytes else { return Ok(None) };
    let kind = match first {
        0x81 => Kind::Text,
        0x88 => Kind::Close,
        0x89 => Kind::Ping,
        0x8A => Kind::Pong,
        // Nobody here has reason to send fragments, binary messages or compressed ones.
        _ => anyhow::bail!("a frame begins with {first:#04x}"),
    };
    ensure!(second < 128, "a server's frame is masked");
    let (start, length) = match second {
        126 => match bytes.get(2..4) {
            Some(length) => (4, u64::from(u16::from_be_bytes([length[0], length[1]]))),
            None => return Ok(None),
        },
        127 => match bytes.get(2..10) {
            Some(length) => (10, u64::from_be_bytes(length.try_into()?)),
            None => return Ok(None),
        },
        short => (2, u64::from(short)),
    };
    ensure!(length <= 1 << 24, "a frame claims {length} bytes");
    let end = start + length as usize;
    Ok((end <= bytes.len()).then_some((kind, start, end)))
}

/// Whoever measures has nothing to hide from proxies: every frame has the same mask.
const MASK: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];

/// Appends a masked frame.
pub(crate) fn write(kind: Kind, payload: &[u8], out: &mut Vec<u8>) {
    out.push(match kind {
        Kind::Text => 0x81,
        Kind::Close => 0x88,
        Kind::Ping => 0x89,
        Kind::Pong => 0x8A,
    });
    match payload.len() {
        length @ 0..126 => out.push(0x80 | length as u8),
        length @ 126..65_536 => {
            out.push(0x80 | 126);
            out.extend((length as u16).to_be_bytes());
        }
        length => {
            out.push(0x80 | 127);
            out.extend((length as u64).to_be_bytes());
        }
    }
    out.extend(MASK);
    out.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}
