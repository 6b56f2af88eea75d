//! The workers at the top, and the sandbox.

use super::steps::{
    LAB, commands, focus, open, pick, press_by_key, run, run_powershell, until_says,
};
use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use playground_e2e::{Look, Visitor};

/// With less motion wanted, nothing plays by itself, and a test moves time on by steps.
const STILL: Look = Look { is_reduced: true, ..Look::DESKTOP };
/// The workers' numbers in the document.
const A: &str = "node-1";
const B: &str = "node-2";

/// Moves time on, step by step, until a script is true.
async fn step_until(visitor: &Visitor, script: &str) -> Result<()> {
    for _ in 0..400 {
        if visitor.script(&format!("try {{ {script} }} catch {{ return false }}")).await? == true {
            return Ok(());
        }
        visitor.key('.').await?;
    }
    anyhow::bail!("no step made it true: {script}")
}

/// Whether what is said of somebody in the picture at the top contains some words.
fn says(subject: &str, words: &str) -> String {
    format!(
        "return document.querySelector('#lead [data-subject={subject}]').getAttribute('aria-label').includes('{words}')"
    )
}

/// Opens the menu of somebody by key, and presses a button of it.
async fn choose(visitor: &Visitor, subject: &str, text: &str) -> Result<()> {
    focus(visitor, &format!("#lead [data-subject={subject}]")).await?;
    visitor.key(Key::Enter.into()).await?;
    visitor.see("#lead .unique-id-menu").await?;
    let script = format!(
        "const it = [...document.querySelectorAll('#lead .unique-id-menu button')]\
            .find(it => it.textContent === '{text}'); it.focus(); return document.activeElement === it"
    );
    visitor.until(&script).await?;
    visitor.key(Key::Enter.into()).await?;
    visitor.until("return !document.querySelector('#lead .unique-id-menu')").await
}

fn goal_is_reached(words: &str) -> String {
    format!(
        "return [...document.querySelectorAll('.goals .is-done')].some(it => it.textContent.includes('{words}'))"
    )
}

/// The lab at rest, once worker A and worker B have their numbers.
async fn with_numbers() -> Result<Visitor> {
    let visitor = open(STILL).await?;
    step_until(&visitor, &says(A, "number 0")).await?;
    step_until(&visitor, &says(B, "number 1")).await?;
    Ok(visitor)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_is_set_back_by_key_and_the_next_id_waits_for_it() -> Result<()> {
    let visitor = with_numbers().await?;
    choose(&visitor, A, "Ask for 1 ID").await?;
    step_until(&visitor, &says(A, "1 ID made")).await?;
    let first = visitor.text("#lead .unique-id-latest tbody th").await?;
    choose(&visitor, A, "5 ms back").await?;
    step_until(&visitor, &says(A, "5 ms behind")).await?;
    choose(&visitor, A, "Ask for 1 ID").await?;
    step_until(&visitor, &says(A, "clock went back")).await?;
    step_until(&visitor, &says(A, "2 IDs made")).await?;
    let second = visitor.text("#lead .unique-id-latest tbody th").await?;
    let [first, second] = [first.parse::<u64>()?, second.parse::<u64>()?];
    ensure!(second > first, "{second} after {first}");
    visitor.until(&goal_is_reached("Set a worker’s clock back")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn more_ids_than_a_millisecond_has_are_spread_over_two() -> Result<()> {
    let visitor = with_numbers().await?;
    choose(&visitor, B, "Ask for 5,000 IDs").await?;
    step_until(&visitor, &says(B, "sequence used up")).await?;
    step_until(&visitor, &says(B, "5,000 IDs made")).await?;
    visitor.until(&goal_is_reached("use up the sequence")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_with_one_number_make_the_same_id() -> Result<()> {
    let visitor = open(STILL).await?;
    pick(
        &visitor,
        ".unique-id-console",
        "The mistake",
        "every worker is configured with the same number",
    )
    .await?;
    visitor.until("return !document.querySelector('#lead [data-subject=node-0]')").await?;
    // Another run may play: it has to rest, so that both are asked at the same moment.
    let rests = "const it = document.querySelector('#lead .player-play'); \
        if (it.getAttribute('aria-label') === 'Pause') it.click(); return it.getAttribute('aria-label') === 'Play'";
    visitor.until(rests).await?;
    focus(&visitor, &format!("#lead [data-subject={A}]")).await?;
    step_until(&visitor, &says(A, "works")).await?;
    step_until(&visitor, &says(B, "works")).await?;
    for worker in [A, B] {
        choose(&visitor, worker, "Ask for 1 ID").await?;
    }
    step_until(&visitor, "return !!document.querySelector('#lead .unique-id-broken')").await?;
    until_says(&visitor, "#lead .unique-id-broken", "no ID is handed out twice").await?;
    until_says(&visitor, "#lead .unique-id-latest", "twice").await?;
    visitor.until(&goal_is_reached("catch the same ID twice")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn stepping_back_undoes_and_a_link_shows_the_same_moment() -> Result<()> {
    let visitor = with_numbers().await?;
    choose(&visitor, A, "Ask for 1 ID").await?;
    step_until(&visitor, &says(A, "1 ID made")).await?;
    choose(&visitor, A, "Ask for 1 ID").await?;
    step_until(&visitor, &says(A, "2 IDs made")).await?;
    visitor.key(',').await?;
    visitor.until(&says(A, "1 ID made")).await?;
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
    let visitor = with_numbers().await?;
    choose(&visitor, A, "Ask for 1 ID").await?;
    step_until(&visitor, &says(A, "1 ID made")).await?;
    // What would be downloaded is caught on its way.
    visitor
        .script("window.taken = {}; const give = URL.createObjectURL; \
                 URL.createObjectURL = blob => { blob.text().then(text => { window.taken[blob.type] = text; }); return give(blob); };")
        .await?;
    for (button, kind, wanted) in [
        ("Picture as SVG", "image/svg+xml", "Worker A"),
        ("IDs as CSV", "text/csv", ",A,0,"),
        ("Leases as CSV", "text/csv", "0,A,"),
        ("Requests as CSV", "text/csv", ",answered,"),
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
    let shown = commands(&visitor, ".unique-id-home").await?;
    let made: serde_json::Value = serde_json::from_str(&run(&shown, "three snowflakes, curl")?)?;
    let ids = made["ids"].as_array().context("no IDs")?;
    ensure!(ids.len() == 3 && ids.iter().all(serde_json::Value::is_string), "{made}");
    let uuids = run(&shown, "three UUIDs, version 7, curl")?;
    ensure!(uuids.matches("-7").count() >= 3, "{uuids}");
    let read = run(&shown, "what an ID says, curl")?;
    ensure!(read.contains("2025-03-06"), "{read}");
    let twice = run(&shown, "40,000 IDs, and how many of them twice, curl")?;
    ensure!(twice.trim() == "0", "{twice}");
    run_powershell(&shown)?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_run_is_visited_until_one_breaks_the_promise() -> Result<()> {
    let visitor = open(STILL).await?;
    let mistake = "workers do not look whether their lease holds";
    pick(&visitor, ".unique-id-experiment", "The mistake", mistake).await?;
    press_by_key(&visitor, ".unique-id-experiment", "Visit every run").await?;
    let found = "[data-figure=every-run] .unique-id-finding.is-broken";
    until_says(&visitor, found, "no ID is handed out twice").await?;
    until_says(&visitor, found, "worker A starts").await?;
    until_says(&visitor, "[data-figure=every-run] [role=status]", "breaks the promise").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_a_finger_opens_a_menu_and_everything_fits() -> Result<()> {
    let visitor = Visitor::open(LAB, Look { width: 360, ..STILL }).await?;
    visitor.swipe(&format!("#lead [data-subject={A}]"), (0.0, 0.0)).await?;
    visitor.see("#lead .unique-id-menu").await?;
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    ensure!(visitor.script(overflow).await? == 0, "the page is too wide with a menu open");
    visitor.leave().await
}
