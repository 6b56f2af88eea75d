//! RFC 9110, section 5.6.7: the three forms of a date.

use crate::caching::{NOW, at};
use playground_core::cdn::caching::Timestamp;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn read(text: &str) -> Option<Timestamp> {
    Timestamp::parse_http_date(text.as_bytes(), NOW)
}

#[test]
fn all_three_forms_are_read() {
    for text in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "SUN, 06 nOV 1994 08:49:37 gmt",
        " Sun, 06 Nov 1994 08:49:37 GMT\t",
    ] {
        assert_eq!(read(text), Some(NOW), "{text}");
    }
}

#[test]
fn what_is_not_quite_a_date_is_none() {
    for text in [
        "",
        "0",
        "-1",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun 06 Nov 1994 08:49:37 GMT",
        "Sun, 06  Nov  1994 08:49:37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08.49.37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 30 Feb 1994 08:49:37 GMT",
        "Sun, 29 Feb 1900 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Xyz, 06 Nov 1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    assert_eq!(Timestamp::parse_http_date(b"Sun, 06 Nov 1994 08:49:3\xff GMT", NOW), None);
}

/// "MUST interpret a timestamp that appears to be more than 50 years in the future as … in the past."
#[test]
fn two_digits_of_a_year_mean_the_nearest_that_can_be() {
    for (year, meant) in [("94", 1994), ("44", 2044), ("45", 1945), ("00", 2000), ("99", 1999)] {
        let date = read(&format!("Sunday, 06-Nov-{year} 08:49:37 GMT")).expect("a date");
        assert!(date.to_string().contains(&format!(" {meant} ")), "{year} is {date}");
    }
}

#[test]
fn dates_are_written_as_they_are_read() {
    assert_eq!(NOW.to_string(), "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(Timestamp(0).to_string(), "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(Timestamp(-1).to_string(), "Wed, 31 Dec 1969 23:59:59 GMT");
    for days in (-200_000_i64..200_000).step_by(37) {
        let moment = at(days * 86_400 + days.rem_euclid(86_400));
        assert_eq!(read(&moment.to_string()), Some(moment), "{moment}");
    }
}

#[test]
fn a_date_in_the_far_future_is_read() {
    let far = read("Sun, 21 Nov 2286 04:46:39 GMT").expect("a date");
    assert_eq!(far, Timestamp::from_secs(10_000_039_599));
    // The day of the week is wrong, and nobody is served by minding that.
    assert!(read("Thu Aug  8 02:01:18 2050").is_some());
}
