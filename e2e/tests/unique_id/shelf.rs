//! The shelf and the million: both are the page's own, and need no server.

use super::steps::{focus, number, open, pick, press_by_key, press_in, slide, table, until_says};
use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use playground_e2e::{Look, Visitor};

const SHELF: &str = ".unique-id-shelf";
const MILLION: &str = ".unique-id-million";

/// What both trees have counted, by the row's name.
async fn counted(visitor: &Visitor, name: &str) -> Result<[f64; 2]> {
    let rows = table(visitor, "[data-shelf=numbers]").await?;
    let row =
        rows.iter().find(|row| row[0] == name).with_context(|| format!("no {name} in {rows:?}"))?;
    Ok([number(&row[1])?, number(&row[2])?])
}

/// Takes the time of the shelf to its end.
async fn to_the_end(visitor: &Visitor) -> Result<()> {
    focus(visitor, &format!("{SHELF} input[type=range][aria-label=Time]")).await?;
    visitor.key(Key::End.into()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ordered_keys_split_the_last_leaf_and_random_ones_any() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    to_the_end(&visitor).await?;
    let keys = counted(&visitor, "Keys").await?;
    ensure!(keys == [100.0, 100.0], "{keys:?}");
    let [ordered, random] = counted(&visitor, "Splits in the middle").await?;
    ensure!(ordered == 0.0 && random > 5.0, "{ordered}, {random}");
    let [ordered, random] = counted(&visitor, "Leaves are full").await?;
    ensure!(ordered > random + 5.0, "{ordered} %, {random} %");
    let [ordered, random] = counted(&visitor, "Pages read from the disk").await?;
    ensure!(random > 10.0 * (ordered + 1.0), "{ordered}, {random}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shelf_is_played_by_keyboard_alone() -> Result<()> {
    let visitor = open(Look { is_reduced: true, ..Look::DESKTOP }).await?;
    for expected in 1..=3 {
        press_by_key(&visitor, SHELF, "Step").await?;
        visitor
            .until(&format!(
                "return document.querySelector('[data-side=left]').textContent.includes('{expected} of 100 rows')"
            ))
            .await?;
    }
    press_by_key(&visitor, SHELF, "Step back").await?;
    until_says(&visitor, "[data-side=left]", "2 of 100 rows").await?;
    // A key of one's own goes into both.
    focus(&visitor, &format!("{SHELF} .unique-id-insert input")).await?;
    visitor.script("document.activeElement.select()").await?;
    for digit in ['7', '7', '7'] {
        visitor.key(digit).await?;
    }
    visitor.key(Key::Enter.into()).await?;
    until_says(
        &visitor,
        &format!("{SHELF} .unique-id-caption"),
        "On the left, 777: 1 page touched",
    )
    .await?;
    ensure!(counted(&visitor, "Keys").await? == [3.0, 3.0]);
    slide(&visitor, SHELF, "Pages of each tree in memory", 0).await?;
    until_says(&visitor, &format!("{SHELF} .unique-id-caption"), "room for 1 page").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn another_order_begins_its_shelf_anew() -> Result<()> {
    let visitor = open(Look { is_reduced: true, ..Look::DESKTOP }).await?;
    to_the_end(&visitor).await?;
    pick(&visitor, SHELF, "Keys on the right", "Descending").await?;
    until_says(&visitor, "[data-side=right]", "Descending, 0 of 100 rows").await?;
    // The other side stays as it is.
    until_says(&visitor, "[data-side=left]", "100 of 100 rows").await?;
    pick(&visitor, SHELF, "Worth seeing", "With room for three pages, then for forty").await?;
    until_says(&visitor, "[data-side=right]", "UUIDv4").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_go_in_beside_the_page_and_can_be_stopped() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    slide(&visitor, MILLION, "Rows of each", 0).await?;
    slide(&visitor, MILLION, "Memory for the index", 0).await?;
    press_by_key(&visitor, MILLION, "Insert them").await?;
    until_says(&visitor, "[data-million=course]", "Done: 60,000 rows").await?;
    let lanes = table(&visitor, "[data-million=lanes]").await?;
    ensure!(lanes.len() == 6, "{lanes:#?}");
    let full = |name: &str| -> Result<f64> {
        let lane =
            lanes.iter().find(|lane| lane[0] == name).with_context(|| format!("no {name}"))?;
        number(&lane[2])
    };
    let (ordered, random) = (full("Snowflake")?, full("UUIDv4")?);
    println!("leaves full: Snowflake {ordered} %, UUIDv4 {random} %");
    ensure!(ordered > 85.0 && random < 80.0, "{ordered} %, {random} %");
    // And a long one, which is stopped.
    slide(&visitor, MILLION, "Rows of each", 4).await?;
    press_in(&visitor, MILLION, "Insert them").await?;
    visitor.until("return document.querySelector('[data-million=course]').textContent.includes(' of 6,000,000 rows')").await?;
    press_by_key(&visitor, MILLION, "Stop").await?;
    until_says(&visitor, "[data-million=course]", "Stopped after").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_come_too_late_are_set_beside_postgresql() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    pick(&visitor, MILLION, "What is compared", "keys that come too late").await?;
    slide(&visitor, MILLION, "Rows of each", 1).await?;
    press_in(&visitor, MILLION, "Insert them").await?;
    until_says(&visitor, "[data-million=course]", "Done: 350,000 rows").await?;
    visitor.see("[data-million=peers] canvas").await?;
    let lanes = table(&visitor, "[data-million=lanes]").await?;
    ensure!(lanes.len() == 7, "{lanes:#?}");
    let (in_time, late) = (number(&lanes[0][2])?, number(&lanes[3][2])?);
    ensure!(in_time > 85.0 && late < 70.0, "{in_time} %, {late} %");
    visitor.leave().await
}
