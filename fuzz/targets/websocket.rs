//! The WebSocket codec on any bytes in any pieces: it never panics, stays within its limits, gives the same
//! however the bytes are cut, re-encodes what it decodes, and agrees with tungstenite.
#![no_main]

#[path = "../../core/tests/websocket/oracle.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|input: &[u8]| oracle::check(input));
