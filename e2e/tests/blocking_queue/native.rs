//! Native threads on the server.

use super::steps::{commands, open, press_by_key, run, slide, table, until_says};
use anyhow::{Context, Result, ensure};
use playground_e2e::Look;

const NATIVE: &str = ".blocking-queue-native";

#[tokio::test(flavor = "multi_thread")]
async fn all_queues_are_run_and_compared() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    slide(&visitor, NATIVE, "Items", 1).await?;
    press_by_key(&visitor, NATIVE, "Run all, one after the other").await?;
    until_says(&visitor, "[data-native=ratio]", "times as much as the textbook").await?;
    println!("{}", visitor.text("[data-native=ratio]").await?);
    let rows = table(&visitor, NATIVE).await?;
    ensure!(rows.len() >= 3, "{rows:#?}");
    for row in &rows {
        println!("{row:?}");
        ensure!(row[3] == "100,000" && row[8] == "none lost, none twice, in order", "{row:?}");
    }
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_stopped_and_another_one_begins() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    slide(&visitor, NATIVE, "Items", 6).await?;
    press_by_key(&visitor, NATIVE, "Run it").await?;
    visitor.see(&format!("{NATIVE} [role=meter]")).await?;
    press_by_key(&visitor, NATIVE, "Stop").await?;
    visitor.until(&format!("return !document.querySelector('{NATIVE} [role=meter]')")).await?;
    slide(&visitor, NATIVE, "Items", 0).await?;
    press_by_key(&visitor, NATIVE, "Run it").await?;
    until_says(&visitor, &format!("{NATIVE} tbody"), "10,000").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_run_is_had_from_a_terminal() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    slide(&visitor, NATIVE, "Items", 0).await?;
    let shown = commands(&visitor, NATIVE).await?;
    let lines = run(&shown, "this run, curl")?;
    let last: serde_json::Value = serde_json::from_str(lines.lines().last().context("no line")?)?;
    ensure!(last["type"] == "finished" && last["audit"]["taken"] == 10_000, "{lines}");
    visitor.leave().await
}
