//! The opening handshake: the RFC's example with every intermediate value, and every way to get it wrong.

use playground_core::websocket::handshake::{
    HandshakeError, Opening, ResponseError, accept, check_request, check_response, response,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// Section 1.3 gives the key, the concatenation, the digest and the answer.
#[test]
fn the_example_of_the_rfc() {
    let accept = accept(KEY).expect("the example is valid");
    assert_eq!(&accept.nonce, b"the sample nonce");
    let concatenated = "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    assert_eq!(accept.concatenated, concatenated);
    let digest = [
        0xb3, 0x7a, 0x4f, 0x2c, 0xc0, 0x62, 0x4f, 0x16, 0x90, 0xf6, 0x46, 0x06, 0xcf, 0x38, 0x59,
        0x45, 0xb2, 0xbe, 0xc4, 0xea,
    ];
    assert_eq!(accept.digest, digest);
    assert_eq!(accept.accept, ACCEPT);
    let opening = Opening {
        host: "server.example.com".into(),
        path: "/chat".into(),
        origin: Some("http://example.com".into()),
        nonce: *b"the sample nonce",
    };
    let request = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n\
        Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        Sec-WebSocket-Version: 13\r\nOrigin: http://example.com\r\n\r\n";
    assert_eq!(opening.encode(), request.as_bytes());
    let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    assert_eq!(response(&accept), answer.as_bytes());
}

const REQUEST: [(&str, &[u8]); 5] = [
    ("host", b"localhost"),
    ("upgrade", b"WebSocket"),
    ("CONNECTION", b"keep-alive, Upgrade"),
    ("Sec-WebSocket-Key", b" dGhlIHNhbXBsZSBub25jZQ== "),
    ("sec-websocket-version", b"13"),
];

/// The request without the header at `index`, and with these instead.
fn with(index: usize, others: &[(&'static str, &'static [u8])]) -> Result<String, HandshakeError> {
    let mut headers = REQUEST.to_vec();
    headers.splice(index..=index, others.iter().copied());
    check_request("GET", "HTTP/1.1", headers).map(|accept| accept.accept)
}

#[test]
fn a_server_takes_what_the_rfc_takes() {
    use HandshakeError as E;
    let whole = check_request("GET", "HTTP/1.1", REQUEST).expect("it is complete");
    assert_eq!(whole.accept, ACCEPT);
    assert_eq!(
        with(1, &[("Upgrade", b"h2c"), ("Upgrade", b"x, websocket")]).as_deref(),
        Ok(ACCEPT)
    );
    let old = check_request("GET", "HTTP/1.0", REQUEST);
    assert_eq!(old, Err(E::HttpVersion("HTTP/1.0".into())));
    let post = check_request("POST", "HTTP/1.1", REQUEST);
    assert_eq!(post, Err(E::Method("POST".into())));
    let cases = [
        (with(0, &[]), E::Missing("Host"), 400),
        (with(1, &[]), E::NotAnUpgrade, 426),
        (with(1, &[("Upgrade", b"websockets")]), E::NotAnUpgrade, 426),
        (with(2, &[]), E::ConnectionKept, 400),
        (with(2, &[("Connection", b"keep-alive")]), E::ConnectionKept, 400),
        (with(3, &[]), E::Missing("Sec-WebSocket-Key"), 400),
        (with(3, &[REQUEST[3], REQUEST[3]]), E::Repeated("Sec-WebSocket-Key"), 400),
        (with(3, &[("Sec-WebSocket-Key", b"")]), E::Key, 400),
        (with(3, &[("Sec-WebSocket-Key", b"AAAA")]), E::Key, 400),
        (with(3, &[("Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ")]), E::Key, 400),
        (with(4, &[]), E::Missing("Sec-WebSocket-Version"), 400),
        (with(4, &[("Sec-WebSocket-Version", b"8")]), E::Version("8".into()), 426),
    ];
    for (outcome, error, status) in cases {
        assert_eq!(error.status(), status);
        assert_eq!(outcome, Err(error));
    }
}

#[test]
fn a_client_takes_only_the_answer_to_its_key() {
    use ResponseError as E;
    const ANSWER: [(&str, &[u8]); 3] = [
        ("Upgrade", b"websocket"),
        ("Connection", b"upgrade"),
        ("Sec-WebSocket-Accept", ACCEPT.as_bytes()),
    ];
    let check = |index: usize, other: &[(&'static str, &'static [u8])]| {
        let mut headers = ANSWER.to_vec();
        headers.splice(index..=index, other.iter().copied());
        check_response(KEY, 101, headers)
    };
    assert_eq!(check_response(KEY, 101, ANSWER), Ok(()));
    assert_eq!(check_response(KEY, 200, ANSWER), Err(E::Status(200)));
    assert_eq!(check(0, &[]), Err(E::NotAnUpgrade));
    assert_eq!(check(1, &[]), Err(E::ConnectionKept));
    let wrong = E::Accept { expected: ACCEPT.into() };
    assert_eq!(check(2, &[]), Err(wrong.clone()));
    assert_eq!(check(2, &[("Sec-WebSocket-Accept", b"AAAA")]), Err(wrong));
    for name in ["Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"] {
        assert_eq!(check(2, &[ANSWER[2], (name, b"x")]), Err(E::NotOffered(name)));
    }
}
