//! What a connection's current request and its answer are made of: the bytes, and when they came and went.

use std::time::Instant;

use crate::serve::HEAD_LIMIT;

/// How much of an answer is kept, in bytes: any handshake's answer fits.
const ANSWER_LIMIT: usize = 4096;
/// How many moments are told apart within one recording.
const MOST_MOMENTS: usize = 64;

/// Bytes of one direction, in pieces as they passed.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    bytes: Vec<u8>,
    /// Up to which byte had passed when; the last byte's is always there.
    moments: Vec<(usize, Instant)>,
}

impl Recording {
    fn add(&mut self, bytes: &[u8], limit: usize) {
        let fits = limit.saturating_sub(self.bytes.len()).min(bytes.len());
        if fits == 0 {
            return;
        }
        self.bytes.extend_from_slice(&bytes[..fits]);
        let moment = (self.bytes.len(), Instant::now());
        if self.moments.len() == MOST_MOMENTS {
            self.moments.pop();
        }
        self.moments.push(moment);
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.moments.clear();
    }

    /// The bytes from `start` to `end`, in pieces as they passed.
    fn pieces(&self, start: usize, end: usize) -> impl Iterator<Item = (Instant, &[u8])> {
        let mut from = start;
        self.moments.iter().filter_map(move |&(until, at)| {
            let until = until.min(end);
            let piece = self.bytes.get(from..until).filter(|piece| !piece.is_empty())?;
            from = until;
            Some((at, piece))
        })
    }
}

/// The current request of a connection and the answer to it, as far as [`HEAD_LIMIT`] and a few kilobytes go.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    request: Recording,
    answer: Recording,
}

impl Tape {
    pub(super) fn read(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if !self.answer.bytes.is_empty() {
            self.request.clear();
            self.answer.clear();
        }
        self.request.add(bytes, HEAD_LIMIT);
    }

    pub(super) fn written(&mut self, bytes: &[u8]) {
        self.answer.add(bytes, ANSWER_LIMIT);
    }

    /// Whether a request has begun and has no answer yet.
    pub(crate) fn is_amid_a_request(&self) -> bool {
        !self.request.bytes.is_empty() && self.answer.bytes.is_empty()
    }

    /// The head of the request, given that this many bytes behind it were read with it.
    pub(crate) fn request(&self, leftover: usize) -> impl Iterator<Item = (Instant, &[u8])> {
        let end = self.request.bytes.len().saturating_sub(leftover);
        // Requests that came before it in the same breath are not part of it.
        let before = self.request.bytes[..end.saturating_sub(1)].windows(4);
        let start = before
            .rev()
            .position(|bytes| bytes == b"\r\n\r\n")
            .map_or(0, |back| end.saturating_sub(1 + back));
        self.request.pieces(start, end)
    }

    /// The answer's head, or as much of it as is kept.
    pub(crate) fn answer(&self) -> impl Iterator<Item = (Instant, &[u8])> {
        self.answer.pieces(0, self.answer.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<'a>(pieces: impl Iterator<Item = (Instant, &'a [u8])>) -> Vec<&'a str> {
        pieces.map(|(_, piece)| std::str::from_utf8(piece).unwrap()).collect()
    }

    #[test]
    fn a_request_is_kept_in_its_pieces_until_the_next_one() {
        let mut tape = Tape::default();
        assert!(!tape.is_amid_a_request());
        tape.read(b"GET /a HT");
        tape.read(b"TP/1.1\r\n\r\n");
        assert!(tape.is_amid_a_request());
        assert_eq!(text(tape.request(0)), ["GET /a HT", "TP/1.1\r\n\r\n"]);
        tape.written(b"HTTP/1.1 200 OK\r\n");
        tape.written(b"\r\n");
        assert!(!tape.is_amid_a_request());
        assert_eq!(text(tape.answer()), ["HTTP/1.1 200 OK\r\n", "\r\n"]);
        tape.read(b"GET /b HTTP/1.1\r\n\r\n");
        assert_eq!(text(tape.request(0)), ["GET /b HTTP/1.1\r\n\r\n"]);
        assert_eq!(text(tape.answer()), [""; 0]);
    }

    #[test]
    fn what_came_before_and_behind_a_request_is_not_part_of_it() {
        let mut tape = Tape::default();
        tape.read(b"GET /a HTTP/1.1\r\n\r\nGET /b");
        tape.read(b" HTTP/1.1\r\n\r\nframes");
        assert_eq!(text(tape.request(6)), ["GET /b", " HTTP/1.1\r\n\r\n"]);
    }

    #[test]
    fn long_and_crumbled_requests_cost_no_more_than_their_limit() {
        let mut tape = Tape::default();
        for _ in 0..2 * HEAD_LIMIT {
            tape.read(b"a");
        }
        assert_eq!(tape.request.bytes.len(), HEAD_LIMIT);
        assert_eq!(tape.request.moments.len(), MOST_MOMENTS);
        assert_eq!(tape.request(0).map(|(_, piece)| piece.len()).sum::<usize>(), HEAD_LIMIT);
        tape.written(&[b'a'; 2 * ANSWER_LIMIT]);
        assert_eq!(tape.answer.bytes.len(), ANSWER_LIMIT);
    }
}
