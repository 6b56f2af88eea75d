//! What a visitor does in the lab of consistent hashing.

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
use playground_e2e::{Look, Visitor};
use std::process::Command;

const LAB: &str = "/labs/consistent-hashing";
/// The figure at the top; the sandbox at the end shows the same run once more.
const LEAD: &str = "section.consistent-hashing-lead";
const RING: &str = "section.consistent-hashing-lead [data-count=ring]";
const MODULO: &str = "section.consistent-hashing-lead [data-count=modulo]";
const SHARD_A: &str = "section.consistent-hashing-lead [data-point='0-0']";

/// Opens the lab and pauses at the very start, before the opening's own changes.
async fn at_the_start(look: Look) -> Result<Visitor> {
    let visitor = Visitor::open(LAB, look).await?;
    visitor.see(SHARD_A).await?;
    visitor.press("Pause").await?;
    let scrubber = visitor.see(&format!("{LEAD} input[type=range][aria-label=Time]")).await?;
    visitor
        .client
        .execute(
            "arguments[0].value = 0; arguments[0].dispatchEvent(new Event('input', { bubbles: true }));",
            vec![serde_json::to_value(&scrubber)?],
        )
        .await?;
    ensure!(visitor.number(RING).await? == 0, "keys have moved before anything happened");
    Ok(visitor)
}

/// Where shard A stands, in degrees.
async fn degrees(visitor: &Visitor) -> Result<i64> {
    Ok(visitor.attribute(SHARD_A, "aria-valuenow").await?.parse()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn dragging_a_shard_moves_keys_and_the_counter_counts() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    let before = degrees(&visitor).await?;
    visitor.drag(SHARD_A, (-220.0, 40.0)).await?;
    let moved = visitor.number(RING).await?;
    ensure!(moved > 0, "no key moved");
    ensure!(visitor.number(MODULO).await? == 0, "modulo knows no places");
    ensure!(degrees(&visitor).await? != before, "the shard stands where it stood");
    let picture = visitor.attribute(&format!("{LEAD} canvas"), "aria-label").await?;
    ensure!(picture.starts_with("A hash ring with 5 points. A "), "{picture}");
    // One step back, and the last part of the drag is undone; to the start, and all of it is.
    visitor.press("Step back").await?;
    ensure!(visitor.number(RING).await? <= moved);
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finger_drags_a_shard_on_a_phone() -> Result<()> {
    let visitor = at_the_start(Look { width: 360, ..Look::DESKTOP }).await?;
    visitor.swipe(SHARD_A, (-130.0, 20.0)).await?;
    ensure!(visitor.number(RING).await? > 0, "no key moved");
    ensure!(visitor.script("return scrollX").await? == 0, "the page moved with the finger");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_works_by_keyboard_alone() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    // From the top of the page to shard A by Tab, then along the ring by arrows.
    visitor.script("document.activeElement.blur(); window.scrollTo(0, 0);").await?;
    let is_on_a = "return document.activeElement?.dataset.point === '0-0'";
    for _ in 0..40 {
        if visitor.script(is_on_a).await? == true {
            break;
        }
        visitor.key(Key::Tab.into()).await?;
    }
    ensure!(visitor.script(is_on_a).await? == true, "Tab does not lead to the shard");
    let before = degrees(&visitor).await?;
    for _ in 0..3 {
        visitor.key(Key::PageUp.into()).await?;
    }
    visitor.key(Key::Right.into()).await?;
    let turned = (degrees(&visitor).await? - before).rem_euclid(360);
    ensure!((135..=138).contains(&turned), "three times 45° and 1.4° are not {turned}°");
    let moved = visitor.number(RING).await?;
    ensure!(moved > 0, "no key moved");
    ensure!(visitor.script(is_on_a).await? == true, "the focus was stolen");
    let spoken = visitor
        .script(
            "return document.querySelector('.consistent-hashing > [aria-live=polite]').textContent",
        )
        .await?;
    ensure!(spoken.as_str().is_some_and(|it| it.starts_with("Shard A stands at")), "{spoken}");
    // Step back by key: the last arrow is undone, and nothing else.
    visitor.key(',').await?;
    let turned = (degrees(&visitor).await? - before).rem_euclid(360);
    ensure!((134..=136).contains(&turned), "one step back leads to {turned}°");
    // Crash the next one and bring it back, still by key, without losing the focus.
    visitor.key(Key::Tab.into()).await?;
    visitor.key('c').await?;
    visitor.see(&format!("{LEAD} .consistent-hashing-ghost[data-point='1-0']")).await?;
    visitor.until("return document.activeElement?.dataset.point === '1-0'").await?;
    visitor.key('c').await?;
    visitor.see(&format!("{LEAD} .consistent-hashing-handle[data-point='1-0']")).await?;
    visitor.key(Key::Enter.into()).await?;
    visitor.see("[role=group][aria-label='Shard B']").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_the_same_moment_in_another_window() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    visitor.press("Add a shard").await?;
    visitor.drag(SHARD_A, (-200.0, 60.0)).await?;
    visitor.press("Step").await?;
    visitor.stillness().await?;
    let seen = "return JSON.stringify([document.querySelector('.player-time').textContent, \
        [...document.querySelectorAll('[data-count]')].map(it => it.textContent), \
        document.querySelector('canvas').getAttribute('aria-label'), \
        [...document.querySelectorAll('[data-point]')].map(it => it.getAttribute('transform'))])";
    let link = "return location.href === document.querySelector('.consistent-hashing-home code').textContent";
    ensure!(visitor.script(link).await? == true, "the address is not the link that can be copied");
    let here = visitor.script(seen).await?;
    let address = visitor.script("return location.href").await?;
    let address = address.as_str().context("no address")?;
    let window = visitor.client.new_window(false).await?;
    visitor.client.switch_to_window(window.handle).await?;
    visitor.look(Look::DESKTOP, 900).await?;
    visitor.client.goto(address).await?;
    visitor.see(SHARD_A).await?;
    let there = visitor.script(seen).await?;
    ensure!(here == there, "here {here}, there {there}");
    ensure!(visitor.number(RING).await? > 0);
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn acting_in_the_past_keeps_the_old_future() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    // The opening's own script lies ahead, so acting at the start forks.
    visitor.press("Add a shard").await?;
    let branches = visitor.see(".player-branches select").await?;
    branches.select_by_index(1).await?;
    visitor
        .until("return document.querySelectorAll('.player-branches option').length === 2")
        .await?;
    ensure!(visitor.number(RING).await? == 0, "the old branch begins without a new shard");
    // And back again: the first entry always stands for the branch that is shown.
    visitor.see(".player-branches select").await?.select_by_index(1).await?;
    visitor.until("return document.querySelectorAll('section.consistent-hashing-lead .consistent-hashing-handle').length === 5").await?;
    visitor.press("Step").await?;
    ensure!(visitor.number(RING).await? > 0, "the first step of this branch adds a shard");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_garbled_link_is_said_to_be_one_and_opens_the_lab() -> Result<()> {
    let visitor = Visitor::open(&format!("{LAB}#run=AQID"), Look::DESKTOP).await?;
    let notice = visitor.text(".notice[role=alert]").await?;
    ensure!(notice.contains("cut off or mistyped"), "{notice}");
    visitor.see(SHARD_A).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn goals_are_ticked_and_remembered() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    let done = "return document.querySelectorAll('.goals .is-done').length";
    ensure!(visitor.script(done).await? == 0, "a goal is reached before anything happened");
    visitor.drag(SHARD_A, (-220.0, 40.0)).await?;
    visitor.until("return document.querySelectorAll('.goals .is-done').length > 0").await?;
    let reached = visitor.script(done).await?;
    visitor.goto("/").await?;
    let card = ".card:has(a[href='/labs/consistent-hashing']) .card-progress";
    let progress = visitor.text(card).await?;
    ensure!(progress == format!("{reached} of 5 goals reached"), "{progress}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn page_and_server_replay_the_same_and_so_does_the_command() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    visitor.press("Add a shard").await?;
    visitor.press("Replay on the server").await?;
    visitor
        .until("return document.querySelector('.consistent-hashing-replay p').textContent.startsWith('Page and server agree')")
        .await?;
    let answer = visitor.text(".consistent-hashing-replay p").await?;
    visitor.stillness().await?;
    let commands = visitor.client.find_all(Locator::Css(".consistent-hashing-home code")).await?;
    let curl = commands.get(1).context("no curl command")?.text().await?;
    let output = Command::new("bash").args(["-c", &curl]).output()?;
    let printed = String::from_utf8(output.stdout)?;
    let printed: serde_json::Value =
        serde_json::from_str(&printed).with_context(|| printed.clone())?;
    let fingerprint = printed["fingerprint"].as_str().context("no fingerprint")?;
    ensure!(answer.contains(fingerprint), "{answer} does not name {fingerprint}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_less_motion_nothing_plays_by_itself() -> Result<()> {
    let look = Look { is_reduced: true, ..Look::DESKTOP };
    let visitor = Visitor::open("/", look).await?;
    visitor.goto(LAB).await?;
    visitor.see(&format!("{LEAD} button[aria-label=Play]")).await?;
    ensure!(visitor.text(".player-time").await?.starts_with("0.00"));
    visitor.press("Step").await?;
    ensure!(visitor.number(RING).await? > 0, "the first step adds a shard");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_looked_up_step_by_step() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    visitor.see(".consistent-hashing-lookup input").await?.send_keys("cart:17").await?;
    visitor
        .until("return document.querySelectorAll('.consistent-hashing-lookup li').length === 4")
        .await?;
    let steps = visitor.text(".consistent-hashing-lookup ol").await?;
    // XXH64 of the seven bytes with seed 0, as its reference implementation has it.
    ensure!(steps.contains("XXH64 of “cart:17” is 5d12f69938d2c0d6"), "{steps}");
    ensure!(steps.contains("owns it") && steps.contains("With modulo"), "{steps}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_ones_own_are_placed_and_travel_with_the_link() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    visitor.script("document.querySelector('.consistent-hashing-own-keys').open = true").await?;
    let text = visitor.see(".consistent-hashing-own-keys textarea").await?;
    text.send_keys("cart:17\nsession:it's\n\ncart:17\n").await?;
    visitor.press("Place these keys").await?;
    let two = "return document.querySelector('.consistent-hashing-counters').textContent.includes('0 of 2 keys')";
    visitor.until(two).await?;
    visitor.stillness().await?;
    visitor.client.refresh().await?;
    visitor.until(two).await?;
    let kept = visitor.see(".consistent-hashing-own-keys textarea").await?.prop("value").await?;
    ensure!(kept.as_deref() == Some("cart:17\nsession:it's"), "{kept:?}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_of_a_thousand_shards_is_dragged_by_its_band() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    let options = visitor.see(".consistent-hashing-setup select").await?;
    options.select_by_value("crowd").await?;
    visitor
        .until("return document.querySelector('canvas').getAttribute('aria-label').includes('100000 points')")
        .await?;
    ensure!(visitor.client.find_all(Locator::Css(".consistent-hashing-handle")).await?.is_empty());
    visitor.press("Pause").await?;
    // The top of the band, in the figure's own measure, is 152 above the middle of 400.
    let stage = format!("{LEAD} .consistent-hashing-handles");
    let height = visitor.see(&stage).await?.rectangle().await?.3;
    visitor
        .stroke_from(&stage, (0.0, -height * 152.0 / 400.0), (height * 0.3, height * 0.1))
        .await?;
    visitor.see(&format!("{LEAD} .consistent-hashing-handle.is-placed")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_experiment_and_the_comparison_run_in_the_page() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    let cells = "return [...document.querySelectorAll('.consistent-hashing-evidence table')[0].rows]\
        .slice(1).map(row => [...row.cells].map(cell => parseFloat(cell.textContent)))";
    let rows: Vec<Vec<Option<f64>>> = serde_json::from_value(visitor.script(cells).await?)?;
    let cell = |row: usize, column: usize| rows[row][column].context("a cell holds no number");
    for row in [0, 1] {
        ensure!((3.0..7.0).contains(&cell(row, 1)?), "the ring moves about 5 %: {rows:?}");
        ensure!(cell(row, 1)? == cell(row, 2)?, "and not one key more than it must: {rows:?}");
        ensure!(cell(row, 4)? > 90.0, "modulo moves almost all: {rows:?}");
    }
    visitor.press("Choose another 50").await?;
    visitor.until("return document.querySelector('.consistent-hashing-evidence [role=status]').textContent.startsWith('Choice 2')").await?;
    visitor.press("Compare them here").await?;
    visitor
        .until("return document.querySelector('.consistent-hashing-comparison [role=status]').textContent.startsWith('Done')")
        .await?;
    let algorithms =
        "return document.querySelectorAll('.consistent-hashing-comparison tbody tr').length";
    ensure!(visitor.script(algorithms).await? == 8, "eight algorithms are compared");
    let look = Look::DESKTOP;
    let file =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots/evidence.png");
    visitor.picture(look, &file).await?;
    println!("{}", visitor.text(".consistent-hashing-evidence").await?);
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_does_not_happen_again() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    let handles = "section.consistent-hashing-lead .consistent-hashing-handle";
    let shards =
        |count: usize| format!("return document.querySelectorAll('{handles}').length === {count}");
    visitor.press("Add a shard").await?;
    visitor.press("Add a shard").await?;
    visitor.until(&shards(7)).await?;
    visitor.press("Step back").await?;
    visitor.press("Step back").await?;
    visitor.until(&shards(5)).await?;
    visitor.script("document.querySelector(\"[data-point='0-0']\").focus()").await?;
    visitor.key('c').await?;
    visitor.until(&shards(4)).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_while_time_runs_loses_nothing() -> Result<()> {
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    visitor.see(SHARD_A).await?;
    visitor.script("document.querySelector('.consistent-hashing-own-keys').open = true").await?;
    let text = visitor.see(".consistent-hashing-own-keys textarea").await?;
    text.send_keys("cart:17").await?;
    let seed = visitor.see(".player-seed input").await?;
    seed.send_keys("2").await?;
    let begun = "return parseFloat(document.querySelector('.player-time').textContent)";
    let time = visitor.script(begun).await?;
    visitor.until(&format!("{begun} > {time} + 0.5")).await?;
    ensure!(text.prop("value").await?.as_deref() == Some("cart:17"), "the text was wiped");
    ensure!(seed.prop("value").await?.as_deref() == Some("12"), "the seed was wiped");
    visitor.leave().await
}
