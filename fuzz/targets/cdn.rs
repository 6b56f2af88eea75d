//! The rules of a cache on any two messages: they never panic, store nothing that was plainly forbidden, serve
//! nothing that must be validated, and what they keep comes back from a disk as it was.
#![no_main]

#[path = "../../core/tests/cdn/caching/oracle.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|input: &[u8]| oracle::check(input));
