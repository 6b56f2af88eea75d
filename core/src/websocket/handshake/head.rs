//! The head of an HTTP/1.1 message: its first line and its headers, which is all that the handshake needs.

use super::HandshakeError;

/// The longest head that is read, in bytes.
pub const MOST_HEAD_BYTES: usize = 16 << 10;

/// The first line and the headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The first line, without its end.
    pub first_line: String,
    /// Names as they were written, and values without the spaces around them.
    pub headers: Vec<(String, Vec<u8>)>,
    /// How many bytes the head took, with the empty line.
    pub bytes: usize,
}

impl Head {
    /// Reads a head from the front of what has arrived; none if its empty line has not.
    ///
    /// What is simplified: lines end with CR LF, and no header goes on in the next line.
    pub fn read(arrived: &[u8]) -> Result<Option<Self>, HandshakeError> {
        let Some(bytes) = Self::find_end(arrived) else {
            let too_long = arrived.len() > MOST_HEAD_BYTES;
            return if too_long { Err(HandshakeError::TooLong) } else { Ok(None) };
        };
        if bytes > MOST_HEAD_BYTES {
            return Err(HandshakeError::TooLong);
        }
        let mut lines = lines(&arrived[..bytes]);
        let first = lines.next().map(|(_, line)| line).unwrap_or_default();
        let first_line = String::from_utf8_lossy(first).into_owned();
        let headers = lines.filter(|(_, line)| !line.is_empty()).map(|(_, line)| split(line));
        Ok(Some(Head { first_line, headers: headers.collect::<Result<_, _>>()?, bytes }))
    }

    /// How many bytes a head takes; none if its empty line has not arrived.
    pub(in crate::websocket) fn find_end(arrived: &[u8]) -> Option<usize> {
        const END: &[u8] = b"\r\n\r\n";
        Some(arrived.windows(END.len()).position(|window| window == END)? + END.len())
    }

    /// The headers as [`check_request`](super::check_request) and
    /// [`check_response`](super::check_response) take them.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// The method, the target and the version of a request.
    pub fn request(&self) -> Result<[&str; 3], HandshakeError> {
        let malformed = || HandshakeError::Malformed(self.first_line.clone());
        let words: Vec<&str> = self.first_line.split(' ').collect();
        words.try_into().map_err(|_| malformed())
    }

    /// The status of a response; none if the first line is not one of a response.
    pub fn status(&self) -> Option<u16> {
        let mut words = self.first_line.split(' ');
        words.next().filter(|version| *version == "HTTP/1.1")?;
        words.next()?.parse().ok()
    }
}

fn split(line: &[u8]) -> Result<(String, Vec<u8>), HandshakeError> {
    let (name, value) = split_header(line)
        .ok_or_else(|| HandshakeError::Malformed(String::from_utf8_lossy(line).into_owned()))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// The name and the value of a header; none if it is not one.
pub(in crate::websocket) fn split_header(line: &[u8]) -> Option<(&str, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = str::from_utf8(&line[..colon]).ok()?;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_name = !name.is_empty() && name.bytes().all(is_token);
    is_name.then(|| (name, line[colon + 1..].trim_ascii()))
}

/// The lines of a head without their ends, and where each ends with it.
pub(in crate::websocket) fn lines(head: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut begin = 0;
    std::iter::from_fn(move || {
        let rest = head.get(begin..).filter(|rest| !rest.is_empty())?;
        let length = rest.windows(2).position(|pair| pair == b"\r\n");
        let line = &rest[..length.unwrap_or(rest.len())];
        begin += length.map_or(rest.len(), |length| length + 2);
        Some((begin, line))
    })
}
