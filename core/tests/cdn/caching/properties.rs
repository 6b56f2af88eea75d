//! What must hold whatever the fields say, tried on bytes of any kind.

use crate::caching::oracle;
use proptest::prelude::*;

/// Pieces of fields, so that the bytes are more than noise.
const PIECES: &[&str] = &[
    "max-age=",
    "s-maxage=",
    "no-cache",
    "no-store",
    "private=\"",
    "public",
    "must-revalidate",
    "stale-while-revalidate=",
    "stale-if-error=",
    "max-stale",
    "min-fresh=",
    "only-if-cached",
    "99999999999999999999",
    "60",
    "-1",
    ", ",
    "=",
    "\"",
    "\\",
    "*",
    "W/\"a\"",
    "\"a\"",
    "bytes=",
    "0-",
    "-5",
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "gzip;q=0.5",
    "/a/../b?c",
    "https://example.org/%7e",
    "\n",
    "\r",
    "foo",
    "?1",
    "(1 2)",
    ":",
];

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => prop::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_break_the_rules(input in bytes()) {
        oracle::check(&input);
    }
}
