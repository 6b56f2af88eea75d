//! What a visitor does in the lab of two-phase commit.

#[path = "two_phase_commit/databases.rs"]
mod databases;

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
use playground_e2e::{Look, Visitor};
use std::process::Command;

const LAB: &str = "/labs/two-phase-commit";
/// The figure at the top; the sandbox at the end shows the same run once more.
const LEAD: &str = "#lead";

/// Opens the lab and pauses at the very start, before the opening's own orders.
async fn at_the_start(look: Look) -> Result<Visitor> {
    let visitor = Visitor::open(LAB, look).await?;
    visitor.see("#lead [data-subject=node-0]").await?;
    if !look.is_reduced {
        visitor.press("Pause").await?;
    }
    to_the_start(&visitor).await?;
    Ok(visitor)
}

/// Moves the scrubber at the top to the very start.
async fn to_the_start(visitor: &Visitor) -> Result<()> {
    let scrubber = visitor.see("#lead input[type=range][aria-label=Time]").await?;
    let script = "arguments[0].value = 0; arguments[0].dispatchEvent(new Event('input', { bubbles: true }));";
    visitor.client.execute(script, vec![serde_json::to_value(&scrubber)?]).await?;
    visitor
        .until("return document.querySelector('#lead .player-time').textContent.startsWith('0.00')")
        .await
}

/// Waits until an element of the picture at the top says something.
async fn until_node_says(visitor: &Visitor, node: u16, words: &str) -> Result<()> {
    visitor
        .until(&format!(
            "return document.querySelector('#lead [data-subject=node-{node}]').getAttribute('aria-label').includes('{words}')"
        ))
        .await
}

/// Opens a node's menu in a picture by its key, as a keyboard does.
async fn open_menu(visitor: &Visitor, picture: &str, subject: &str) -> Result<()> {
    visitor
        .script(&format!("document.querySelector('{picture} [data-subject={subject}]').focus()"))
        .await?;
    visitor.key(Key::Enter.into()).await?;
    visitor.see(&format!("{picture} .two-phase-commit-menu")).await?;
    Ok(())
}

/// Presses a button of the open menu of a picture.
async fn choose(visitor: &Visitor, picture: &str, text: &str) -> Result<()> {
    let script = format!(
        "const button = [...document.querySelectorAll('{picture} .two-phase-commit-menu button')]\
            .find(it => it.textContent === '{text}'); button.click(); return true"
    );
    visitor.until(&script).await
}

/// Arms a node of a picture at a point, through its menu.
async fn arm(visitor: &Visitor, picture: &str, subject: &str, words: &str) -> Result<()> {
    open_menu(visitor, picture, subject).await?;
    let select = visitor.see(&format!("{picture} .two-phase-commit-menu-crash select")).await?;
    select.select_by_label(words).await?;
    choose(visitor, picture, "Arm").await
}

/// Moves time on, step by step, until a script is true.
async fn step_until(visitor: &Visitor, script: &str) -> Result<()> {
    for _ in 0..120 {
        if visitor.script(&format!("try {{ {script} }} catch {{ return false }}")).await? == true {
            return Ok(());
        }
        visitor.key('.').await?;
    }
    anyhow::bail!("no step made it true: {script}")
}

/// Runs time at four times its speed.
async fn hurry(visitor: &Visitor) -> Result<()> {
    quicken(visitor).await?;
    visitor.script("document.querySelector('#lead .player-play').click()").await?;
    Ok(())
}

/// Runs time at four times its speed, without stopping or starting it.
async fn quicken(visitor: &Visitor) -> Result<()> {
    visitor.see(".player-speed select").await?.select_by_value("400").await?;
    Ok(())
}

/// Chooses an option of a labelled list within an element.
async fn pick(visitor: &Visitor, within: &str, label: &str, option: &str) -> Result<()> {
    let xpath = format!("//*[{within}]//label[span[normalize-space()='{label}']]/select");
    let wait = visitor.client.wait();
    let select = wait.for_element(Locator::XPath(&xpath)).await.with_context(|| xpath.clone())?;
    select.select_by_label(option).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_placed_with_the_keyboard_and_commits() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    // From the first field of the form: three tabs and Enter.
    visitor.script("document.querySelector('#lead form select').focus()").await?;
    visitor.key('d').await?;
    visitor.key(Key::Tab.into()).await?;
    visitor.key('2').await?;
    visitor.key(Key::Enter.into()).await?;
    let placed =
        "return document.querySelector('#lead .two-phase-commit-cost caption').textContent";
    visitor.until(&format!("{placed}.includes('2 drinks, delivered')")).await?;
    // Step by key until the client has its answer, and on until all is acknowledged.
    visitor.script("document.activeElement.blur()").await?;
    step_until(&visitor, "return document.querySelector('#lead .two-phase-commit-caption').textContent.includes('answered')").await?;
    let spoken = visitor.text("#lead [aria-live=polite]").await?;
    ensure!(spoken.contains("answered"), "{spoken}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_commit_costs_is_counted_beside_theory() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    // At its own speed: the next order is counted anew.
    visitor.script("document.querySelector('#lead .player-play').click()").await?;
    visitor
        .until(
            "return document.querySelector('#lead [data-cost=messages]').textContent === '8' \
                && document.querySelector('#lead [data-cost=forced]').textContent === '5'",
        )
        .await?;
    let line = visitor.text("#lead .two-phase-commit-cost").await?;
    ensure!(line.contains("8 = 4N") && line.contains("5 = 2N + 1"), "{line}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_coordinator_dies_at_a_point_and_both_wait_in_doubt_until_it_is_back() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    arm(&visitor, LEAD, "node-0", "before forcing the decision").await?;
    until_node_says(&visitor, 0, "dies before forcing the decision").await?;
    visitor.see("#lead form button").await?.click().await?;
    hurry(&visitor).await?;
    until_node_says(&visitor, 0, "down").await?;
    until_node_says(&visitor, 1, "in doubt for 3 s").await?;
    until_node_says(&visitor, 2, "in doubt for").await?;
    visitor.until("return document.querySelectorAll('.goals .is-done').length === 1").await?;
    open_menu(&visitor, LEAD, "node-0").await?;
    choose(&visitor, LEAD, "Start it again").await?;
    until_node_says(&visitor, 0, "up").await?;
    let free = "return ![1, 2].some(node => document.querySelector(`#lead [data-subject=node-${node}]`)\
        .getAttribute('aria-label').includes('in doubt'))";
    visitor.until(free).await?;
    visitor.goto("/").await?;
    let card = ".card:has(a[href='/labs/two-phase-commit']) .card-progress";
    let progress = visitor.text(card).await?;
    ensure!(progress == "1 of 5 goals reached", "{progress}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_lost_by_clicking_it_and_the_order_commits_all_the_same() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    visitor.see("#lead form button").await?.click().await?;
    step_until(&visitor, "return !!document.querySelector('#lead [data-subject^=flight]')").await?;
    // By mouse, as a visitor would.
    visitor.see("#lead [data-subject^=flight]").await?.click().await?;
    choose(&visitor, LEAD, "Lose it").await?;
    visitor
        .until("return document.querySelector('#lead .two-phase-commit-caption').textContent.includes('taken off the wire')")
        .await?;
    hurry(&visitor).await?;
    visitor
        .until("return [...document.querySelectorAll('.goals .is-done')].some(it => it.textContent.includes('Lose a message'))")
        .await?;
    let cost = visitor.text("#lead .two-phase-commit-cost").await?;
    ensure!(cost.contains("say it again"), "{cost}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn stepping_back_undoes_and_acting_there_forks() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    visitor.see("#lead form button").await?.click().await?;
    let caption = "return document.querySelector('#lead .two-phase-commit-caption').textContent";
    for _ in 0..4 {
        visitor.key('.').await?;
    }
    let after = visitor.script(caption).await?;
    visitor.key(',').await?;
    visitor.until(&format!("{caption} !== {after}")).await?;
    open_menu(&visitor, LEAD, "node-1").await?;
    choose(&visitor, LEAD, "Crash it now").await?;
    until_node_says(&visitor, 1, "down").await?;
    // The opening's own future and the one just left are both kept.
    visitor
        .until("return document.querySelectorAll('.player-branches option').length >= 2")
        .await?;
    visitor.see(".player-branches select").await?.select_by_index(1).await?;
    until_node_says(&visitor, 1, "up").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_the_same_moment_in_another_window() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    arm(&visitor, LEAD, "node-2", "after sending its vote").await?;
    visitor.see("#lead form button").await?.click().await?;
    for _ in 0..6 {
        visitor.key('.').await?;
    }
    visitor.stillness().await?;
    let seen = "return JSON.stringify([document.querySelector('#lead .player-time').textContent, \
        document.querySelector('#lead .two-phase-commit-caption').textContent, \
        [...document.querySelectorAll('#lead [data-subject]')].map(it => it.getAttribute('aria-label'))])";
    let link = "return location.href === document.querySelector('.two-phase-commit-home code').textContent";
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
async fn every_broken_variant_names_the_promise_it_breaks() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    let figure = "[data-knob=Mistake]";
    visitor.script(&format!("document.querySelector('{figure}').scrollIntoView()")).await?;
    // Five mistakes, and a disk that lies.
    for flaw in 0..6 {
        let select = visitor.see(&format!("{figure} .choice select")).await?;
        select.select_by_value(&flaw.to_string()).await?;
        visitor
            .until(&format!("return document.querySelector('{figure} [role=alert]') === null"))
            .await?;
        visitor
            .script(&format!("document.querySelector('{figure} [aria-label=Pause]')?.click()"))
            .await?;
        let mut said = None;
        for _ in 0..120 {
            let broken = format!(
                "return document.querySelector('{figure} [role=alert]')?.textContent ?? null"
            );
            said = visitor.script(&broken).await?.as_str().map(str::to_owned);
            if said.is_some() {
                break;
            }
            visitor
                .script(&format!("document.querySelector('{figure} [aria-label=Step]').click()"))
                .await?;
        }
        ensure!(
            said.as_deref().is_some_and(|it| it.starts_with("Broken: ")),
            "mistake {flaw} breaks nothing: {said:?}"
        );
    }
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn time_can_be_moved_on_by_hand() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    pick(&visitor, "@class='two-phase-commit-console'", "Moved on by", "you, message by message")
        .await?;
    visitor
        .script("document.querySelector('.two-phase-commit-console form button').click()")
        .await?;
    // Prepare twice, vote twice, commit twice, acknowledge twice.
    for round in 1..=8 {
        visitor
            .until(&format!(
                "const it = document.querySelector('[data-move] button'); \
                 if (!it || {round} > 8) return false; it.click(); return true"
            ))
            .await?;
        visitor
            .until(&format!(
                "return document.querySelector('.two-phase-commit-console [data-cost=messages]').textContent >= {}",
                round.min(8)
            ))
            .await?;
    }
    visitor.until("return document.querySelector('[data-move]') === null").await?;
    ensure!(visitor.number(".two-phase-commit-console [data-cost=messages]").await? == 8);
    ensure!(visitor.number(".two-phase-commit-console [data-cost=forced]").await? == 5);
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn checking_every_run_proves_the_protocol_and_finds_a_mistake() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    visitor.press("Check every run").await?;
    let done = "return document.querySelector('.two-phase-commit-check [role=status]').textContent.startsWith('Done')";
    visitor.until(done).await?;
    let states = visitor.text("[data-check=distinct]").await?.replace(',', "").parse::<u64>()?;
    ensure!(states > 1_000, "only {states} states");
    let bad = "return document.querySelectorAll('.two-phase-commit-verdict.is-bad').length";
    ensure!(visitor.script(bad).await? == 0, "the protocol breaks a promise");
    println!("{}", visitor.text(".two-phase-commit-check").await?);
    pick(
        &visitor,
        "@class='two-phase-commit-check'",
        "What it gets wrong",
        "it forgets its vote in a crash",
    )
    .await?;
    visitor.press("Check every run").await?;
    visitor.until(done).await?;
    ensure!(visitor.script(bad).await?.as_u64() > Some(0), "no counterexample");
    visitor
        .script("document.querySelector('.two-phase-commit-verdict.is-bad button').click()")
        .await?;
    // It opens at the top, plays, and ends with the promise broken.
    visitor.until("return document.activeElement.id === 'lead'").await?;
    quicken(&visitor).await?;
    visitor.until("return document.querySelector('#lead [role=alert]')?.textContent.startsWith('Broken: ')").await?;
    ensure!(
        visitor.script("return document.querySelectorAll('.goals .is-done').length").await? == 0,
        "what the search has found is no deed of the visitor's"
    );
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_can_be_cancelled() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    // The greatest check there is, cancelled as soon as it has found anything.
    let settings = [
        ("Participants", 1, 3),
        ("Participant crashes, each", 3, 3),
        ("Coordinator crashes", 3, 3),
    ];
    for (name, step, shown) in settings {
        let slider = format!(
            "document.querySelector(\".two-phase-commit-check input[aria-label='{name}']\")"
        );
        visitor
            .script(&format!(
                "const it = {slider}; it.value = {step}; it.dispatchEvent(new Event('input', {{ bubbles: true }}))"
            ))
            .await?;
        visitor
            .until(&format!("return {slider}.getAttribute('aria-valuetext') === '{shown}'"))
            .await?;
    }
    let script = "const done = arguments[arguments.length - 1]; \
        const button = text => [...document.querySelectorAll('.two-phase-commit-check button')].find(it => it.textContent === text); \
        button('Check every run').click(); \
        const look = () => { \
          if (parseInt(document.querySelector('[data-check=distinct]')?.textContent) > 0) { button('Cancel').click(); done(); } \
          else requestAnimationFrame(look); }; \
        look();";
    visitor.client.execute_async(script, Vec::new()).await?;
    visitor
        .until("return document.querySelector('.two-phase-commit-check [role=status]').textContent.startsWith('Cancelled')")
        .await?;
    ensure!(visitor.text(".two-phase-commit-verdicts").await?.contains("not decided"));
    // And it can be started again.
    visitor.press("Check every run").await?;
    visitor
        .until("return document.querySelector('.two-phase-commit-check [role=status]').textContent.startsWith('Searching')")
        .await?;
    visitor.leave().await
}

const LIVE: &str = ".two-phase-commit-live";

/// Waits until a real node says something.
async fn until_process_says(visitor: &Visitor, node: u16, words: &str) -> Result<()> {
    visitor
        .until(&format!(
            "return document.querySelector('{LIVE} [data-subject=node-{node}]').getAttribute('aria-label').includes('{words}')"
        ))
        .await
}

/// The process id of a real node.
async fn pid(visitor: &Visitor, node: u16) -> Result<String> {
    until_process_says(visitor, node, "process ").await?;
    let says =
        visitor.attribute(&format!("{LIVE} [data-subject=node-{node}]"), "aria-label").await?;
    let (_, pid) = says.rsplit_once("process ").context("no process")?;
    Ok(pid.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_process_is_killed_at_a_point_and_its_successor_finishes_the_order() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    visitor.script(&format!("document.querySelector('{LIVE}').scrollIntoView()")).await?;
    let first = pid(&visitor, 0).await?;
    ensure!(Command::new("kill").args(["-0", &first]).status()?.success(), "no process {first}");
    // A burger, as it should be.
    visitor.script(&format!("document.querySelector('{LIVE} form button').click()")).await?;
    let last = "return document.querySelector('[data-live=last]').textContent";
    visitor.until(&format!("{last} === '1 burger, delivered: committed'")).await?;
    visitor
        .until(&format!(
            "return document.querySelector('{LIVE} [data-cost=messages]').textContent === '8'"
        ))
        .await?;
    // And one whose coordinator dies with the decision on the disk.
    arm(&visitor, LIVE, "node-0", "after forcing the decision").await?;
    until_process_says(&visitor, 0, "dies after forcing the decision").await?;
    visitor.script(&format!("document.querySelector('{LIVE} form button').click()")).await?;
    until_process_says(&visitor, 0, "down").await?;
    until_process_says(&visitor, 1, "in doubt").await?;
    until_process_says(&visitor, 2, "in doubt").await?;
    // The seconds count although nothing happens.
    visitor.until(&format!("return document.querySelector('{LIVE} [data-locked=delivery]').textContent.includes('locked for 1.')")).await?;
    open_menu(&visitor, LIVE, "node-0").await?;
    choose(&visitor, LIVE, "Start it again").await?;
    let second = pid(&visitor, 0).await?;
    ensure!(first != second, "the process that died is still there");
    visitor.until(&format!("{last} === '1 burger, delivered: committed'")).await?;
    let free = format!(
        "return [1, 2].every(node => !document.querySelector(`{LIVE} [data-subject=node-${{node}}]`)\
            .getAttribute('aria-label').includes('in doubt'))"
    );
    visitor.until(&free).await?;
    until_process_says(&visitor, 1, "3 burgers free").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_server_the_last_picture_stays_and_the_simulation_works() -> Result<()> {
    let mut visitor = at_the_start(Look::DESKTOP).await?;
    pid(&visitor, 1).await?;
    visitor.server.kill()?;
    visitor
        .until(&format!("return document.querySelector('{LIVE} .notice').textContent.includes('The server is away')"))
        .await?;
    let cards = format!("return document.querySelectorAll('{LIVE} .two-phase-commit-card').length");
    ensure!(visitor.script(&cards).await? == 3, "the last picture is gone");
    ensure!(!visitor.see(&format!("{LIVE} form button")).await?.is_enabled().await?);
    visitor.see("#lead form button").await?.click().await?;
    step_until(&visitor, "return !!document.querySelector('#lead [data-subject^=flight]')").await?;
    // A browser writes every refused connection to the console itself, so its silence is not asked for.
    visitor.client.close().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_work_outside_the_browser() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    let commands = visitor.script("return [...document.querySelectorAll('.two-phase-commit-commands code')].map(it => it.textContent)").await?;
    let commands: Vec<String> = serde_json::from_value(commands)?;
    ensure!(commands.len() == 10, "{commands:#?}");
    let run = |number: usize| -> Result<serde_json::Value> {
        let output = Command::new("bash").args(["-c", &commands[number]]).output()?;
        let printed = String::from_utf8(output.stdout)?;
        let is_empty = printed.trim().is_empty();
        if is_empty {
            Ok(serde_json::Value::Null)
        } else {
            serde_json::from_str(&printed).context(printed)
        }
    };
    pid(&visitor, 0).await?;
    let order = run(0)?;
    ensure!(order["status"] == "committed", "{order}");
    let state = run(2)?;
    ensure!(state["stock"]["burger"] == 4 && state["couriers"] == 1, "{state}");
    run(4)?;
    until_process_says(&visitor, 0, "dies after forcing the decision").await?;
    run(6)?;
    until_process_says(&visitor, 0, "down").await?;
    run(8)?;
    until_process_says(&visitor, 0, "up").await?;
    // The same address and the same body stand in the other shell's command.
    for pair in commands.chunks(2) {
        let (curl, powershell) = (&pair[0], &pair[1]);
        let url = curl.split(' ').nth(2).context("no address")?;
        ensure!(
            powershell.starts_with("Invoke-RestMethod ") && powershell.contains(url),
            "{powershell}"
        );
        if let Some((_, body)) = curl.split_once("-d ") {
            ensure!(powershell.ends_with(&format!("-Body {body}")), "{powershell}");
            ensure!(powershell.contains("-Method Post"), "{powershell}");
        }
        run_powershell(powershell)?;
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
async fn what_is_taken_home_is_whole() -> Result<()> {
    let visitor = at_the_start(Look::DESKTOP).await?;
    visitor.see("#lead form button").await?.click().await?;
    step_until(&visitor, "return !!document.querySelector('#lead [data-subject^=flight]')").await?;
    // What would be downloaded is caught on its way.
    visitor
        .script("window.taken = {}; const give = URL.createObjectURL; \
                 URL.createObjectURL = blob => { blob.text().then(text => { window.taken[blob.type] = text; }); return give(blob); };")
        .await?;
    for (button, kind, wanted) in [
        ("Nodes as SVG", "image/svg+xml", "Inventory"),
        ("Sequence as SVG", "image/svg+xml", "prepare"),
        ("Orders as CSV", "text/csv", "1,1-1,"),
        ("Messages as CSV", "text/csv", "0,1-1,Coordinator,Inventory,prepare,"),
        ("Run as JSON", "application/json", "\"seed\":1"),
    ] {
        visitor.script("window.taken = {}").await?;
        visitor.press(button).await?;
        visitor
            .until(&format!(
                "return window.taken['{kind}']?.includes('{}')",
                wanted.replace('\'', "\\'")
            ))
            .await?;
        if kind == "image/svg+xml" {
            let is_svg = "const it = new DOMParser().parseFromString(window.taken['image/svg+xml'], 'image/svg+xml'); \
                return it.documentElement.tagName === 'svg' && !it.querySelector('parsererror') \
                    && it.querySelectorAll('text, path').length > 5";
            ensure!(visitor.script(is_svg).await? == true, "{button} is no drawing");
        }
    }
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_less_motion_nothing_plays_by_itself() -> Result<()> {
    let look = Look { is_reduced: true, ..Look::DESKTOP };
    let visitor = Visitor::open(LAB, look).await?;
    visitor.see("#lead button[aria-label=Play]").await?;
    ensure!(visitor.text("#lead .player-time").await?.starts_with("0.00"));
    visitor.see("#lead form button").await?.click().await?;
    step_until(&visitor, "return !!document.querySelector('#lead [data-subject^=flight]')").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_a_finger_opens_the_menu_of_a_node() -> Result<()> {
    let visitor = at_the_start(Look { width: 360, ..Look::DESKTOP }).await?;
    visitor.swipe("#lead [data-subject=node-1]", (0.0, 0.0)).await?;
    visitor.see("#lead .two-phase-commit-menu").await?;
    choose(&visitor, LEAD, "Crash it now").await?;
    until_node_says(&visitor, 1, "down").await?;
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    ensure!(visitor.script(overflow).await? == 0, "the page is too wide with a menu open");
    visitor.leave().await
}
