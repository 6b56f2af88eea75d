//! What a visitor does in the lab of the chat: with the picture, and with the real thing in two tabs.

#[path = "chat/many_servers.rs"]
mod many_servers;

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use playground_e2e::steps::step_until;
use playground_e2e::{Look, Visitor};
use std::process::Command;

const LAB: &str = "/labs/chat";

/// Opens the lab and pauses at the very start.
async fn at_the_start(look: Look) -> Result<Visitor> {
    let visitor = Visitor::open(LAB, look).await?;
    visitor.see("#lead [data-subject=node-1]").await?;
    if !look.is_reduced {
        visitor.press("Pause").await?;
    }
    let script = "const it = document.querySelector('#lead input[type=range][aria-label=Time]'); \
        it.value = 0; it.dispatchEvent(new Event('input', { bubbles: true }));";
    visitor.script(script).await?;
    visitor
        .until("return document.querySelector('#lead .player-time').textContent.startsWith('0.00')")
        .await?;
    Ok(visitor)
}

/// Begins a run of its own in the sandbox: nobody does anything in it.
async fn begin_empty(visitor: &Visitor) -> Result<()> {
    let select = "const label = [...document.querySelectorAll('.chat-console label')]\
            .find(it => it.textContent.startsWith('Carried by')); \
        const select = label.querySelector('select'); select.value = '1'; \
        select.dispatchEvent(new Event('change', { bubbles: true }));";
    visitor.script(select).await?;
    visitor.script(&select.replace("'1'", "'0'")).await?;
    visitor.script("document.querySelector('#lead [aria-label=Pause]')?.click()").await?;
    all_are_in(visitor).await
}

/// Steps until all four tabs are connected and in the room.
async fn all_are_in(visitor: &Visitor) -> Result<()> {
    step_until(
        visitor,
        "return [1, 2, 3, 4].every(tab => document.querySelector(`#lead [data-subject=node-${tab}]`)\
            .getAttribute('aria-label').includes('connected')) \
            && !document.querySelector('#lead [data-subject^=flight]')",
    )
    .await
}

/// Opens the menu of something in the picture by its key, as a keyboard does.
async fn open_menu(visitor: &Visitor, subject: &str) -> Result<()> {
    visitor
        .script(&format!("document.querySelector('#lead [data-subject={subject}]').focus()"))
        .await?;
    visitor.key(Key::Enter.into()).await?;
    visitor.see("#lead .chat-menu").await?;
    Ok(())
}

/// Presses a button of the open menu.
async fn choose(visitor: &Visitor, text: &str) -> Result<()> {
    let script = format!(
        "const button = [...document.querySelectorAll('#lead .chat-menu button')]\
            .find(it => it.textContent.startsWith('{text}')); button.click(); return true"
    );
    visitor.until(&script).await
}

/// Waits until a node of the picture says something.
fn node_says(node: u16, words: &str) -> String {
    format!(
        "return document.querySelector('#lead [data-subject=node-{node}]').getAttribute('aria-label').includes('{words}')"
    )
}

fn goal_is_reached(words: &str) -> String {
    format!(
        "return [...document.querySelectorAll('.goals .is-done')].some(it => it.textContent.includes('{words}'))"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_said_with_the_keyboard_and_reaches_every_tab() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    begin_empty(&visitor).await?;
    visitor.script("document.querySelector('#lead-text').focus()").await?;
    visitor.key(Key::End.into()).await?;
    for letter in " all".chars() {
        visitor.key(letter).await?;
    }
    visitor.key(Key::Enter.into()).await?;
    visitor.script("document.activeElement.blur()").await?;
    for tab in 1..=4 {
        step_until(&visitor, &node_says(tab, "the last from Ada: hello all")).await?;
    }
    let ledger = visitor.attribute("#lead .chat-ledger svg", "aria-label").await?;
    ensure!(ledger.contains("Ada 1, Bob 1 1, Bob 2 1, Cleo 1"), "{ledger}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_goes_offline_by_its_menu_and_misses_nothing() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    begin_empty(&visitor).await?;
    open_menu(&visitor, "node-4").await?;
    choose(&visitor, "Offline for 10 s").await?;
    visitor.until(&node_says(4, "offline")).await?;
    open_menu(&visitor, "node-1").await?;
    choose(&visitor, "Say").await?;
    step_until(&visitor, &node_says(2, "the last from Ada")).await?;
    ensure!(visitor.script(&node_says(4, "0 messages")).await? == true, "Cleo hears it offline");
    step_until(&visitor, &node_says(4, "the last from Ada")).await?;
    visitor.until(&goal_is_reached("Take a tab off the network")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packet_is_lost_by_clicking_it_and_the_message_arrives_all_the_same() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    begin_empty(&visitor).await?;
    open_menu(&visitor, "node-1").await?;
    choose(&visitor, "Say").await?;
    step_until(
        &visitor,
        "return !!document.querySelector('#lead [data-subject^=flight][aria-label*=say]')",
    )
    .await?;
    // By mouse, as a visitor would.
    visitor.see("#lead [data-subject^=flight][aria-label*=say]").await?.click().await?;
    choose(&visitor, "Lose it").await?;
    step_until(&visitor, &node_says(4, "the last from Ada")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_the_same_moment_in_another_window() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    begin_empty(&visitor).await?;
    open_menu(&visitor, "node-0").await?;
    choose(&visitor, "Kill it now").await?;
    visitor.until(&node_says(0, "down")).await?;
    visitor.stillness().await?;
    let seen = "return JSON.stringify([document.querySelector('#lead .player-time').textContent, \
        [...document.querySelectorAll('#lead [data-subject]')].map(it => it.getAttribute('aria-label'))])";
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
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_part_left_out_breaks_a_promise_that_is_named() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    for (knob, promise) in [
        ("Order", "shown twice"),
        ("Retry", "stored twice"),
        ("Resume", "missing"),
        ("Crash", "acknowledged is stored"),
    ] {
        let figure = format!("[data-knob={knob}]");
        visitor.script(&format!("document.querySelector('{figure}').scrollIntoView()")).await?;
        visitor.see(&format!("{figure} .choice select")).await?.select_by_value("2").await?;
        // To the very end.
        let script = format!(
            "const it = document.querySelector('{figure} input[aria-label=Time]'); it.value = it.max; \
             it.dispatchEvent(new Event('input', {{ bubbles: true }}));"
        );
        visitor.script(&script).await?;
        visitor
            .until(&format!(
                "return document.querySelector('{figure} [role=alert]').textContent.includes('{promise}')"
            ))
            .await?;
    }
    visitor.leave().await
}

/// Comes into the real chat under a name.
async fn come_in(visitor: &Visitor, name: &str) -> Result<()> {
    visitor.see("#chat-name").await?.send_keys(name).await?;
    visitor.press("Come in").await?;
    until_welcome(visitor, name).await
}

async fn until_welcome(visitor: &Visitor, name: &str) -> Result<()> {
    visitor
        .until(&format!(
            "return document.querySelector('.chat-status').textContent.includes('Connected as {name}')"
        ))
        .await?;
    visitor.until("return document.querySelectorAll('.chat-people li').length > 0").await
}

/// Types a message and sends it with Enter.
async fn say(visitor: &Visitor, text: &str) -> Result<()> {
    let field = visitor.see("#chat-composer").await?;
    field.send_keys(text).await?;
    visitor.script("document.querySelector('#chat-composer').focus()").await?;
    visitor.key(Key::Enter.into()).await
}

/// Stored; by the time it is looked at, somebody may have it already.
const STORED: &str = "stored|delivered";

/// What is true once the open conversation has a message with a mark of this kind, a regular expression.
fn has_line(text: &str, mark: &str) -> String {
    format!(
        "return [...document.querySelectorAll('.chat-line')].some(it => \
            it.querySelector('.chat-line-text').textContent === '{text}' && it.textContent.match('{mark}'))"
    )
}

fn happened(words: &str) -> String {
    format!("return document.querySelector('.chat-happened').textContent.includes('{words}')")
}

/// Another window of the same browser, with the lab open.
async fn second_window(visitor: &Visitor) -> Result<fantoccini::wd::WindowHandle> {
    let first = visitor.client.window().await?;
    let window = visitor.client.new_window(false).await?;
    visitor.client.switch_to_window(window.handle).await?;
    visitor.look(Look::DESKTOP, 900).await?;
    visitor.goto(LAB).await?;
    Ok(first)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_talk_across_windows_and_every_tick_comes() -> Result<()> {
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    come_in(&visitor, "Ada").await?;
    say(&visitor, "hello, anybody?").await?;
    visitor.until(&has_line("hello, anybody?", STORED)).await?;
    let first = second_window(&visitor).await?;
    // The same person at first, with what has been said; then somebody else.
    until_welcome(&visitor, "Ada").await?;
    visitor.until(&has_line("hello, anybody?", STORED)).await?;
    visitor.press("Be somebody else in this tab").await?;
    come_in(&visitor, "Bob").await?;
    visitor.until(&has_line("hello, anybody?", "Ada")).await?;
    say(&visitor, "me!").await?;
    visitor.until(&has_line("me!", STORED)).await?;
    let second = visitor.client.window().await?;
    visitor.client.switch_to_window(first.clone()).await?;
    visitor.until(&has_line("hello, anybody?", "delivered to 1 person")).await?;
    visitor.until(&has_line("me!", "Bob")).await?;
    // Privately: only Bob is told, and it is unread there until he looks.
    visitor.script("[...document.querySelectorAll('button.chat-person')].find(it => it.textContent.startsWith('Bob')).click()").await?;
    visitor
        .until("return document.querySelector('.chat-talk.is-open').textContent.includes('Bob')")
        .await?;
    say(&visitor, "psst").await?;
    visitor.until(&has_line("psst", STORED)).await?;
    visitor.client.switch_to_window(second).await?;
    visitor
        .until("return document.querySelector('.chat-unread')?.textContent.startsWith('1')")
        .await?;
    visitor.script("document.querySelector('[data-thread=\"@Ada\"]').click()").await?;
    visitor.until(&has_line("psst", "Ada")).await?;
    visitor
        .until("return document.querySelector('.chat-divider')?.textContent === 'New messages'")
        .await?;
    visitor.until("return document.querySelector('.chat-unread') === null").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_offline_survives_a_reload_and_is_sent_once() -> Result<()> {
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    come_in(&visitor, "Ada").await?;
    visitor.press("Go offline for 10 s").await?;
    visitor.until("return document.querySelector('.chat-status').textContent.includes('Offline on purpose')").await?;
    say(&visitor, "from the tunnel").await?;
    visitor.until(&has_line("from the tunnel", "waiting")).await?;
    visitor.see("#chat-composer").await?.send_keys("half a sen").await?;
    visitor
        .until("return Object.values(sessionStorage).some(it => it.includes('half a sen'))")
        .await?;
    visitor.client.refresh().await?;
    until_welcome(&visitor, "Ada").await?;
    visitor.until(&has_line("from the tunnel", STORED)).await?;
    visitor.until("return document.querySelector('#chat-composer').value === 'half a sen'").await?;
    let copies = visitor.script("return document.querySelectorAll('.chat-line').length").await?;
    ensure!(copies == 1, "{copies} messages");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_closed_tab_had_not_sent_is_taken_over_by_another() -> Result<()> {
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    come_in(&visitor, "Ada").await?;
    let first = second_window(&visitor).await?;
    until_welcome(&visitor, "Ada").await?;
    visitor.see("#chat-composer").await?.send_keys("never finished").await?;
    visitor
        .until(
            "return Object.keys(localStorage).some(it => it.startsWith('playground/chat/rescue/'))",
        )
        .await?;
    visitor.client.close_window().await?;
    visitor.client.switch_to_window(first).await?;
    let first = second_window(&visitor).await?;
    until_welcome(&visitor, "Ada").await?;
    visitor
        .until("return document.querySelector('#chat-composer').value === 'never finished'")
        .await?;
    visitor.until(&happened("Taken over from a tab that is gone")).await?;
    // The tab that lives on has kept its own field to itself.
    visitor.client.switch_to_window(first).await?;
    visitor.until("return document.querySelector('#chat-composer').value === ''").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_comes_back_and_resumes() -> Result<()> {
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    come_in(&visitor, "Ada").await?;
    say(&visitor, "before").await?;
    visitor.until(&has_line("before", STORED)).await?;
    visitor.press("Cut my connection").await?;
    visitor.until(&happened("resumed behind number 1")).await?;
    say(&visitor, "after").await?;
    visitor.until(&has_line("after", STORED)).await?;
    let way = visitor.attribute(".chat-way > svg", "aria-label").await?;
    ensure!(way.contains("until it was on the disk"), "{way}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_arrives_whole_and_in_order() -> Result<()> {
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    come_in(&visitor, "Ada").await?;
    visitor.press("Flood the room").await?;
    // On a machine that stores them slowly enough, none is ever refused.
    visitor.until(&happened("The flood is over")).await?;
    let in_order = "return [...document.querySelectorAll('.chat-line-text')].map(it => it.textContent)\
        .every((text, index) => text === `flood, ${index + 1} of 30`)";
    visitor.until(in_order).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_of_ones_own_has_unread_messages_and_older_ones() -> Result<()> {
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    come_in(&visitor, "Ada").await?;
    visitor.see("#chat-join").await?.send_keys("kitchen").await?;
    visitor.key(Key::Enter.into()).await?;
    visitor
        .until(
            "return document.querySelector('.chat-talking-head').textContent.includes('kitchen')",
        )
        .await?;
    say(&visitor, "first in the kitchen").await?;
    visitor.until(&has_line("first in the kitchen", STORED)).await?;
    visitor.script("document.querySelector('[data-thread=lobby]').click()").await?;
    visitor.until("return document.querySelectorAll('.chat-line').length === 0").await?;
    // Reloaded, the tab is in the same rooms, and in the one it looked at.
    visitor.client.refresh().await?;
    until_welcome(&visitor, "Ada").await?;
    visitor
        .until("return document.querySelector('.chat-talk.is-open').textContent.includes('lobby')")
        .await?;
    visitor.script("document.querySelector('[data-thread=kitchen]').click()").await?;
    visitor.until(&has_line("first in the kitchen", STORED)).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_server_what_is_typed_is_kept_and_the_page_says_so() -> Result<()> {
    let mut visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    come_in(&visitor, "Ada").await?;
    visitor.server.kill()?;
    visitor
        .until(
            "return document.querySelector('.chat-status').textContent.includes('No connection')",
        )
        .await?;
    say(&visitor, "is anybody there?").await?;
    visitor.until(&has_line("is anybody there?", "waiting")).await?;
    visitor.until("return document.querySelector('.chat-live .notice').textContent.includes('The server is away')").await?;
    // A browser writes every refused connection to the console itself, so its silence is not asked for.
    visitor.client.close().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_home_is_whole() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    begin_empty(&visitor).await?;
    open_menu(&visitor, "node-1").await?;
    choose(&visitor, "Say").await?;
    step_until(&visitor, &node_says(4, "the last from Ada")).await?;
    // What would be downloaded is caught on its way.
    visitor
        .script("window.taken = {}; const give = URL.createObjectURL; \
                 URL.createObjectURL = blob => { blob.text().then(text => { window.taken[blob.type] = text; }); return give(blob); };")
        .await?;
    for (button, kind, wanted) in [
        ("Picture as SVG", "image/svg+xml", "Cleo"),
        ("Who has what as SVG", "image/svg+xml", "Bob 2"),
        ("Messages as CSV", "text/csv", ",Ada,hello,true,"),
        ("Ways as CSV", "text/csv", ",durable,"),
        ("Run as JSON", "application/json", "\"seed\":1"),
    ] {
        visitor.script("window.taken = {}").await?;
        visitor.press(button).await?;
        visitor.until(&format!("return window.taken['{kind}']?.includes('{wanted}')")).await?;
    }
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_in_python_speaks_the_protocol_and_is_known_the_second_time() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    let commands =
        "return [...document.querySelectorAll('.chat-commands code')].map(it => it.textContent)";
    let commands: Vec<String> = serde_json::from_value(visitor.script(commands).await?)?;
    let run = || -> Result<String> {
        let output = Command::new("bash").args(["-c", &commands[0]]).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    };
    let first = run()?;
    ensure!(first.contains(r#""type":"joined""#) && first.contains(r#""type":"ack""#), "{first}");
    ensure!(!first.contains("is_retry"), "{first}");
    let second = run()?;
    ensure!(second.contains(r#""is_retry":true"#), "{second}");
    // The same messages stand in the other programs' commands.
    let send = r#"{"type":"send","room":"lobby","id":"by-hand-1","text":"Hello, by hand!"}"#;
    ensure!(commands.len() == 3 && commands.iter().all(|it| it.contains(send)), "{commands:#?}");
    come_in(&visitor, "Ada").await?;
    visitor.until(&has_line("Hello, by hand!", "Visitor")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_less_motion_nothing_plays_by_itself() -> Result<()> {
    let look = Look { is_reduced: true, ..Look::DESKTOP };
    let visitor = Visitor::open(LAB, look).await?;
    visitor.see("#lead button[aria-label=Play]").await?;
    ensure!(visitor.text("#lead .player-time").await?.starts_with("0.00"));
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_the_chat_and_the_menus_fit() -> Result<()> {
    let visitor = at_the_start(Look { width: 360, ..Look::DESKTOP }).await?;
    visitor.swipe("#lead [data-subject=node-4]", (0.0, 0.0)).await?;
    visitor.see("#lead .chat-menu").await?;
    choose(&visitor, "Close it").await?;
    visitor.until(&node_says(4, "closed")).await?;
    come_in(&visitor, "Ada").await?;
    say(&visitor, "from a phone, with a long text that does not fit on one line").await?;
    visitor
        .until(&has_line("from a phone, with a long text that does not fit on one line", STORED))
        .await?;
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    ensure!(visitor.script(overflow).await? == 0, "the page is too wide");
    visitor.leave().await
}
