//! Answers that come line by line (NDJSON), as their clients read them.

use std::io::{BufRead, BufReader, Write};
use std::marker::PhantomData;
use std::net::TcpStream;
use std::time::Instant;

use serde::de::DeserializeOwned;

use crate::running::{DEADLINE, Server};

/// Asks again until it is so. What happens behind a client's back has no other sign.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::yield_now();
    }
}

/// An answer that goes on; its connection breaks when it is dropped.
pub(crate) struct Stream<T> {
    reader: BufReader<TcpStream>,
    line: PhantomData<T>,
}

impl<T: DeserializeOwned> Stream<T> {
    /// Posts a body of JSON, which must be taken.
    pub(crate) fn post(server: &Server, path: &str, body: &str) -> Self {
        Self::try_post(server, path, body).unwrap_or_else(|| panic!("refused: {body}"))
    }

    /// Posts a body of JSON; none if it is refused.
    pub(crate) fn try_post(server: &Server, path: &str, body: &str) -> Option<Self> {
        let mut stream = server.connect();
        // With HTTP/1.0 the answer is not in chunks, and ends with the connection.
        let head = format!(
            "POST {path} HTTP/1.0\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            server.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut stream = Self { reader: BufReader::new(stream), line: PhantomData };
        if !stream.text().starts_with("HTTP/1.0 200") {
            return None;
        }
        let mut headers = Vec::new();
        loop {
            match stream.text() {
                line if line.is_empty() => break,
                line => headers.push(line),
            }
        }
        assert!(headers.contains(&"content-type: application/x-ndjson".to_owned()), "{headers:?}");
        assert!(headers.contains(&"cache-control: no-store".to_owned()), "{headers:?}");
        Some(stream)
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        self.reader.read_line(&mut text).unwrap();
        text.trim_end().to_owned()
    }
}

impl<T: DeserializeOwned> Iterator for Stream<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let text = self.text();
        let line = (!text.is_empty()).then(|| serde_json::from_str(&text));
        line.map(|line| line.unwrap_or_else(|error| panic!("{error}: {text}")))
    }
}
