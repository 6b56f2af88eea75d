//! Two servers behind one Redis, as somebody with a tab at each of them sees it.

use super::{LAB, STORED, come_in, happened, has_line, say, until_welcome};
use anyhow::{Result, ensure};
use playground_e2e::steps::until_says;
use playground_e2e::{Look, Server, Visitor};
use playground_engines::{Durability, Redis};

/// A server that shares a Redis with others.
fn server(redis: &Redis, name: &str) -> Result<Server> {
    Server::start_with(&["--redis", &redis.url(), "--server-name", name])
}

/// Where one is connected to, in the badge beside the status.
const BADGE: &str = ".chat-behind";
const STATUS: &str = ".chat-status";
/// What the status says aloud.
const ALOUD: &str = ".chat-status [role=status]";

/// Another window of the same browser, at another server: its own origin, so its own storage.
async fn window_at(visitor: &Visitor, server: &Server) -> Result<fantoccini::wd::WindowHandle> {
    let window = visitor.client.new_window(false).await?;
    visitor.client.switch_to_window(window.handle.clone()).await?;
    visitor.look(Look::DESKTOP, 900).await?;
    visitor.client.goto(&format!("{}{LAB}", server.url)).await?;
    Ok(window.handle)
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_at_two_servers_talk_and_each_says_where_it_is() -> Result<()> {
    let redis = Redis::start(Durability::EverySecond)?;
    let second = server(&redis, "chat-2")?;
    let visitor = Visitor::open_at(server(&redis, "chat-1")?, LAB, Look::DESKTOP).await?;
    come_in(&visitor, "Ada").await?;
    until_says(&visitor, BADGE, "chat-1, with redis ").await?;
    until_says(&visitor, BADGE, " behind it").await?;
    let at_first = visitor.client.window().await?;
    let at_second = window_at(&visitor, &second).await?;
    come_in(&visitor, "Bob").await?;
    until_says(&visitor, BADGE, "chat-2, with redis ").await?;
    until_says(&visitor, ".chat-people", "2 people here").await?;
    say(&visitor, "from the second").await?;
    visitor.until(&has_line("from the second", "stored|delivered")).await?;

    visitor.client.switch_to_window(at_first).await?;
    visitor.until(&has_line("from the second", "Bob")).await?;
    until_says(&visitor, ".chat-people", "2 people here").await?;
    say(&visitor, "from the first").await?;
    visitor.until(&has_line("from the first", STORED)).await?;
    // The way went over the bus, and back from there to the servers.
    visitor
        .until(
            "return document.querySelector('.chat-way > svg').getAttribute('aria-label')\
        .includes('until the bus had numbered and kept it')",
        )
        .await?;
    let stations = "return [...document.querySelectorAll('.chat-way .chat-station-name')]\
        .map(it => it.textContent).join()";
    let stations = visitor.script(stations).await?;
    ensure!(stations == "this tab,chat-1,bus,servers,everybody", "{stations}");
    let bars = "return document.querySelectorAll('.chat-way .chat-bar').length";
    ensure!(visitor.script(bars).await? == 6, "not every part of the way is drawn");

    // Whom it reaches at the other server is known here, in a room and in private.
    visitor.client.switch_to_window(at_second.clone()).await?;
    visitor.until(&has_line("from the first", "Ada")).await?;
    visitor.script("[...document.querySelectorAll('button.chat-person')].find(it => it.textContent.startsWith('Ada')).click()").await?;
    until_says(&visitor, ".chat-talk.is-open", "Ada").await?;
    say(&visitor, "psst").await?;
    visitor.until(&has_line("psst", STORED)).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_comes_to_another_server_says_so_and_goes_on() -> Result<()> {
    let redis = Redis::start(Durability::EverySecond)?;
    let mut visitor = Visitor::open_at(server(&redis, "chat-1")?, LAB, Look::DESKTOP).await?;
    come_in(&visitor, "Ada").await?;
    say(&visitor, "before").await?;
    visitor.until(&has_line("before", STORED)).await?;
    visitor.server.kill()?;
    until_says(&visitor, STATUS, "No connection").await?;
    ensure!(
        visitor.script(&format!("return document.querySelector('{BADGE}')")).await?.is_null(),
        "the badge names a server that is gone"
    );
    say(&visitor, "meanwhile").await?;
    visitor.until(&has_line("meanwhile", "waiting")).await?;
    // Its address stays, as behind a proxy; who answers there is another.
    let other = ["--redis", &redis.url(), "--server-name", "chat-2"];
    visitor.server.start_again_with(&other)?;
    until_welcome(&visitor, "Ada").await?;
    until_says(&visitor, BADGE, "chat-2").await?;
    until_says(&visitor, ALOUD, "now to chat-2 instead of chat-1").await?;
    visitor.until(&happened("at chat-2 instead of chat-1")).await?;
    visitor.until(&happened("resumed behind number 1")).await?;
    visitor.until(&has_line("meanwhile", STORED)).await?;
    let copies = visitor.script("return document.querySelectorAll('.chat-line').length").await?;
    ensure!(copies == 2, "{copies} messages");
    visitor.leave_after_outage().await
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_bus_is_away_messages_wait_and_then_go_on() -> Result<()> {
    // What it has answered must survive its death.
    let mut redis = Redis::start(Durability::Forced)?;
    let visitor = Visitor::open_at(server(&redis, "chat-1")?, LAB, Look::DESKTOP).await?;
    come_in(&visitor, "Ada").await?;
    say(&visitor, "before").await?;
    visitor.until(&has_line("before", STORED)).await?;
    redis.kill()?;
    until_says(&visitor, STATUS, "the bus is away: messages wait here").await?;
    until_says(&visitor, ALOUD, "The bus is away.").await?;
    until_says(&visitor, ".chat-way", "the bus is away: messages wait here").await?;
    visitor.until(&happened("The bus is away: the server does not reach redis")).await?;
    say(&visitor, "meanwhile").await?;
    until_says(&visitor, STATUS, "One message waits in this tab.").await?;
    let is_stored = visitor.script(&has_line("meanwhile", STORED)).await?;
    ensure!(is_stored == false, "it is said to be stored");
    redis.start_again()?;
    until_says(&visitor, STATUS, "Connected as Ada.").await?;
    visitor.until(&happened("The bus is back")).await?;
    visitor.until(&has_line("meanwhile", STORED)).await?;
    let lines =
        "return [...document.querySelectorAll('.chat-line-text')].map(it => it.textContent).join()";
    let lines = visitor.script(lines).await?;
    ensure!(lines == "before,meanwhile", "{lines}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_the_way_over_the_bus_fits() -> Result<()> {
    let redis = Redis::start(Durability::Nothing)?;
    let look = Look { width: 360, ..Look::DESKTOP };
    let name = "a-server-with-a-long-name.example.org-4711";
    let visitor = Visitor::open_at(server(&redis, name)?, LAB, look).await?;
    come_in(&visitor, "Ada").await?;
    until_says(&visitor, BADGE, name).await?;
    say(&visitor, "from a phone").await?;
    visitor.until(&has_line("from a phone", STORED)).await?;
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    ensure!(visitor.script(overflow).await? == 0, "the page is too wide");
    visitor.leave().await
}
