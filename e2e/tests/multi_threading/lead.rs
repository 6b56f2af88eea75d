//! The figure at the top, with the keyboard alone: updates are lost, locks are waited for, threads die.

use super::steps::{
    LEAD, at_the_start, outcome, pick, press_by_key, step_by_key, until_reached, until_says,
    until_thread_says,
};
use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use playground_e2e::{Look, Visitor};

/// Begins with a program of two threads, by its title, and takes the decision.
async fn with_program(look: Look, title: &str) -> Result<Visitor> {
    let visitor = at_the_start(look).await?;
    pick(&visitor, "lead", "Begin with", "Both read 0, both write 1: one of two additions is lost")
        .await?;
    pick(&visitor, "lead", "The program", title).await?;
    until_says(&visitor, "#lead [data-outcome=steps]", "0").await?;
    until_thread_says(&visitor, 0, "ready").await?;
    Ok(visitor)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_lost_with_six_keys_and_the_goal_is_reached() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    step_by_key(&visitor, "121").await?;
    until_thread_says(&visitor, 0, "r0 is 1").await?;
    step_by_key(&visitor, "22").await?;
    until_thread_says(&visitor, 0, "thread 2 has written counter since it looked").await?;
    step_by_key(&visitor, "1").await?;
    ensure!(outcome(&visitor, "expected").await? == "2");
    ensure!(outcome(&visitor, "actual").await? == "1");
    ensure!(outcome(&visitor, "lost").await? == "1");
    until_reached(&visitor, "an update is lost").await?;
    let caption = visitor.text("#lead .multi-threading-caption").await?;
    ensure!(caption.contains("what thread 2 had written to counter is lost"), "{caption}");
    until_says(&visitor, "#lead [role=alert]", "no update is lost").await?;
    // Stepping back undoes it, and acting there forks.
    visitor.key(',').await?;
    until_says(&visitor, "#lead [data-outcome=lost]", "0").await?;
    visitor.goto("/").await?;
    let card = ".card:has(a[href='/labs/multi-threading']) .card-progress";
    let progress = visitor.text(card).await?;
    ensure!(progress == "1 of 5 goals reached", "{progress}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_makes_the_other_one_wait_and_nothing_is_lost() -> Result<()> {
    let visitor = with_program(Look::DESKTOP, "a counter with a lock").await?;
    step_by_key(&visitor, "12").await?;
    until_thread_says(&visitor, 1, "waits for mutex").await?;
    until_thread_says(&visitor, 0, "holds mutex").await?;
    let held = "return document.querySelectorAll('#lead .multi-threading-way.is-holding').length === 1 \
        && document.querySelectorAll('#lead .multi-threading-way.is-waiting').length === 1";
    visitor.until(held).await?;
    // Its button cannot be pressed, and its key says why.
    visitor.key('2').await?;
    until_says(&visitor, "#lead .multi-threading-caption", "Impossible").await?;
    step_by_key(&visitor, "1111").await?;
    step_by_key(&visitor, "22222").await?;
    until_says(&visitor, "#lead .multi-threading-caption", "as it should be").await?;
    ensure!(outcome(&visitor, "lost").await? == "0");
    until_reached(&visitor, "Take the program with a lock").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_locks_in_opposite_order_come_to_a_deadlock() -> Result<()> {
    let visitor = with_program(Look::DESKTOP, "two locks in opposite order").await?;
    step_by_key(&visitor, "1212").await?;
    until_says(&visitor, "#lead [role=alert]", "threads 1 and 2 wait for each other").await?;
    until_thread_says(&visitor, 0, "deadlocked").await?;
    until_reached(&visitor, "into a deadlock").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_killed_through_its_menu_and_its_lock_stays_locked() -> Result<()> {
    let visitor = with_program(Look::DESKTOP, "a counter with a lock").await?;
    step_by_key(&visitor, "1").await?;
    visitor.script("document.querySelector('#lead [data-subject=node-0]').focus()").await?;
    visitor.key(Key::Enter.into()).await?;
    visitor.see("#lead .multi-threading-menu").await?;
    press_by_key(&visitor, "#lead .multi-threading-menu", "Kill it").await?;
    until_thread_says(&visitor, 0, "killed").await?;
    // The focus is where it was.
    visitor.until("return document.activeElement.dataset.subject === 'node-0'").await?;
    step_by_key(&visitor, "2").await?;
    until_thread_says(&visitor, 1, "waits for mutex").await?;
    until_reached(&visitor, "Kill a thread").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compare_and_swap_that_comes_too_late_is_tried_again() -> Result<()> {
    let visitor = with_program(Look::DESKTOP, "a counter with compare-and-swap").await?;
    step_by_key(&visitor, "1222").await?;
    step_by_key(&visitor, "11").await?;
    until_says(&visitor, "#lead .multi-threading-caption", "starts over").await?;
    step_by_key(&visitor, "111").await?;
    until_reached(&visitor, "compare-and-swap").await?;
    ensure!(outcome(&visitor, "actual").await? == "2");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_the_same_moment_in_another_window() -> Result<()> {
    let visitor = with_program(Look::DESKTOP, "the last seats: look, then take").await?;
    // What has been chosen plays; the address of what runs lags behind.
    visitor.press("Pause").await?;
    step_by_key(&visitor, "12121").await?;
    visitor.stillness().await?;
    let seen = "return JSON.stringify([document.querySelector('#lead .multi-threading-caption').textContent, \
        [...document.querySelectorAll('#lead [data-subject], #lead [data-outcome]')]\
            .map(it => it.getAttribute('aria-label') ?? it.textContent)])";
    let link =
        "return location.href === document.querySelector('.multi-threading-home code').textContent";
    ensure!(visitor.script(link).await? == true, "the address is not the link that can be copied");
    let here = visitor.script(seen).await?;
    let address = visitor.script("return location.href").await?;
    let address = address.as_str().context("no address")?;
    let window = visitor.client.new_window(false).await?;
    visitor.client.switch_to_window(window.handle).await?;
    visitor.look(Look::DESKTOP, 900).await?;
    visitor.client.goto(address).await?;
    visitor.see("#lead [data-subject=node-0]").await?;
    let there = visitor.script(seen).await?;
    ensure!(here == there, "here {here}, there {there}");
    // Opening what somebody else has done reaches no goal.
    visitor.key('.').await?;
    ensure!(
        visitor.script("return document.querySelectorAll('.goals .is-done').length").await? == 0
    );
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn less_motion_and_a_telephone_lose_nothing() -> Result<()> {
    let look = Look { width: 360, is_dark: true, is_reduced: true };
    let visitor = at_the_start(look).await?;
    press_by_key(&visitor, LEAD, "Step thread 1").await?;
    until_thread_says(&visitor, 0, "r0 is 0").await?;
    until_says(&visitor, "#lead [data-outcome=steps]", "1").await?;
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    ensure!(visitor.script(overflow).await? == 0);
    visitor.leave().await
}
