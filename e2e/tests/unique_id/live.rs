//! The server's own ID service, and the page without it.

use super::steps::{
    commands, focus, open, pick, press_by_key, run, run_powershell, slide, table, until_says,
};
use anyhow::{Result, ensure};
use fantoccini::key::Key;
use playground_e2e::Look;
use std::collections::HashSet;

const LIVE: &str = ".unique-id-live";

#[tokio::test(flavor = "multi_thread")]
async fn the_server_makes_ids_and_takes_one_apart_by_keyboard() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    let number = visitor.number(&format!("{LIVE} [data-service=number]")).await?;
    ensure!(number < 32, "worker {number}");
    slide(&visitor, LIVE, "How many", 6).await?;
    press_by_key(&visitor, LIVE, "Let the server make them").await?;
    visitor.see("[data-live=made][data-count='10000']").await?;
    until_says(&visitor, &format!("{LIVE} [data-service=made]"), "10,000").await?;
    ensure!(visitor.text(&format!("{LIVE} [data-service=duplicates]")).await? == "0");
    // The first of them is chosen, and read.
    focus(&visitor, &format!("{LIVE} .unique-id-made")).await?;
    visitor.key(Key::Enter.into()).await?;
    press_by_key(&visitor, LIVE, "Let the server read it").await?;
    until_says(&visitor, "[data-live=decoded]", "Snowflake").await?;
    let fields = table(&visitor, "[data-live=decoded] .unique-id-reading:first-child").await?;
    ensure!(
        fields.iter().any(|row| row[1] == "16…12" && row[2] == number.to_string()),
        "{fields:#?}"
    );
    let leases = table(&visitor, "[data-live=leases]").await?;
    ensure!(
        leases.iter().any(|row| row[0] == number.to_string() && row[2] == "this server"),
        "{leases:#?}"
    );
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn other_kinds_need_no_worker() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    slide(&visitor, LIVE, "How many", 2).await?;
    for (kind, length) in [("UUIDv7", 36), ("ULID", 26)] {
        pick(&visitor, LIVE, "Kind", kind).await?;
        press_by_key(&visitor, LIVE, "Let the server make them").await?;
        let script = format!(
            "return [...document.querySelectorAll('{LIVE} .unique-id-made')].map(it => it.textContent)"
        );
        visitor
            .until(&format!(
                "const ids = (() => {{ {script} }})(); return ids.length === 10 && ids[0].length === {length}"
            ))
            .await?;
        let ids: Vec<String> = serde_json::from_value(visitor.script(&script).await?)?;
        ensure!(ids.is_sorted() && ids.iter().collect::<HashSet<_>>().len() == 10, "{ids:?}");
    }
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_steps_back_repeats_nothing() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    slide(&visitor, LIVE, "How many", 1).await?;
    let ids = |shown: &str| {
        format!(
            "[...document.querySelectorAll('{LIVE} .unique-id-made')].map(it => it.textContent){shown}"
        )
    };
    press_by_key(&visitor, LIVE, "Let the server make them").await?;
    visitor.until(&format!("return {} === 3", ids(".length"))).await?;
    let before: Vec<String> =
        serde_json::from_value(visitor.script(&format!("return {}", ids(""))).await?)?;
    pick(&visitor, LIVE, "The service’s clock is", "50 ms behind").await?;
    visitor
        .until(&format!("return document.querySelector('{LIVE} select').closest('label').textContent.includes('50 ms behind')"))
        .await?;
    press_by_key(&visitor, LIVE, "Let the server make them").await?;
    visitor.until(&format!("return {}[0] !== '{}'", ids(""), before[0])).await?;
    let after: Vec<String> =
        serde_json::from_value(visitor.script(&format!("return {}", ids(""))).await?)?;
    let greatest = before.iter().map(|id| id.parse::<u64>()).collect::<Result<Vec<_>, _>>()?;
    let least = after.iter().map(|id| id.parse::<u64>()).collect::<Result<Vec<_>, _>>()?;
    ensure!(greatest.iter().max() < least.iter().min(), "{before:?}, then {after:?}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_is_asked_from_a_terminal() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    let shown = commands(&visitor, LIVE).await?;
    let state = run(&shown, "how the service is, curl")?;
    ensure!(state.contains("\"high_water_ms\""), "{state}");
    ensure!(run(&shown, "its clock 50 ms back, curl")?.contains("-50"));
    until_says(&visitor, LIVE, "50 ms behind").await?;
    ensure!(run(&shown, "its clock right again, curl")?.contains("\"offset_ms\":0"));
    run_powershell(&shown)?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_server_the_last_word_stays_and_the_shelf_works() -> Result<()> {
    let mut visitor = open(Look { is_reduced: true, ..Look::DESKTOP }).await?;
    visitor.server.kill()?;
    for section in [LIVE, ".unique-id-blog", ".unique-id-race"] {
        until_says(&visitor, &format!("{section} .notice"), "The server is away").await?;
    }
    ensure!(visitor.number(&format!("{LIVE} [data-service=number]")).await? < 32);
    let script = "return [...document.querySelectorAll('.unique-id-race button, .unique-id-live button, .unique-id-blog button')]\
        .filter(it => ['Start the race', 'Let the server make them', 'Post it'].includes(it.textContent.trim()))\
        .every(it => it.disabled)";
    ensure!(visitor.script(script).await? == true, "something can still be asked of the server");
    press_by_key(&visitor, ".unique-id-shelf", "Step").await?;
    until_says(&visitor, "[data-side=left]", "1 of 100 rows").await?;
    // A browser writes every refused connection to the console itself, so its silence is not asked for.
    visitor.client.close().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_everything_fits() -> Result<()> {
    let visitor = open(Look { width: 360, ..Look::DESKTOP }).await?;
    slide(&visitor, ".unique-id-race", "Rows of each kind", 0).await?;
    press_by_key(&visitor, ".unique-id-race", "Start the race").await?;
    until_says(&visitor, "[data-race=course]", "is over").await?;
    slide(&visitor, LIVE, "How many", 3).await?;
    press_by_key(&visitor, LIVE, "Let the server make them").await?;
    visitor.see("[data-live=made][data-count='100']").await?;
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    ensure!(visitor.script(overflow).await? == 0, "the page is too wide with an answer");
    visitor.leave().await
}
