//! What a visitor does in the lab of content delivery: on the map, and with the server's real edges.

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
use playground_e2e::steps::step_until;
use playground_e2e::{Look, Visitor};
use std::process::Command;

const LAB: &str = "/labs/cdn";
/// Readers by their number in the opening: both are nearest to the edge in Auckland.
const SYDNEY: u8 = 8;
const ROTORUA: u8 = 9;
/// The origin's number in the document.
const ORIGIN: &str = "node-2";

/// Opens the lab and pauses at the very start, before the opening's own requests.
async fn at_the_start(look: Look) -> Result<Visitor> {
    let visitor = Visitor::open(LAB, look).await?;
    visitor.see("#lead [data-reader='0']").await?;
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

/// Lets a reader ask, as a keyboard does.
async fn ask(visitor: &Visitor, reader: u8) -> Result<()> {
    let focus = format!("document.querySelector(\"#lead [data-reader='{reader}']\").focus()");
    visitor.script(&focus).await?;
    visitor.key(Key::Enter.into()).await?;
    visitor.until(&ended("Under way")).await
}

/// Whether the newest request in the figure at the top ended so.
fn ended(words: &str) -> String {
    format!(
        "return document.querySelector('#lead .cdn-way .cdn-end').textContent.startsWith('{words}')"
    )
}

/// Opens the menu of something in the picture by its key.
async fn open_menu(visitor: &Visitor, subject: &str) -> Result<()> {
    visitor
        .script(&format!("document.querySelector('#lead [data-subject={subject}]').focus()"))
        .await?;
    visitor.key(Key::Enter.into()).await?;
    visitor.see("#lead .cdn-menu").await?;
    Ok(())
}

/// Presses a button of the open menu.
async fn choose(visitor: &Visitor, text: &str) -> Result<()> {
    let script = format!(
        "const button = [...document.querySelectorAll('#lead .cdn-menu button')]\
            .find(it => it.textContent.startsWith('{text}')); button.click(); return true"
    );
    visitor.until(&script).await
}

fn goal_is_reached(words: &str) -> String {
    format!(
        "return [...document.querySelectorAll('.goals .is-done')].some(it => it.textContent.includes('{words}'))"
    )
}

/// Presses a button of the desk at the top, which is not the only one with this text on the page.
async fn press_at_the_top(visitor: &Visitor, text: &str) -> Result<()> {
    let script = format!(
        "[...document.querySelectorAll('#lead .cdn-desk button')].find(it => it.textContent.startsWith('{text}')).click(); \
         return true"
    );
    visitor.until(&script).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_asked_by_mouse_misses_and_a_neighbour_asked_by_keyboard_hits() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    let reader = visitor.see(&format!("#lead [data-reader='{ROTORUA}']")).await?;
    reader.click().await?;
    step_until(&visitor, &ended("miss")).await?;
    ensure!(visitor.text("#lead .cdn-copies").await?.contains("Edge, Auckland"));
    ask(&visitor, SYDNEY).await?;
    step_until(&visitor, &ended("hit")).await?;
    let way = visitor.text("#lead .cdn-way").await?;
    ensure!(way.contains("has a fresh copy"), "{way}");
    visitor.until(&goal_is_reached("another reader’s request")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_takes_the_copy_away_and_the_new_version_comes() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    ask(&visitor, ROTORUA).await?;
    step_until(&visitor, &ended("miss")).await?;
    press_at_the_top(&visitor, "Change /").await?;
    visitor
        .until(
            "return document.querySelector('#lead .cdn-copies').textContent.includes('outdated')",
        )
        .await?;
    press_at_the_top(&visitor, "Purge /").await?;
    let is_empty =
        "return document.querySelector('#lead .cdn-copies').textContent.includes('There are none')";
    step_until(&visitor, is_empty).await?;
    ask(&visitor, SYDNEY).await?;
    step_until(&visitor, &ended("miss")).await?;
    visitor.until(&goal_is_reached("purge the old copies")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_asks_at_once_and_few_requests_reach_the_origin() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    press_at_the_top(&visitor, "Everybody asks").await?;
    step_until(&visitor, &goal_is_reached("Let everybody ask at once")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_origin_is_taken_down_by_its_menu_and_a_miss_fails() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    open_menu(&visitor, ORIGIN).await?;
    choose(&visitor, "Take it down").await?;
    let says = format!(
        "return document.querySelector('#lead [data-subject={ORIGIN}]').getAttribute('aria-label').includes('does not answer')"
    );
    visitor.until(&says).await?;
    ask(&visitor, ROTORUA).await?;
    step_until(&visitor, &ended("failed: 50")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_lost_by_clicking_it_and_somebody_waits_in_vain() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    ask(&visitor, ROTORUA).await?;
    // By mouse, as a visitor would.
    visitor.see("#lead [data-subject^=flight]").await?.click().await?;
    choose(&visitor, "Lose it").await?;
    visitor.until("return document.querySelector('#lead [data-subject^=flight]') === null").await?;
    step_until(&visitor, &ended("given up")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn stepping_back_undoes_and_acting_there_forks() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    ask(&visitor, ROTORUA).await?;
    visitor.key(',').await?;
    visitor
        .until("return document.querySelector('#lead .cdn-way').textContent.includes('Nobody has asked')")
        .await?;
    ask(&visitor, SYDNEY).await?;
    visitor
        .until("return document.querySelectorAll('.player-branches option').length >= 2")
        .await?;
    step_until(&visitor, &ended("miss")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_the_same_moment_in_another_window() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    ask(&visitor, ROTORUA).await?;
    step_until(&visitor, &ended("miss")).await?;
    open_menu(&visitor, ORIGIN).await?;
    choose(&visitor, "Make it slow").await?;
    visitor.stillness().await?;
    let seen = "return JSON.stringify([document.querySelector('#lead .player-time').textContent, \
        document.querySelector('#lead .cdn-way .cdn-end').textContent, \
        [...document.querySelectorAll('#lead [data-subject], #lead [data-reader]')].map(it => it.getAttribute('aria-label'))])";
    let here = visitor.script(seen).await?;
    let address = visitor.script("return location.href").await?;
    let address = address.as_str().context("no address")?;
    let window = visitor.client.new_window(false).await?;
    visitor.client.switch_to_window(window.handle).await?;
    visitor.look(Look::DESKTOP, 900).await?;
    visitor.client.goto(address).await?;
    visitor.see(&format!("#lead [data-subject={ORIGIN}]")).await?;
    let there = visitor.script(seen).await?;
    ensure!(here == there, "here {here}, there {there}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_home_is_whole() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    ask(&visitor, ROTORUA).await?;
    step_until(&visitor, &ended("miss")).await?;
    // What would be downloaded is caught on its way.
    visitor
        .script("window.taken = {}; const give = URL.createObjectURL; \
                 URL.createObjectURL = blob => { blob.text().then(text => { window.taken[blob.type] = text; }); return give(blob); };")
        .await?;
    for (button, kind, wanted) in [
        ("Map as SVG", "image/svg+xml", "Auckland"),
        ("Copies as CSV", "text/csv", "Auckland"),
        ("Ways as CSV", "text/csv", "Rotorua"),
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
async fn with_less_motion_nothing_plays_by_itself() -> Result<()> {
    let look = Look { is_reduced: true, ..Look::DESKTOP };
    let visitor = Visitor::open(LAB, look).await?;
    visitor.see("#lead button[aria-label=Play]").await?;
    ensure!(visitor.text("#lead .player-time").await?.starts_with("0.00"));
    ask(&visitor, ROTORUA).await?;
    step_until(&visitor, &ended("miss")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_a_finger_asks_and_opens_a_menu() -> Result<()> {
    let visitor = at_the_start(Look { width: 360, ..Look::DESKTOP }).await?;
    visitor.swipe(&format!("#lead [data-reader='{ROTORUA}']"), (0.0, 0.0)).await?;
    step_until(&visitor, &ended("miss")).await?;
    visitor.swipe(&format!("#lead [data-subject={ORIGIN}]"), (0.0, 0.0)).await?;
    visitor.see("#lead .cdn-menu").await?;
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    ensure!(visitor.script(overflow).await? == 0, "the page is too wide with a menu open");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_race_is_run_beside_the_page_and_a_crawler_tells_policies_apart() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    visitor.script("document.querySelector('.cdn-race').scrollIntoView()").await?;
    visitor.see(".cdn-race .choice select").await?.select_by_label("A crawler").await?;
    visitor.press("Race").await?;
    visitor
        .until("return document.querySelector('.cdn-race [role=status]').textContent.startsWith('Done: six times 400,000')")
        .await?;
    // The best comes first, and the worst last.
    let hits = "return JSON.stringify([...document.querySelectorAll('.cdn-race tbody tr')].map(it => \
        [it.children[0].textContent, parseFloat(it.children[1].textContent)]))";
    let hits = visitor.script(hits).await?;
    let hits: Vec<(String, f64)> = serde_json::from_str(hits.as_str().context("no table")?)?;
    println!("{hits:?}");
    ensure!(hits.len() == 6 && hits.iter().all(|(_, percent)| (1.0..100.0).contains(percent)));
    ensure!(hits.is_sorted_by(|(_, one), (_, next)| one >= next), "{hits:?}");
    let of = |name: &str| hits.iter().find(|(it, _)| it == name).map_or(0.0, |it| it.1);
    ensure!(of("SIEVE") > of("FIFO") && of("W-TinyLFU") > of("LRU"), "{hits:?}");
    let drawn = visitor.attribute(".cdn-race-chart canvas", "aria-label").await?;
    ensure!(drawn.contains("S3-FIFO: ") && drawn.contains("at 400,000"), "{drawn}");
    visitor.leave().await
}

/// The section of the real edges.
const LIVE: &str = ".cdn-live";

/// Opens the lab at the real edges, once they are heard.
async fn live(look: Look) -> Result<Visitor> {
    let visitor = Visitor::open(LAB, look).await?;
    visitor.see(".cdn-live-ask").await?;
    visitor.script("document.querySelector('.cdn-live').scrollIntoView()").await?;
    visitor.see(".cdn-live-send:enabled").await?;
    Ok(visitor)
}

/// Types a path over the one that is there, and asks for it with Enter.
async fn ask_edge(visitor: &Visitor, path: &str) -> Result<()> {
    let asked = "return document.querySelectorAll('.cdn-live [data-live=past] tbody tr').length";
    let before = visitor.script(asked).await?.as_u64().unwrap_or(0);
    let field = visitor.see(".cdn-live-path input").await?;
    visitor.script("document.querySelector('.cdn-live-path input').select()").await?;
    field.send_keys(path).await?;
    visitor.key(Key::Enter.into()).await?;
    visitor
        .until(&format!(
            "return document.querySelectorAll('.cdn-live [data-live=past] tbody tr').length === {}",
            before + 1
        ))
        .await
}

/// What the edge did with the last request.
async fn verdict(visitor: &Visitor) -> Result<String> {
    visitor.text(".cdn-live-heads [data-live=verdict]").await
}

/// Waits until a step of the last request is shown.
async fn until_step(visitor: &Visitor, name: &str) -> Result<()> {
    visitor.see(&format!(".cdn-live-steps [data-step='{name}']")).await.map(|_| ())
}

/// The value of a field of the last answer, if it has it.
async fn field(visitor: &Visitor, name: &str) -> Result<Option<String>> {
    let script = format!(
        "return document.querySelector('.cdn-live-heads [data-field={name}] code')?.textContent ?? null"
    );
    Ok(visitor.script(&script).await?.as_str().map(str::to_owned))
}

/// Chooses an option of a list of the section.
async fn pick(visitor: &Visitor, label: &str, option: &str) -> Result<()> {
    let xpath = format!("//*[@class='cdn-live']//label[span[normalize-space()='{label}']]/select");
    let wait = visitor.client.wait();
    let select = wait.for_element(Locator::XPath(&xpath)).await.with_context(|| xpath.clone())?;
    select.select_by_label(option).await?;
    Ok(())
}

async fn until_news(visitor: &Visitor, words: &str) -> Result<()> {
    visitor
        .until(&format!(
            "return document.querySelector('{LIVE} [data-live=news]').textContent.includes('{words}')"
        ))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_edge_misses_then_hits_with_the_real_fields() -> Result<()> {
    let visitor = live(Look::DESKTOP).await?;
    ask_edge(&visitor, "/mountains.svg").await?;
    ensure!(verdict(&visitor).await? == "MISS");
    for step in ["asked", "missed", "forwarded", "fetched", "stored", "served"] {
        until_step(&visitor, step).await?;
    }
    ensure!(field(&visitor, "etag").await?.is_some(), "no ETag");
    ensure!(field(&visitor, "cache-control").await?.as_deref() == Some("max-age=3600"));
    visitor.see(".cdn-live [data-live=copy]").await?;
    ask_edge(&visitor, "/mountains.svg").await?;
    ensure!(verdict(&visitor).await? == "HIT");
    until_step(&visitor, "hit").await?;
    let age = field(&visitor, "age").await?.context("no Age")?;
    ensure!(age.parse::<u64>()? < 60, "{age}");
    let sum = visitor.text(".cdn-live-sum").await?;
    ensure!(sum.contains("freshness_lifetime = 3600 s") && sum.contains("current_age"), "{sum}");
    // A step that is pressed is the one that is drawn.
    visitor
        .script("document.querySelector('.cdn-live-steps [data-step=asked] button').click()")
        .await?;
    visitor.see(".cdn-live .cdn-flight").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_makes_a_real_edge_miss_again() -> Result<()> {
    let visitor = live(Look::DESKTOP).await?;
    ask_edge(&visitor, "/harbour.svg").await?;
    ask_edge(&visitor, "/harbour.svg").await?;
    ensure!(verdict(&visitor).await? == "HIT");
    visitor.press("Purge this path").await?;
    until_news(&visitor, "1 copy removed").await?;
    visitor.see(".cdn-live [data-live=no-copy]").await?;
    ask_edge(&visitor, "/harbour.svg").await?;
    ensure!(verdict(&visitor).await? == "MISS");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stampede_sends_one_request_to_the_origin() -> Result<()> {
    let visitor = live(Look::DESKTOP).await?;
    let path = visitor.see(".cdn-live-path input").await?;
    visitor.script("document.querySelector('.cdn-live-path input').select()").await?;
    path.send_keys("/slow").await?;
    visitor.press("20 at once").await?;
    visitor
        .until("return document.querySelector('[data-live=rush]').textContent.startsWith('20 of 20 answered')")
        .await?;
    visitor
        .until("return document.querySelector('[data-live=rush]').dataset.forwarded === '1'")
        .await?;
    let text = visitor.text("[data-live=rush]").await?;
    println!("{text}");
    ensure!(text.contains("Of 20 that reached the edge"), "{text}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_origin_is_bridged_where_that_is_allowed() -> Result<()> {
    let visitor = live(Look::DESKTOP).await?;
    pick(&visitor, "Copies are fresh for", "5 s, whatever it says").await?;
    until_news(&visitor, "fresh for 5 s").await?;
    pick(&visitor, "Copies are fresh for", "as the origin says").await?;
    until_news(&visitor, "The origin says how long").await?;
    ask_edge(&visitor, "/weather").await?;
    ensure!(verdict(&visitor).await? == "MISS");
    pick(&visitor, "The origin is", "500 for everything").await?;
    until_news(&visitor, "500").await?;
    // Past its 5 seconds the edge has to ask, and is let down.
    visitor.see(".cdn-live-entry.is-stale").await?;
    ask_edge(&visitor, "/weather").await?;
    ensure!(verdict(&visitor).await? == "STALE");
    ensure!(field(&visitor, "age").await?.is_some(), "no copy was served");
    let status = visitor.text(".cdn-live-times strong").await?;
    ensure!(status.starts_with("200"), "{status}");
    pick(&visitor, "The origin is", "well").await?;
    until_news(&visitor, "The origin is well").await?;
    visitor.press("Change its content").await?;
    ask_edge(&visitor, "/weather").await?;
    ensure!(visitor.text(".cdn-live-times strong").await?.starts_with("200"));
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_leave_the_edge_is_not_asked() -> Result<()> {
    let visitor = live(Look::DESKTOP).await?;
    let path = visitor.see(".cdn-live-path input").await?;
    visitor.script("document.querySelector('.cdn-live-path input').select()").await?;
    path.send_keys("/../../api/cdn/stats").await?;
    visitor.key(Key::Enter.into()).await?;
    visitor.see(".cdn-live-ask [role=alert]").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_server_the_last_picture_stays_and_the_simulation_works() -> Result<()> {
    let mut visitor = live(Look::DESKTOP).await?;
    ask_edge(&visitor, "/").await?;
    visitor.server.kill()?;
    visitor
        .until(&format!(
            "return document.querySelector('{LIVE} .notice').textContent.includes('The server is away')"
        ))
        .await?;
    ensure!(verdict(&visitor).await? == "MISS", "the last answer is gone");
    ensure!(!visitor.see(".cdn-live-send").await?.is_enabled().await?);
    ask(&visitor, ROTORUA).await?;
    // A browser writes every refused connection to the console itself, so its silence is not asked for.
    visitor.client.close().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_work_outside_the_browser() -> Result<()> {
    let visitor = live(Look::DESKTOP).await?;
    ask_edge(&visitor, "/harbour.svg").await?;
    let script = "return [...document.querySelectorAll('.cdn-live-commands .copy-command')]\
        .map(it => [it.querySelector('.copy-command-label').textContent, it.querySelector('code').textContent])";
    let commands = visitor.script(script).await?;
    let commands: Vec<(String, String)> = serde_json::from_value(commands)?;
    let run = |label: &str| -> Result<String> {
        let found = commands.iter().find(|(it, _)| it.starts_with(label));
        let (_, command) = found.with_context(|| format!("no {label} in {commands:#?}"))?;
        let output = Command::new("bash").args(["-c", command]).output()?;
        ensure!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.to_ascii_lowercase())
    };
    let head = run("curl")?;
    ensure!(head.starts_with("http/1.1 200") && head.contains(";hit"), "{head}");
    let head = run("curl, at the port of")?;
    ensure!(head.starts_with("http/1.1 200") && head.contains(";hit"), "{head}");
    let purged = run("purge, curl")?;
    ensure!(purged.contains("\"removed\":1"), "{purged}");
    let twenty = run("20 at once, curl")?;
    ensure!(twenty.lines().filter(|line| line.starts_with("200 after")).count() == 20, "{twenty}");
    for label in ["PowerShell", "purge, PowerShell"] {
        let found = commands.iter().find(|(it, _)| it == label).map(|(_, command)| command);
        run_powershell(found.with_context(|| format!("no {label}"))?)?;
    }
    visitor.leave().await
}

/// Runs it where there is a PowerShell.
fn run_powershell(command: &str) -> Result<()> {
    match Command::new("pwsh").args(["-NoProfile", "-Command", command]).output() {
        Ok(output) => {
            ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr))
        }
        Err(error) => ensure!(error.kind() == std::io::ErrorKind::NotFound, "{error}"),
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_the_real_edges_fit() -> Result<()> {
    let visitor = live(Look { width: 360, ..Look::DESKTOP }).await?;
    ask_edge(&visitor, "/hello").await?;
    visitor.see(".cdn-live [data-live=copy]").await?;
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    ensure!(visitor.script(overflow).await? == 0, "the page is too wide with an answer");
    visitor.leave().await
}
