//! The waiting line at the top, the commands, and the sandbox.

use super::steps::{
    A, FIRST, LAB, STILL, choose, commands, focus, goal_is_reached, open, pick, run,
    run_powershell, says, step_until, until_says,
};
use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use playground_e2e::{Look, Visitor};

const LEAD: &str = "#lead";
/// A run in which two threads are in each other's way.
const NO_LOCK: &str = "No lock: two write to the same place, and two read the same item";

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_plays_by_itself_and_fills_the_queue() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    visitor.until(&says(LEAD, "node-0", "3 of 5")).await?;
    visitor
        .until("return document.querySelectorAll('#lead .blocking-queue-items > g').length >= 3")
        .await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn producers_are_parked_by_key_when_consumers_stand_still() -> Result<()> {
    let visitor = open(STILL).await?;
    choose(&visitor, LEAD, FIRST, "Let it stand still").await?;
    choose(&visitor, LEAD, "node-101", "Let it stand still").await?;
    visitor.until(&says(LEAD, FIRST, "stands still")).await?;
    step_until(&visitor, &says(LEAD, "node-0", "5 of 5, full")).await?;
    step_until(&visitor, &says(LEAD, A, "parked, because the queue is full")).await?;
    step_until(&visitor, &says(LEAD, "node-2", "parked, because the queue is full")).await?;
    visitor.until(&goal_is_reached("every producer parked")).await?;
    // Both goes on, and somebody is woken for the place that becomes free.
    choose(&visitor, LEAD, FIRST, "Let it go on").await?;
    step_until(&visitor, &says(LEAD, A, "1 done")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_are_keys_and_a_line() -> Result<()> {
    let visitor = open(STILL).await?;
    // Nothing is inside yet: whoever dequeues waits in line.
    visitor.key('d').await?;
    until_says(&visitor, "#lead .blocking-queue-calls", "waits").await?;
    step_until(&visitor, "return !document.querySelector('#lead .blocking-queue-answer.is-open')")
        .await?;
    visitor.until("return /dequeue[AB]\\d+/.test(document.querySelector('#lead .blocking-queue-calls').textContent)").await?;
    visitor.until(&goal_is_reached("be handed an item")).await?;
    visitor.key('/').await?;
    visitor
        .until(
            "return document.activeElement?.matches('#lead .blocking-queue-prompt input') === true",
        )
        .await?;
    for line in ["enqueue tea\n", "peek\n", "size\n"] {
        let field = visitor.see("#lead .blocking-queue-prompt input").await?;
        field.send_keys(line).await?;
    }
    until_says(&visitor, "#lead .blocking-queue-calls", "enqueue tea").await?;
    until_says(&visitor, "#lead .blocking-queue-calls", "of 5").await?;
    let field = visitor.see("#lead .blocking-queue-prompt input").await?;
    field.send_keys("enqeue\n").await?;
    until_says(&visitor, "#lead .blocking-queue-error", "try help").await?;
    let field = visitor.see("#lead .blocking-queue-prompt input").await?;
    field.send_keys("\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}help\n").await?;
    until_says(&visitor, "#lead .blocking-queue-help", "capacity n").await?;
    // In the line, letters are letters.
    visitor.key('e').await?;
    visitor
        .until("return document.querySelector('#lead .blocking-queue-prompt input').value === 'e'")
        .await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_queue_is_drained_and_everybody_goes_home() -> Result<()> {
    let visitor = open(STILL).await?;
    step_until(&visitor, &says(LEAD, "node-0", "3 of 5")).await?;
    choose(&visitor, LEAD, "node-0", "Close it").await?;
    visitor.until(&says(LEAD, "node-0", "closed")).await?;
    step_until(&visitor, &says(LEAD, FIRST, "done, because the queue is closed")).await?;
    step_until(&visitor, &says(LEAD, "node-0", "0 of 5, closed")).await?;
    visitor.until(&goal_is_reached("Close a queue")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_caught_and_said() -> Result<()> {
    let visitor = open(STILL).await?;
    pick(&visitor, ".blocking-queue-console", "Begin with", NO_LOCK).await?;
    let rests = "const it = document.querySelector('#lead .player-play'); \
        if (it.getAttribute('aria-label') === 'Pause') it.click(); return it.getAttribute('aria-label') === 'Play'";
    visitor.until(rests).await?;
    // In a list, letters are for choosing.
    focus(&visitor, "#lead .player-play").await?;
    visitor.key('p').await?;
    step_until(&visitor, "return !!document.querySelector('#lead .blocking-queue-broken')").await?;
    until_says(&visitor, "#lead .blocking-queue-broken", "Broken").await?;
    visitor.until(&goal_is_reached("Choose a mistake")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn stepping_back_undoes_and_a_link_shows_the_same_moment() -> Result<()> {
    let visitor = open(STILL).await?;
    step_until(&visitor, &says(LEAD, "node-0", "2 of 5")).await?;
    visitor.key('e').await?;
    visitor.until(&says(LEAD, "node-0", "3 of 5")).await?;
    visitor.key(',').await?;
    visitor.until(&says(LEAD, "node-0", "2 of 5")).await?;
    visitor.key('.').await?;
    visitor.until(&says(LEAD, "node-0", "3 of 5")).await?;
    visitor.stillness().await?;
    let seen = "return JSON.stringify([document.querySelector('#lead .player-time').textContent, \
        [...document.querySelectorAll('#lead [data-subject]')].map(it => it.getAttribute('aria-label'))])";
    let here = visitor.script(seen).await?;
    let address = visitor.script("return location.href").await?;
    let address = address.as_str().context("no address")?;
    let window = visitor.client.new_window(false).await?;
    visitor.client.switch_to_window(window.handle).await?;
    visitor.look(STILL, 900).await?;
    visitor.client.goto(address).await?;
    visitor.see(&format!("#lead [data-subject={A}]")).await?;
    let there = visitor.script(seen).await?;
    ensure!(here == there, "here {here}, there {there}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_home_is_whole() -> Result<()> {
    let visitor = open(STILL).await?;
    step_until(&visitor, &says(LEAD, "node-0", "2 of 5")).await?;
    // What would be downloaded is caught on its way.
    visitor
        .script("window.taken = {}; const give = URL.createObjectURL; \
                 URL.createObjectURL = blob => { blob.text().then(text => { window.taken[blob.type] = text; }); return give(blob); };")
        .await?;
    for (button, kind, wanted) in [
        ("Picture as SVG", "image/svg+xml", "Producer A"),
        ("Items as CSV", "text/csv", "A1"),
        ("Workers as CSV", "text/csv", "producer A,"),
        ("Measurements as CSV", "text/csv", "rate_times_wait"),
        ("Run as JSON", "application/json", "\"seed\":1"),
    ] {
        visitor.script("window.taken = {}").await?;
        visitor.press(button).await?;
        visitor
            .until(&format!("return window.taken['{kind}']?.includes('{wanted}')"))
            .await
            .with_context(|| button.to_owned())?;
    }
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_work_outside_the_browser() -> Result<()> {
    let visitor = open(STILL).await?;
    let shown = commands(&visitor, ".blocking-queue-home").await?;
    for label in ["the textbook’s queue, curl", "the fast queue, curl"] {
        let lines = run(&shown, label)?;
        let last = lines.lines().last().context("no line")?;
        let last: serde_json::Value = serde_json::from_str(last)?;
        ensure!(last["type"] == "finished" && last["audit"]["taken"] == 300_000, "{last}");
        ensure!(last["audit"]["lost"] == 0 && last["audit"]["doubled"] == 0, "{last}");
    }
    let bytes = run(&shown, "back-pressure in a pipe, shell")?;
    ensure!(bytes.trim() == "204800", "{bytes}");
    run_powershell(&shown)?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_a_finger_opens_a_menu_and_everything_fits() -> Result<()> {
    let visitor = Visitor::open(LAB, Look { width: 360, ..STILL }).await?;
    visitor.swipe(&format!("#lead [data-subject={A}]"), (0.0, 0.0)).await?;
    visitor.see("#lead .blocking-queue-menu").await?;
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    ensure!(visitor.script(overflow).await? == 0, "the page is too wide with a menu open");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_stays_where_it_was_when_a_menu_is_left() -> Result<()> {
    let visitor = open(STILL).await?;
    focus(&visitor, &format!("#lead [data-subject={A}]")).await?;
    visitor.key(Key::Enter.into()).await?;
    visitor.see("#lead .blocking-queue-menu").await?;
    visitor.key(Key::Escape.into()).await?;
    visitor.until(&format!("return document.activeElement?.dataset.subject === '{A}'")).await?;
    visitor.leave().await
}
