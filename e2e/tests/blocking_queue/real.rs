//! Workers that really run, and really wait.

use super::steps::{FIRST, STILL, choose, focus, open, press_by_key, says, slide, until_says};
use anyhow::{Result, ensure};
use fantoccini::key::Key;
use playground_e2e::{Look, Visitor};

const RUNNING: &str = "#running";

async fn started(look: Look) -> Result<Visitor> {
    let visitor = open(look).await?;
    press_by_key(&visitor, RUNNING, "Start the workers").await?;
    visitor.see(&format!("{RUNNING} [data-team-state=running]")).await?;
    visitor.see(&format!("{RUNNING} [data-subject={FIRST}]")).await?;
    Ok(visitor)
}

#[tokio::test(flavor = "multi_thread")]
async fn real_producers_are_parked_while_consumers_are_slow() -> Result<()> {
    let visitor = started(Look::DESKTOP).await?;
    slide(&visitor, RUNNING, "Each producer makes", 7).await?;
    visitor.until(&says(RUNNING, "node-0", "5 of 5, full")).await?;
    visitor.until(&says(RUNNING, "node-1", "parked, because the queue is full")).await?;
    visitor.see(&format!("{RUNNING} .badge-measured")).await?;
    // Now the consumers are fast, and wait.
    slide(&visitor, RUNNING, "Each producer makes", 0).await?;
    slide(&visitor, RUNNING, "Each consumer handles", 8).await?;
    visitor.until(&says(RUNNING, FIRST, "parked, because the queue is empty")).await?;
    press_by_key(&visitor, RUNNING, "Stop them").await?;
    visitor.see(&format!("{RUNNING} [data-team-state=stopped]")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_puts_by_hand_and_is_told_no_when_there_is_no_room() -> Result<()> {
    let visitor = started(Look::DESKTOP).await?;
    for consumer in [FIRST, "node-101"] {
        choose(&visitor, RUNNING, consumer, "Let it stand still").await?;
        visitor.until(&says(RUNNING, consumer, "stands still")).await?;
    }
    visitor.until(&says(RUNNING, "node-0", "5 of 5, full")).await?;
    press_by_key(&visitor, RUNNING, "Enqueue").await?;
    until_says(&visitor, "[data-queue=answer]", "No room").await?;
    press_by_key(&visitor, RUNNING, "Dequeue").await?;
    until_says(&visitor, "[data-queue=answer]", "You have taken number").await?;
    press_by_key(&visitor, RUNNING, "Size").await?;
    until_says(&visitor, "[data-queue=answer]", "of 5 places are taken").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_killed_and_the_others_go_on() -> Result<()> {
    let visitor = started(Look::DESKTOP).await?;
    choose(&visitor, RUNNING, FIRST, "Kill it").await?;
    visitor.until(&says(RUNNING, FIRST, "down")).await?;
    let done = format!(
        "return Number(document.querySelector('{RUNNING} [data-subject=node-101]').getAttribute('aria-label').match(/(\\d+) done/)[1])"
    );
    let before = visitor.script(&done).await?.as_u64().unwrap_or_default();
    visitor.until(&format!("{} > {}", done.trim_end_matches(';'), before + 1)).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn items_go_through_flat_out_and_each_is_checked() -> Result<()> {
    let visitor = open(STILL).await?;
    focus(&visitor, "#flat-out select").await?;
    visitor.key(Key::Home.into()).await?;
    press_by_key(&visitor, "#flat-out", "Send them through").await?;
    visitor.see("#flat-out [data-team-state=done]").await?;
    for (key, wanted) in
        [("taken", "100,000"), ("lost", "0"), ("doubled", "0"), ("out-of-order", "0")]
    {
        let text = visitor.text(&format!("#flat-out [data-queue={key}]")).await?;
        ensure!(text == wanted, "{key}: {text}");
    }
    println!("{} items a second", visitor.text("#flat-out [data-queue=per-second]").await?);
    until_says(&visitor, "[data-queue=verdict]", "none lost, none twice, all in order").await?;
    visitor.leave().await
}
