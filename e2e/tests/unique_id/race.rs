//! The race in the server's SQLite.

use super::steps::{
    commands, number, open, press_by_key, run, run_powershell, slide, table, until_says,
};
use anyhow::{Context, Result, ensure};
use playground_e2e::{Look, Visitor};

const RACE: &str = ".unique-id-race";

/// The row of a kind in the table.
async fn lane(visitor: &Visitor, kind: &str) -> Result<Vec<String>> {
    let rows = table(visitor, RACE).await?;
    let found = rows.iter().find(|row| row[0] == kind).cloned();
    found.with_context(|| format!("no {kind} in {rows:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_race_is_run_and_its_numbers_are_shown() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    until_says(&visitor, "[data-race=course]", "No race was run").await?;
    slide(&visitor, RACE, "Rows of each kind", 2).await?;
    press_by_key(&visitor, RACE, "Start the race").await?;
    until_says(&visitor, "[data-race=course]", "Race 1 is over: 10,000 rows for each of 3").await?;
    let (ordered, random) = (lane(&visitor, "Snowflake").await?, lane(&visitor, "UUIDv4").await?);
    println!("{ordered:?}\n{random:?}");
    ensure!(ordered[1] == "10,000" && random[1] == "10,000");
    let (few, many) = (number(&ordered[4])?, number(&random[4])?);
    ensure!(many > 2.0 * few, "{few} MiB written for ordered keys, {many} MiB for random ones");
    until_says(&visitor, "[data-race=ratios]", "times as long as Snowflake").await?;
    ensure!(
        visitor.text(&format!("{RACE} .unique-id-race-standing .badge")).await? == "measured here"
    );
    ensure!(
        visitor
            .script(&format!("return document.querySelectorAll('{RACE} canvas').length"))
            .await?
            == 4
    );
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_race_is_cancelled() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    slide(&visitor, RACE, "Rows of each kind", 7).await?;
    press_by_key(&visitor, RACE, "Start the race").await?;
    visitor.see(&format!("{RACE} [data-state=inserting]")).await?;
    press_by_key(&visitor, RACE, "Cancel").await?;
    until_says(&visitor, "[data-race=course]", "Race 1 was cancelled").await?;
    visitor.see(&format!("{RACE} [data-state=cancelled]")).await?;
    // The next one can begin at once, with one kind only.
    slide(&visitor, RACE, "Rows of each kind", 0).await?;
    for kind in ["UUIDv7", "UUIDv4"] {
        let script = format!(
            "const it = [...document.querySelectorAll('{RACE} .unique-id-choices label')]\
                .find(it => it.textContent.includes('{kind}')); it.querySelector('input').click(); return true"
        );
        visitor.until(&script).await?;
    }
    press_by_key(&visitor, RACE, "Start the race").await?;
    until_says(&visitor, "[data-race=course]", "Race 2 is over: 1,000 rows for each of 1").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_race_is_run_from_a_terminal_and_seen_on_the_page() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    slide(&visitor, RACE, "Rows of each kind", 0).await?;
    let shown = commands(&visitor, RACE).await?;
    let begun = run(&shown, "start the race, curl")?;
    ensure!(begun.contains("\"rows\":1000"), "{begun}");
    until_says(&visitor, "[data-race=course]", "Race 1 is over").await?;
    let told = run(&shown, "how it stands, curl")?;
    ensure!(told.contains("\"is_running\":false"), "{told}");
    let cancelled = run(&shown, "cancel it, curl")?;
    ensure!(cancelled.contains("\"number\":1"), "{cancelled}");
    run_powershell(&shown)?;
    visitor.leave().await
}
