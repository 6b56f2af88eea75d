//! Every interleaving, and many runs of a seed each: the work of one worker beside the page.

use super::steps::{LAB, at_the_start, number, pick, press_by_key, slide, until_says};
use anyhow::{Result, ensure};
use playground_e2e::{Look, Visitor};

const SECTION: &str = ".multi-threading-every";

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_interleavings_eighteen_lose_an_update_and_one_opens_in_the_player() -> Result<()>
{
    let visitor = at_the_start(Look::DESKTOP).await?;
    press_by_key(&visitor, SECTION, "Search every interleaving").await?;
    until_says(&visitor, "[data-every=course]", "Done: every state has been visited.").await?;
    ensure!(visitor.text("[data-every=total]").await? == "20");
    let verdict = visitor.text("[data-every=verdict]").await?;
    ensure!(verdict.starts_with("18 of 20 interleavings break a promise."), "{verdict}");
    ensure!(visitor.text("[data-every=calmest]").await?.starts_with("One preemption"));
    press_by_key(&visitor, ".multi-threading-finding.is-bad", "Open it in the player").await?;
    // It opens at the top, plays, and ends with the promise broken.
    visitor.until("return document.activeElement.id === 'lead'").await?;
    until_says(&visitor, "#lead [role=alert]", "no update is lost").await?;
    // It was not the visitor who lost it.
    ensure!(
        visitor.script("return document.querySelectorAll('.goals .is-done').length").await? == 0
    );
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_proven_right_for_three_threads() -> Result<()> {
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    visitor.see(SECTION).await?;
    pick(&visitor, "multi-threading-every", "The program", "a counter with a lock").await?;
    slide(&visitor, SECTION, "Threads", 1).await?;
    slide(&visitor, SECTION, "Rounds of each", 1).await?;
    press_by_key(&visitor, SECTION, "Search every interleaving").await?;
    until_says(&visitor, "[data-every=course]", "Done: every state has been visited.").await?;
    let bad = "return document.querySelectorAll('.multi-threading-finding.is-bad').length";
    ensure!(visitor.script(bad).await? == 0, "a lock breaks a promise");
    let states = number(&visitor.text("[data-every=distinct]").await?)?;
    ensure!(states > 100.0, "{states} states");
    println!("{}", visitor.text(SECTION).await?);
    pick(&visitor, "multi-threading-every", "The program", "two locks in opposite order").await?;
    press_by_key(&visitor, SECTION, "Search every interleaving").await?;
    until_says(&visitor, "[data-every=course]", "Done: every state has been visited.").await?;
    until_says(&visitor, ".multi-threading-finding.is-bad", "there is no deadlock").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_appends_lose_items_without_a_lock_and_none_with_one() -> Result<()> {
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    let figure = "[data-figure=appends]";
    visitor.see(figure).await?;
    press_by_key(&visitor, figure, "Append 100,000").await?;
    until_says(&visitor, "[data-appends=course]", "Items are lost in 20 of 20 runs").await?;
    println!("{}", visitor.text("[data-appends=course]").await?);
    pick(&visitor, "multi-threading-experiment", "The queue is guarded by", "a lock").await?;
    press_by_key(&visitor, figure, "Append 100,000").await?;
    until_says(&visitor, "[data-appends=course]", "not one item is lost").await?;
    visitor.leave().await
}
