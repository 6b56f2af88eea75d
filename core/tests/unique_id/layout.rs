//! Layouts as their services publish them, and IDs that everybody can look up.

use playground_core::unique_id::anatomy::utc;
use playground_core::unique_id::snowflake::{
    Field, FieldOrder, Id, Layout, LayoutError, LayoutSpec, NamedLayout, Parts, PartsError,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn moment(unix_ms: u64) -> String {
    utc(unix_ms as i64)
}

#[test]
fn the_classical_layout_has_its_bits_where_the_write_ups_have_them() {
    let layout = Layout::CLASSICAL;
    let bits = |field| (0..64).filter(move |bit| layout.field_of_bit(*bit) == Some(field));
    assert!(bits(Field::Unused).eq(58..64));
    assert!(bits(Field::Timestamp).eq(17..58));
    assert!(bits(Field::Worker).eq(12..17));
    assert!(bits(Field::Sequence).eq(0..12));
    assert_eq!(layout.field_of_bit(64), None);
    assert_eq!(layout.ids_per_tick(), 4_096);
    assert_eq!(moment(layout.spec().epoch_unix_ms), "2023-01-01 00:00:00.000 UTC");
    assert_eq!(moment(layout.end_unix_ms()), "2092-09-06 15:47:35.552 UTC");
}

#[test]
fn javascript_begins_to_err_795_days_after_the_epoch() {
    let layout = Layout::CLASSICAL;
    let from = layout.first_unsafe_unix_ms().unwrap();
    assert_eq!((from - layout.spec().epoch_unix_ms) / 86_400_000, 795);
    assert_eq!(moment(from), "2025-03-06 08:44:36.736 UTC");
    let first = layout.first_id_at(from).unwrap();
    assert_eq!(first, Id(1 << 53));
    assert_eq!(layout.first_id_at(from - 1).unwrap(), Id((1 << 53) - (1 << 17)));
    // 30 bits of seconds and a sequence of 20 never get there.
    let spec =
        LayoutSpec { tick_ms: 1_000, timestamp_bits: 30, sequence_bits: 20, ..*layout.spec() };
    let short = Layout::new(LayoutSpec { worker_bits: 3, ..spec }).unwrap();
    assert_eq!(short.first_unsafe_unix_ms(), None);
}

#[test]
fn the_layouts_of_the_services_end_when_they_end() {
    let ends = NamedLayout::ALL.map(|named| {
        let layout = named.layout();
        let from = moment(layout.spec().epoch_unix_ms);
        format!("{}: {from} to {}", named.name(), moment(layout.end_unix_ms()))
    });
    expect_test::expect![[r#"
        Classical: 2023-01-01 00:00:00.000 UTC to 2092-09-06 15:47:35.552 UTC
        Twitter: 2010-11-04 01:42:54.657 UTC to 2080-07-10 17:30:30.209 UTC
        Discord: 2015-01-01 00:00:00.000 UTC to 2154-05-15 07:35:11.104 UTC
        Instagram: 2011-08-24 21:07:01.721 UTC to 2081-04-30 12:54:37.273 UTC
        Sony: 2014-09-01 00:00:00.000 UTC to 2188-11-16 03:28:58.880 UTC"#]]
    .assert_eq(&ends.join("\n"));
}

#[test]
fn ids_of_the_services_say_what_their_documents_say() {
    // Discord's API reference, "Snowflakes": worker 1, process 0, increment 7.
    let discord = Id(175_928_847_299_117_063);
    let parts = Layout::DISCORD.decompose(discord);
    assert_eq!((parts.worker, parts.sequence), (1 << 5, 7));
    assert_eq!(moment(Layout::DISCORD.unix_ms(discord)), "2016-04-30 11:18:25.796 UTC");
    // A tweet of Wikipedia's, in "Snowflake ID": 2022-06-28T16:07:40.105Z, machine 378, sequence 0.
    let tweet = Id(1_541_815_603_606_036_480);
    let parts = Parts { ticks: 367_597_485_448, worker: 378, sequence: 0 };
    assert_eq!(Layout::TWITTER.decompose(tweet), parts);
    assert_eq!(Layout::TWITTER.compose(parts), Ok(tweet));
    assert_eq!(moment(Layout::TWITTER.unix_ms(tweet)), "2022-06-28 16:07:40.105 UTC");
    // "Sharding & IDs at Instagram": shifted by 64 − 41, then 64 − 41 − 13, and the rest.
    let parts = Parts { ticks: 1_387_263_000, worker: 1_341, sequence: 5_001 % 1_024 };
    let id = 1_387_263_000 << 23 | 1_341 << 10 | (5_001 % 1_024);
    assert_eq!(Layout::INSTAGRAM.compose(parts), Ok(Id(id)));
    // Sony: the machine comes last, and time is counted in 10 ms.
    let parts = Parts { ticks: 100, worker: 0xbeef, sequence: 3 };
    let id = Layout::SONY.compose(parts).unwrap();
    assert_eq!(id, Id(100 << 24 | 3 << 16 | 0xbeef));
    assert_eq!(moment(Layout::SONY.unix_ms(id)), "2014-09-01 00:00:01.000 UTC");
}

#[test]
fn a_part_that_does_not_fit_is_an_error_and_not_somebody_elses_id() {
    let layout = Layout::CLASSICAL;
    let parts = Parts { ticks: 1, worker: 32, sequence: 0 };
    let error = layout.compose(parts).unwrap_err();
    assert_eq!(error, PartsError { field: Field::Worker, value: 32, most: 31 });
    // Joined by OR, worker 32 is worker 0 of the next millisecond.
    let same = Parts { ticks: 1, worker: 0, sequence: 0 };
    let run_over = Parts { ticks: 0, ..parts };
    assert_eq!(Ok(layout.compose_unchecked(run_over)), layout.compose(same));
    assert!(layout.compose(Parts { ticks: 1 << 41, ..same }).is_err());
    assert!(layout.compose(Parts { sequence: 4_096, ..same }).is_err());
    assert!(!layout.fits(Id(1 << 58)) && layout.fits(Id((1 << 58) - 1)));
}

#[test]
fn a_table_is_asked_for_a_range_of_time_by_ids() {
    for named in NamedLayout::ALL {
        let layout = named.layout();
        let spec = *layout.spec();
        let at = spec.epoch_unix_ms + 1_000_005;
        let first = layout.first_id_at(at).unwrap();
        assert!(layout.unix_ms(first) >= at, "{}", named.name());
        assert!(layout.unix_ms(Id(first.0 - 1)) < at, "{}", named.name());
        assert_eq!(layout.first_id_at(0), Some(Id(0)));
        assert_eq!(layout.first_id_at(layout.end_unix_ms()), None);
    }
}

#[test]
fn a_layout_that_cannot_be_says_why() {
    let spec = *Layout::CLASSICAL.spec();
    let error = |spec| Layout::new(spec).unwrap_err();
    let width = |field, bits| LayoutError::Width { field, bits };
    let with = |timestamp_bits, worker_bits, sequence_bits| LayoutSpec {
        timestamp_bits,
        worker_bits,
        sequence_bits,
        ..spec
    };
    assert_eq!(error(with(0, 5, 12)), width(Field::Timestamp, 0));
    assert_eq!(error(with(45, 5, 2)), width(Field::Timestamp, 45));
    assert_eq!(error(with(41, 17, 2)), width(Field::Worker, 17));
    assert_eq!(error(with(20, 5, 21)), width(Field::Sequence, 21));
    assert_eq!(error(with(41, 12, 12)), LayoutError::TooWide { bits: 65 });
    assert_eq!(error(with(43, 5, 12)), LayoutError::NoRoom { bits: 55 });
    assert_eq!(error(LayoutSpec { tick_ms: 0, ..spec }), LayoutError::Tick(0));
    assert_eq!(error(LayoutSpec { tick_ms: 1_001, ..spec }), LayoutError::Tick(1_001));
    assert!(Layout::new(LayoutSpec { epoch_unix_ms: 1 << 53, ..spec }).is_err());
    assert!(Layout::new(with(1, 0, 0)).is_ok());
}

#[test]
fn a_layout_in_a_link_is_checked_when_it_is_read() {
    let text = serde_json::to_string(&Layout::SONY).unwrap();
    assert_eq!(serde_json::from_str::<Layout>(&text).unwrap(), Layout::SONY);
    assert_eq!(Layout::SONY.spec().order, FieldOrder::SequenceFirst);
    let broken = text.replace("\"tick_ms\":10", "\"tick_ms\":0");
    assert!(serde_json::from_str::<Layout>(&broken).is_err());
}
