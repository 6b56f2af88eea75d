//! What the tests of this lab do again and again.

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
pub use playground_e2e::steps::{commands, number, slide, until_says};
use playground_e2e::{Look, Visitor};
use std::process::Command;

/// Where the lab is.
pub const LAB: &str = "/labs/multi-threading";
/// The figure at the top; the sandbox at the end shows the same run once more.
pub const LEAD: &str = "#lead";

/// Opens the lab and pauses at the very start.
pub async fn at_the_start(look: Look) -> Result<Visitor> {
    let visitor = Visitor::open(LAB, look).await?;
    visitor.see("#lead [data-subject=node-0]").await?;
    if !look.is_reduced {
        visitor.press("Pause").await?;
    }
    let scrubber = visitor.see("#lead input[type=range][aria-label=Time]").await?;
    let script = "arguments[0].value = 0; arguments[0].dispatchEvent(new Event('input', { bubbles: true }));";
    visitor.client.execute(script, vec![serde_json::to_value(&scrubber)?]).await?;
    visitor
        .until("return document.querySelector('#lead .player-time').textContent.startsWith('0.00')")
        .await?;
    Ok(visitor)
}

/// Waits until a thread of the picture at the top says something.
pub async fn until_thread_says(visitor: &Visitor, thread: u8, words: &str) -> Result<()> {
    visitor
        .until(&format!(
            "return document.querySelector('#lead [data-subject=node-{thread}]').getAttribute('aria-label').includes('{words}')"
        ))
        .await
}

/// Presses the keys of threads, one after the other, and waits until each has done its instruction.
pub async fn step_by_key(visitor: &Visitor, threads: &str) -> Result<()> {
    for key in threads.chars() {
        let before = outcome(visitor, "steps").await?;
        visitor.key(key).await?;
        visitor
            .until(&format!(
                "return document.querySelector('#lead [data-outcome=steps]').textContent !== '{before}'"
            ))
            .await?;
    }
    Ok(())
}

/// A number under the figure at the top.
pub async fn outcome(visitor: &Visitor, key: &str) -> Result<String> {
    visitor.text(&format!("#lead [data-outcome={key}]")).await
}

/// Chooses an option of a labelled list within an element that has this class or id.
pub async fn pick(visitor: &Visitor, within: &str, label: &str, option: &str) -> Result<()> {
    let xpath = format!(
        "//*[contains(@class,'{within}') or @id='{within}']//label[span[normalize-space()='{label}']]/select"
    );
    let wait = visitor.client.wait();
    let select = wait.for_element(Locator::XPath(&xpath)).await.with_context(|| xpath.clone())?;
    select.select_by_label(option).await?;
    Ok(())
}

/// Gives the button with this text the focus, and presses it by key.
pub async fn press_by_key(visitor: &Visitor, section: &str, text: &str) -> Result<()> {
    let script = format!(
        "const it = [...document.querySelectorAll('{section} button')].find(it => !it.disabled && \
            it.textContent.trim().startsWith('{text}')); \
         it.focus(); return document.activeElement === it"
    );
    visitor.until(&script).await?;
    visitor.key(Key::Enter.into()).await
}

/// Waits until a goal is ticked.
pub async fn until_reached(visitor: &Visitor, words: &str) -> Result<()> {
    visitor
        .until(&format!(
            "return [...document.querySelectorAll('.goals .is-done')].some(it => it.textContent.includes('{words}'))"
        ))
        .await
}

/// Runs a command in a shell, as somebody who has copied it.
pub fn run(command: &str) -> Result<String> {
    let output = Command::new("bash").args(["-c", command]).output()?;
    ensure!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
