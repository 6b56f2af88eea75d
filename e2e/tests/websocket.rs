//! What a visitor does in the lab of WebSockets.

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use playground_e2e::{Look, Visitor};

const LAB: &str = "/labs/websocket";
const BENCH: &str = "#workbench";
const LIVE: &str = ".websocket-live";

/// Opens the lab, pauses, and goes to a time of the opening, in milliseconds.
async fn at(look: Look, ms: u64) -> Result<Visitor> {
    let visitor = Visitor::open(LAB, look).await?;
    visitor.see("#lead .websocket-figure svg").await?;
    if !look.is_reduced {
        visitor.press("Pause").await?;
    }
    seek(&visitor, ms).await?;
    Ok(visitor)
}

/// Moves the scrubber at the top.
async fn seek(visitor: &Visitor, ms: u64) -> Result<()> {
    let scrubber = visitor.see("#lead input[type=range][aria-label=Time]").await?;
    let script = format!(
        "arguments[0].value = {}; arguments[0].dispatchEvent(new Event('input', {{ bubbles: true }}));",
        ms * 1_000
    );
    visitor.client.execute(&script, vec![serde_json::to_value(&scrubber)?]).await?;
    let shown = format!("{:.1}", ms as f64 / 1e3);
    visitor
        .until(&format!(
            "return document.querySelector('#lead .player-time').textContent.startsWith('{shown}')"
        ))
        .await
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

/// Opens the first segment on its way at the top, as a keyboard does.
async fn open_segment(visitor: &Visitor) -> Result<()> {
    visitor.see("#lead [data-subject^=flight]").await?;
    visitor.script("document.querySelector('#lead [data-subject^=flight]').focus()").await?;
    visitor.key(Key::Enter.into()).await?;
    visitor.see("#lead .popup").await?;
    Ok(())
}

fn goal_reached(words: &str) -> String {
    format!(
        "return [...document.querySelectorAll('.goals .is-done')].some(it => it.textContent.includes('{words}'))"
    )
}

fn caption_says(words: &str) -> String {
    format!(
        "return document.querySelector('#lead .websocket-caption').textContent.includes('{words}')"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bit_is_flipped_with_the_keyboard_alone_and_the_server_closes_with_1002() -> Result<()> {
    // At 2.2 s the opening's first text goes off.
    let visitor = at(Look::DESKTOP, 2_400).await?;
    open_segment(&visitor).await?;
    // The focus is on byte 0; Tab leads to its bits, arrows to the fourth of the opcode's.
    visitor.key(Key::Tab.into()).await?;
    for _ in 0..6 {
        visitor.key(Key::Right.into()).await?;
    }
    visitor.until("return document.activeElement.dataset.place === '6'").await?;
    visitor.key(' ').await?;
    let foretold = "return document.querySelector('#lead .popup [data-foretold]')?.dataset.foretold === '1002'";
    visitor.until(foretold).await?;
    visitor.until("return document.querySelector('#lead .popup .websocket-readout').textContent.includes('Broken: opcode 3 is reserved')").await?;
    visitor.key(Key::Escape.into()).await?;
    visitor.until("return document.activeElement.dataset.subject?.startsWith('flight-')").await?;
    step_until(&visitor, &caption_says("It says 1002")).await?;
    visitor.until(&goal_reached("closes with 1002")).await?;
    visitor.goto("/").await?;
    let card = ".card:has(a[href='/labs/websocket']) .card-progress";
    ensure!(visitor.text(card).await? == "1 of 5 goals reached");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_is_lost_by_mouse_and_arrives_all_the_same() -> Result<()> {
    let visitor = at(Look::DESKTOP, 2_400).await?;
    visitor.see("#lead [data-subject^=flight]").await?.click().await?;
    visitor.press("Lose it").await?;
    visitor.until(&caption_says("TCP sends it again")).await?;
    visitor.until("return document.querySelector('#lead .popup') === null").await?;
    step_until(&visitor, &caption_says("The server got a text of 12 bytes")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ping_between_fragments_and_a_pulled_cable_reach_their_goals() -> Result<()> {
    let visitor = at(Look::DESKTOP, 1_900).await?;
    visitor.press("In 3 frames, a ping between").await?;
    step_until(&visitor, &caption_says("The client got a pong")).await?;
    visitor.until(&goal_reached("Get a pong")).await?;
    visitor.press("Pull the cable").await?;
    visitor.until(&goal_reached("Pull the cable")).await?;
    let told =
        "return document.querySelector('#lead .websocket-side').textContent.includes('told: 1006')";
    visitor.until(told).await?;
    visitor.press("Connect again").await?;
    step_until(&visitor, &caption_says("the WebSocket is open")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn stepping_back_undoes_and_acting_there_forks() -> Result<()> {
    let visitor = at(Look::DESKTOP, 1_900).await?;
    visitor.press("Ping").await?;
    visitor.until(&caption_says("The client sent a ping")).await?;
    visitor.key(',').await?;
    visitor.until(&caption_says("the WebSocket is open")).await?;
    visitor.press("Close").await?;
    visitor.until(&caption_says("The client sent a close frame")).await?;
    visitor
        .until("return document.querySelectorAll('.player-branches option').length >= 2")
        .await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_the_same_moment_in_another_window() -> Result<()> {
    let visitor = at(Look::DESKTOP, 2_400).await?;
    open_segment(&visitor).await?;
    visitor.script("document.querySelector('#lead .popup [data-place=\"1\"]').click()").await?;
    visitor.key(Key::Escape.into()).await?;
    visitor.stillness().await?;
    let seen = "return JSON.stringify([document.querySelector('#lead .player-time').textContent, \
        document.querySelector('#lead .websocket-caption').textContent, \
        [...document.querySelectorAll('#lead [data-subject]')].map(it => it.getAttribute('aria-label')), \
        document.querySelector('#lead .websocket-log-rows').textContent])";
    let link =
        "return location.href === document.querySelector('.websocket-home code').textContent";
    ensure!(visitor.script(link).await? == true, "the address is not the link that can be copied");
    let here = visitor.script(seen).await?;
    let address = visitor.script("return location.href").await?;
    let window = visitor.client.new_window(false).await?;
    visitor.client.switch_to_window(window.handle).await?;
    visitor.look(Look::DESKTOP, 900).await?;
    visitor.client.goto(address.as_str().context("no address")?).await?;
    visitor.see("#lead [data-subject^=flight]").await?;
    let there = visitor.script(seen).await?;
    ensure!(here == there, "here {here}, there {there}");
    ensure!(here.as_str().is_some_and(|it| it.contains("1 bit flipped")), "{here}");
    // Opening what somebody else has done reaches no goal.
    step_until(&visitor, &caption_says("It says 1002")).await?;
    ensure!(
        visitor.script("return document.querySelectorAll('.goals .is-done').length").await? == 0
    );
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_leads_to_its_answer_step_by_step() -> Result<()> {
    let visitor = at(Look::DESKTOP, 0).await?;
    let step = |number: u32| format!("#handshake [data-step='{number}']");
    // The example of RFC 6455 section 1.3.
    let digest = "b3 7a 4f 2c c0 62 4f 16 90 f6 46 06 cf 38 59 45 b2 be c4 ea";
    let answer = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    ensure!(visitor.text(&step(1)).await? == "74 68 65 20 73 61 6d 70 6c 65 20 6e 6f 6e 63 65");
    ensure!(visitor.text(&step(2)).await? == "dGhlIHNhbXBsZSBub25jZQ==");
    ensure!(
        visitor.text(&step(3)).await?
            == "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    );
    ensure!(visitor.text(&step(4)).await? == digest);
    ensure!(visitor.text(&step(5)).await? == answer);
    let response =
        "return document.querySelectorAll('#handshake .websocket-text-lines')[1].textContent";
    ensure!(visitor.script(response).await?.as_str().is_some_and(|it| it.contains(answer)));
    // Another key has another answer; what is no key is refused and changes nothing.
    visitor.press("Another key").await?;
    let changed =
        format!("return document.querySelector(\"{}\").textContent !== '{answer}'", step(5));
    visitor.until(&changed).await?;
    let good = visitor.text(&step(5)).await?;
    let field = visitor.see("#handshake input").await?;
    field.clear().await?;
    field.send_keys("short").await?;
    visitor
        .until("return document.querySelector('#handshake .notice').textContent.includes('400')")
        .await?;
    ensure!(visitor.text(&step(5)).await? == good);
    // A line is read by keyboard.
    visitor.script("document.querySelector('#handshake [data-line=\"0\"]').focus()").await?;
    for _ in 0..4 {
        visitor.key(Key::Down.into()).await?;
    }
    visitor
        .until("return document.querySelector('#handshake .websocket-readout').textContent.includes('Sec-WebSocket-Key')")
        .await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_grows_where_the_length_crosses_a_boundary() -> Result<()> {
    let visitor = at(Look::DESKTOP, 0).await?;
    let slider = "document.querySelector('#frames input[type=range]')";
    for (step, header, value) in [(5, 6, "125"), (6, 8, "126"), (9, 8, "65535"), (10, 14, "65536")]
    {
        visitor
            .script(&format!(
                "{slider}.value = {step}; {slider}.dispatchEvent(new Event('input', {{ bubbles: true }}))"
            ))
            .await?;
        visitor
            .until(&format!(
                "return document.querySelector('[data-lengths=header]').textContent.startsWith('A header of {header} bytes')"
            ))
            .await?;
        // Where the length is longer than seven bits, its own field says it.
        let field = if header == 6 { 1 } else { 2 };
        visitor
            .script(&format!("document.querySelector('#frames [data-byte=\"{field}\"]').click()"))
            .await?;
        if header > 6 {
            visitor
                .until(&format!(
                    "return document.querySelector('#frames .websocket-readout-value').textContent === '{value}'"
                ))
                .await?;
        }
    }
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn hovering_a_bit_reads_its_field() -> Result<()> {
    let visitor = at(Look::DESKTOP, 0).await?;
    let hover = |bit: u32| {
        format!(
            "document.querySelector('#frames .websocket-bit[data-bit=\"{bit}\"]')\
                .dispatchEvent(new MouseEvent('mouseover', {{ bubbles: true }}))"
        )
    };
    for (bit, name) in [(0, "FIN"), (1, "RSV1"), (7, "opcode"), (8, "MASK"), (15, "payload length")]
    {
        visitor.script(&hover(bit)).await?;
        visitor
            .until(&format!(
                "return document.querySelector('#frames .websocket-readout-name').textContent === '{name}'"
            ))
            .await?;
    }
    visitor.leave().await
}

/// Chooses what lies on the workbench by the number of its option.
async fn put_on_the_bench(visitor: &Visitor, number: usize) -> Result<()> {
    let select = visitor.see(&format!("{BENCH} select")).await?;
    select.select_by_value(&number.to_string()).await?;
    visitor
        .until(&format!(
            "return document.querySelector('{BENCH} [data-verdict=server]').textContent.includes('not been sent')"
        ))
        .await
}

/// Sends it, and waits for the real answer.
async fn send_from_the_bench(visitor: &Visitor) -> Result<String> {
    visitor.script(&format!("document.querySelector('{BENCH} .websocket-send').click()")).await?;
    let verdict = format!("document.querySelector('{BENCH} [data-verdict=server]').textContent");
    visitor.until(&format!("return /redicted|away|did not agree/.test({verdict})")).await?;
    let said = visitor.script(&format!("return {verdict}")).await?;
    Ok(said.as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_server_answers_every_preset_as_the_model_predicts() -> Result<()> {
    let visitor = at(Look::DESKTOP, 0).await?;
    let names = format!(
        "return [...document.querySelectorAll('{BENCH} option')].map(it => it.textContent)"
    );
    let names: Vec<String> = serde_json::from_value(visitor.script(&names).await?)?;
    ensure!(names.len() > 20, "{names:?}");
    for (number, name) in names.iter().enumerate().skip(1) {
        put_on_the_bench(&visitor, number).await?;
        let said = send_from_the_bench(&visitor).await?;
        ensure!(said.contains("As predicted, byte for byte"), "{name}: {said}");
    }
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_is_sent_and_both_codes_stand_side_by_side() -> Result<()> {
    let visitor = at(Look::DESKTOP, 0).await?;
    // RSV1 of “Hello”, with the keyboard: from the first byte to its bits, and one to the right.
    visitor.script(&format!("document.querySelector('{BENCH} [data-byte=\"0\"]').focus()")).await?;
    visitor.key(Key::Tab.into()).await?;
    visitor.key(Key::Right.into()).await?;
    visitor.key(Key::Enter.into()).await?;
    let code = |verdict: &str| format!("{BENCH} [data-verdict={verdict}] [data-code]");
    ensure!(visitor.text(&code("model")).await? == "1002");
    ensure!(!visitor.script(&goal_reached("real server")).await?.as_bool().unwrap_or(true));
    let said = send_from_the_bench(&visitor).await?;
    ensure!(visitor.text(&code("server")).await? == "1002", "{said}");
    ensure!(said.contains("As predicted, byte for byte"), "{said}");
    visitor.until(&goal_reached("real server")).await?;
    visitor.press("As they were").await?;
    visitor
        .until(&format!("return document.querySelector('{BENCH} .is-flipped') === null"))
        .await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_of_the_pages_own_connection_is_shown() -> Result<()> {
    let visitor = at(Look::DESKTOP, 0).await?;
    let rows = |count: usize| {
        format!("return document.querySelectorAll('{LIVE} .websocket-log-row').length >= {count}")
    };
    visitor.until(&rows(2)).await?;
    let log = format!("{LIVE} .websocket-log-rows");
    let handshake = visitor.text(&log).await?;
    ensure!(
        handshake.contains("HTTP request") && handshake.contains("HTTP response"),
        "{handshake}"
    );
    visitor.see(&format!("{LIVE} form input")).await?.send_keys("!").await?;
    visitor.key(Key::Enter.into()).await?;
    let said = "text “Hello, server!”, 14 bytes";
    visitor
        .until(&format!(
            "return document.querySelector('[data-live=told]').textContent.includes('{said}')"
        ))
        .await?;
    visitor.until(&rows(4)).await?;
    let text = visitor.text(&log).await?;
    ensure!(text.matches(said).count() == 2, "{text}");
    // The client's frame is masked, the server's is not.
    let masked = format!(
        "const rows = [...document.querySelectorAll('{LIVE} .websocket-log-row')]; rows[2].click(); return true"
    );
    visitor.until(&masked).await?;
    visitor.until(&format!("return document.querySelector('{LIVE} .websocket-log-piece').textContent.includes('masking key')")).await?;
    visitor.script(&format!("document.querySelector('{log} .is-chosen').focus()")).await?;
    visitor.key(Key::Down.into()).await?;
    visitor.until(&format!("return !document.querySelector('{LIVE} .websocket-log-piece').textContent.includes('masking key')")).await?;
    visitor.press("Close with 4321").await?;
    visitor
        .until("return document.querySelector('[data-live=told]').textContent.includes('closed, 4321')")
        .await?;
    ensure!(visitor.text(&log).await?.matches("close 4321").count() == 2);
    visitor.press("Open again").await?;
    visitor
        .until(&format!(
            "return document.querySelector('{log}').textContent.split('HTTP response').length === 3"
        ))
        .await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_breaks_rules_and_begins_other_runs() -> Result<()> {
    let visitor = at(Look::DESKTOP, 1_900).await?;
    visitor.script("document.querySelector('.websocket-in-tables').open = true").await?;
    visitor.see(".websocket-tables table").await?;
    visitor.press("Break it").await?;
    visitor.until(&caption_says("broke a rule")).await?;
    step_until(&visitor, &caption_says("a client must mask its frames")).await?;
    let label = "return [...document.querySelectorAll('.websocket-console label.choice')]\
        .find(it => it.textContent.startsWith('Begin with')).querySelector('select')";
    let begin = visitor.client.execute(label, Vec::new()).await?;
    let script = "const it = arguments[0]; it.value = [...it.options].find(option => option.text.includes('another key')).value; \
        it.dispatchEvent(new Event('change', { bubbles: true }))";
    visitor.client.execute(script, vec![begin]).await?;
    visitor.until(&caption_says("The client hung up")).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_server_the_page_says_so_and_the_simulation_works() -> Result<()> {
    let mut visitor = at(Look::DESKTOP, 1_900).await?;
    visitor
        .until(&format!(
            "return document.querySelectorAll('{LIVE} .websocket-log-row').length >= 2"
        ))
        .await?;
    visitor.server.kill()?;
    visitor
        .until(&format!("return document.querySelector('{LIVE} .notice').textContent.includes('The server is away')"))
        .await?;
    let said = send_from_the_bench(&visitor).await?;
    ensure!(said.contains("The server is away"), "{said}");
    visitor.press("Ping").await?;
    step_until(&visitor, &caption_says("The client got a pong")).await?;
    // A browser writes every refused connection to the console itself, so its silence is not asked for.
    visitor.client.close().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_home_is_whole() -> Result<()> {
    let visitor = at(Look::DESKTOP, 2_400).await?;
    // What would be downloaded is caught on its way.
    visitor
        .script("window.taken = {}; const give = URL.createObjectURL; \
                 URL.createObjectURL = blob => { blob.text().then(text => { window.taken[blob.type] = text; }); return give(blob); };")
        .await?;
    for (button, kind, wanted) in [
        ("Wire as SVG", "image/svg+xml", "Server"),
        ("Frames as CSV", "text/csv", "474554202f77732f6563686f"),
        ("Run as JSON", "application/json", "\"seed\":1"),
    ] {
        visitor.press(button).await?;
        visitor.until(&format!("return window.taken['{kind}']?.includes('{wanted}')")).await?;
    }
    let is_svg = "const it = new DOMParser().parseFromString(window.taken['image/svg+xml'], 'image/svg+xml'); \
        return it.documentElement.tagName === 'svg' && !it.querySelector('parsererror') \
            && it.querySelectorAll('text, path').length > 5";
    ensure!(visitor.script(is_svg).await? == true, "it is no drawing");
    // The commands are for this very server.
    let commands = "return [...document.querySelectorAll('.websocket-commands code')].map(it => it.textContent)";
    let commands: Vec<String> = serde_json::from_value(visitor.script(commands).await?)?;
    let port = visitor.server.url.rsplit(':').next().context("no port")?.to_owned();
    ensure!(commands.len() == 5 && commands.iter().all(|it| it.contains(&port)), "{commands:#?}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_less_motion_nothing_plays_by_itself() -> Result<()> {
    let look = Look { is_reduced: true, ..Look::DESKTOP };
    let visitor = at(look, 0).await?;
    visitor.see("#lead button[aria-label=Play]").await?;
    // A segment stands at one place until the next step.
    let place =
        "return document.querySelector('#lead [data-subject^=flight] rect').getAttribute('x')";
    let before = visitor.script(place).await?;
    seek(&visitor, 100).await?;
    ensure!(visitor.script(place).await? == before);
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_a_finger_flips_a_bit() -> Result<()> {
    let visitor = at(Look { width: 360, ..Look::DESKTOP }, 2_400).await?;
    visitor.swipe("#lead [data-subject^=flight]", (0.0, 0.0)).await?;
    visitor.see("#lead .popup").await?;
    visitor.swipe("#lead .popup [data-place='1']", (0.0, 0.0)).await?;
    visitor
        .until("return document.querySelector('#lead .popup [data-foretold]')?.dataset.foretold === '1002'")
        .await?;
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    ensure!(visitor.script(overflow).await? == 0, "the page is too wide with a segment open");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_fits_at_every_width() -> Result<()> {
    let visitor = at(Look::DESKTOP, 2_400).await?;
    for width in [320, 600, 700, 900, 1_024, 1_280] {
        visitor.look(Look { width, ..Look::DESKTOP }, 900).await?;
        // The pictures follow their width a frame later.
        let fits =
            "return document.documentElement.scrollWidth === document.documentElement.clientWidth";
        visitor.until(fits).await.with_context(|| format!("too wide at {width}"))?;
    }
    visitor.leave().await
}
