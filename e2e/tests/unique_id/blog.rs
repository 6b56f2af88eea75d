//! The blog on four shards.

use super::steps::{
    commands, focus, open, press_by_key, press_in, run, run_powershell, table, type_over,
    until_says,
};
use anyhow::{Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
use playground_e2e::{Look, Visitor};

const BLOG: &str = ".unique-id-blog";
const WRITE: &str = ".unique-id-write";
const NEWEST: &str = "[data-blog=newest]";

/// Writes a post by keyboard, and waits until it is listed.
async fn write(visitor: &Visitor, user: u32, text: &str) -> Result<()> {
    type_over(visitor, &format!("{WRITE} input[type=number]"), &user.to_string()).await?;
    visitor.key(Key::Tab.into()).await?;
    type_over(visitor, &format!("{WRITE} input[type=text]"), text).await?;
    visitor.key(Key::Enter.into()).await?;
    visitor
        .until(&format!(
            "return document.querySelector('{NEWEST} tbody tr').lastElementChild.textContent === '{text}'"
        ))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_seen_on_its_shard_and_found_there() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    visitor.see("[data-blog=empty]").await?;
    write(&visitor, 7, "the first").await?;
    until_says(&visitor, "[data-shard='3']", "the first").await?;
    visitor.see("[data-shard='3'] [data-shard-posts='1']").await?;
    write(&visitor, 4, "the second").await?;
    until_says(&visitor, "[data-shard='0']", "the second").await?;
    visitor.see("[data-shard='3'] [data-shard-posts='1']").await?;
    // Newest first, and nothing but the ID says so.
    let rows = table(&visitor, NEWEST).await?;
    let ids: Vec<u64> = rows.iter().map(|row| row[0].parse()).collect::<Result<_, _>>()?;
    ensure!(rows.len() == 2 && ids[0] > ids[1], "{rows:#?}");
    ensure!(rows[0][2..4] == ["4", "0"] && rows[1][2..4] == ["7", "3"], "{rows:#?}");
    ensure!(rows[0][1].starts_with("20"), "no time was read from the ID: {rows:#?}");
    press_by_key(&visitor, BLOG, "Take the last one written").await?;
    press_by_key(&visitor, BLOG, "Find it").await?;
    until_says(&visitor, "[data-blog=found]", "Shard 0 has it. User 4 wrote: the second").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_older_posts_follow_and_one_users_posts_come_from_one_shard() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    for number in 1..=12 {
        write(&visitor, number, &format!("post {number}")).await?;
    }
    // Another window begins with a page of ten.
    let window = visitor.client.new_window(false).await?;
    visitor.client.switch_to_window(window.handle).await?;
    visitor.look(Look::DESKTOP, 900).await?;
    visitor.goto(super::steps::LAB).await?;
    let is_listed = |rows: usize| {
        format!("return document.querySelectorAll('{NEWEST} tbody tr').length === {rows}")
    };
    visitor.until(&is_listed(10)).await?;
    press_by_key(&visitor, BLOG, "Older posts").await?;
    visitor.until(&is_listed(12)).await?;
    let texts: Vec<String> =
        table(&visitor, NEWEST).await?.into_iter().map(|row| row[4].clone()).collect();
    let expected: Vec<String> = (1..=12).rev().map(|number| format!("post {number}")).collect();
    ensure!(texts == expected, "{texts:?}");
    let xpath = "//label[span[normalize-space()='The newest posts']]/select";
    let select = visitor.client.wait().for_element(Locator::XPath(xpath)).await?;
    select.select_by_label("only user 7’s").await?;
    visitor.until(&is_listed(1)).await?;
    until_says(&visitor, BLOG, "One shard is asked: 3").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_from_a_terminal_lands_on_the_page() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    let shown = commands(&visitor, BLOG).await?;
    let written = run(&shown, "write a post, curl")?;
    ensure!(written.contains("\"shard\":3"), "{written}");
    until_says(&visitor, "[data-shard='3']", "from a terminal").await?;
    let newest = run(&shown, "the newest five, curl")?;
    ensure!(newest.contains("from a terminal"), "{newest}");
    visitor
        .until(&format!(
            "return [...document.querySelectorAll('{BLOG} .copy-command-label')].some(it => it.textContent === 'one post, curl')"
        ))
        .await?;
    let shown = commands(&visitor, BLOG).await?;
    let one = run(&shown, "one post, curl")?;
    ensure!(one.contains("from a terminal"), "{one}");
    run_powershell(&shown)?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_that_says_nothing() -> Result<()> {
    let visitor = open(Look::DESKTOP).await?;
    focus(&visitor, &format!("{WRITE} input[type=text]")).await?;
    visitor.key(' ').await?;
    let button = visitor.see(&format!("{WRITE} button[type=submit]")).await?;
    ensure!(!button.is_enabled().await?, "a blank post can be sent");
    visitor.key('x').await?;
    visitor
        .until(&format!("return !document.querySelector('{WRITE} button[type=submit]').disabled"))
        .await?;
    press_in(&visitor, BLOG, "Post it").await?;
    until_says(&visitor, "[data-blog=sent]", "on shard 3").await?;
    visitor.leave().await
}
