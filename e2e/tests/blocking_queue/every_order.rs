//! Every order of steps, and the walk through the shortest run that breaks a promise.

use super::steps::{STILL, open, pick, press_by_key, until_says};
use anyhow::{Result, ensure};
use playground_e2e::Visitor;

const FIGURE: &str = "[data-figure=every-order]";

async fn search(visitor: &Visitor, mistake: &str) -> Result<()> {
    let script = format!(
        "const it = [...document.querySelectorAll('{FIGURE} label.choice')].find(it => it.textContent.startsWith('The mistake')); \
         const select = it.querySelector('select'); \
         select.value = [...select.options].find(it => it.textContent === '{mistake}').value; \
         select.dispatchEvent(new Event('change', {{ bubbles: true }})); return true"
    );
    visitor.until(&script).await?;
    press_by_key(visitor, FIGURE, "Visit every order").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_way_is_proven() -> Result<()> {
    let visitor = open(STILL).await?;
    search(&visitor, "none").await?;
    until_says(&visitor, &format!("{FIGURE} [role=status]"), "All of them have been visited")
        .await?;
    let counted = visitor.text(&format!("{FIGURE} [role=status]")).await?;
    println!("{counted}");
    let broken = format!("return document.querySelectorAll('{FIGURE} .is-broken').length");
    ensure!(visitor.script(&broken).await? == 0, "a promise is broken");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_wake_up_is_found_and_walked_through_by_key() -> Result<()> {
    let visitor = open(STILL).await?;
    search(&visitor, "one condition for both sides, and notify_one").await?;
    until_says(
        &visitor,
        &format!("{FIGURE} .is-broken"),
        "nobody sleeps beside what they wait for",
    )
    .await?;
    println!("{}", visitor.text(&format!("{FIGURE} [role=status]")).await?);
    let walked = ".blocking-queue-walked";
    until_says(&visitor, walked, "The shortest run").await?;
    // At the end of the run somebody sleeps, and nobody is there to wake them.
    let script = format!(
        "const it = document.querySelector('{walked} input[type=range]'); it.value = it.max; \
         it.dispatchEvent(new Event('input', {{ bubbles: true }})); return true"
    );
    visitor.until(&script).await?;
    visitor
        .until(&format!("return document.querySelectorAll('{walked} .is-asleep').length >= 2"))
        .await?;
    until_says(
        &visitor,
        &format!("{walked} .blocking-queue-walk > .blocking-queue-caption"),
        "broken",
    )
    .await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_knob_of_the_story_shows_what_a_mistake_breaks() -> Result<()> {
    let visitor = open(STILL).await?;
    pick(
        &visitor,
        ".blocking-queue-experiment",
        "The mistake",
        "no lock around looking and putting",
    )
    .await?;
    visitor
        .until(
            "return !!document.querySelector('[data-knob=Mistake] .blocking-queue-broken') || \
            (document.querySelector('[data-knob=Mistake] button[aria-label=Step]').click(), false)",
        )
        .await?;
    visitor.leave().await
}
