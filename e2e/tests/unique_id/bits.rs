//! The bits of an ID: flipped, generated, rounded by JavaScript, and those of any other ID.

use super::steps::{focus, open, press_by_key, press_in, slide, type_over, until_says};
use anyhow::{Result, ensure};
use fantoccini::key::Key;
use playground_e2e::Look;

const BITS: &str = "[data-figure=bits]";
const NUMBERS: &str = "[data-figure=numbers]";
const GENERATING: &str = "[data-figure=generating]";
const DISSECTOR: &str = ".unique-id-dissector";

#[tokio::test(flavor = "multi_thread")]
async fn a_bit_is_flipped_by_key_and_the_moment_follows() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    press_by_key(&visitor, BITS, "All zeros").await?;
    until_says(&visitor, &format!("{BITS} .unique-id-moment"), "2023-01-01 00:00:00.000 UTC")
        .await?;
    focus(&visitor, &format!("{BITS} [data-bit='57']")).await?;
    for key in [Key::Down, Key::Up, Key::Right] {
        visitor.key(key.into()).await?;
    }
    visitor.until("return document.activeElement.dataset.bit === '56'").await?;
    visitor.key(' ').await?;
    until_says(&visitor, &format!("{BITS} .unique-id-moment"), "2040-06-02").await?;
    visitor.key(Key::Down.into()).await?;
    visitor.until("return document.activeElement.dataset.bit === '16'").await?;
    visitor.key(Key::Enter.into()).await?;
    until_says(&visitor, &format!("{BITS} .unique-id-fields"), "worker 16 of 0 to 31").await?;
    visitor.see(&format!("{BITS} [data-bit='16'][aria-pressed=true]")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_made_by_a_click_and_at_full_speed() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    slide(&visitor, GENERATING, "IDs made by a click", 5).await?;
    press_by_key(&visitor, GENERATING, "Make 10,000 IDs").await?;
    until_says(&visitor, &format!("{GENERATING} [role=status]"), "10,000 IDs within").await?;
    until_says(
        &visitor,
        &format!("{GENERATING} [role=status]"),
        "each greater than the one before",
    )
    .await?;
    press_in(&visitor, GENERATING, "At full speed").await?;
    until_says(&visitor, &format!("{GENERATING} [role=status]"), "% of what the format allows")
        .await?;
    press_in(&visitor, GENERATING, "Stop").await?;
    until_says(&visitor, &format!("{GENERATING} [role=status]"), "were made a second").await?;
    let said = visitor.text(&format!("{GENERATING} [role=status]")).await?;
    println!("{said}");
    ensure!(said.contains("each greater than the one before"), "{said}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn javascript_rounds_what_is_sent_as_a_number() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    slide(&visitor, NUMBERS, "The ID is made, after the epoch,", 3).await?;
    until_says(&visitor, &format!("{NUMBERS} [role=status]"), "The same").await?;
    slide(&visitor, NUMBERS, "The ID is made, after the epoch,", 4).await?;
    until_says(&visitor, &format!("{NUMBERS} [role=status]"), "Another ID").await?;
    ensure!(visitor.text(&format!("{NUMBERS} .is-wrong")).await?.len() < 4);
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn any_id_is_recognised_and_what_is_none_is_told_why() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    until_says(&visitor, DISSECTOR, "2016-04-30 11:18:25.796 UTC").await?;
    let paste = format!("{DISSECTOR} input");
    for (text, words) in [
        ("C232AB00-9414-11EC-B3C8-9F6BDECED846", "2022-02-22"),
        (
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "ULID, in 26 digits of base 32: made 2016-07-30 23:54:10.259 UTC",
        ),
        ("0x0020000000005a9b", "2025-03-06"),
        ("1541815603606036480", "2022-06-28 16:07:40.105 UTC"),
        ("hello, world", "This is no ID that is known here."),
    ] {
        type_over(&visitor, &paste, text).await?;
        until_says(&visitor, DISSECTOR, words).await?;
    }
    for example in ["A UUIDv4, now", "A UUIDv7, now", "A ULID, now", "A Snowflake, now"] {
        press_by_key(&visitor, DISSECTOR, example).await?;
        let kind = example.split([' ', ',']).nth(1).unwrap_or_default();
        until_says(&visitor, &format!("{DISSECTOR} .unique-id-moment"), kind).await?;
    }
    visitor.leave().await
}
