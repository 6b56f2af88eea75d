//! What the tests of this lab do again and again.

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
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

/// Moves a slider to its lower end by key, and from there by so many steps.
pub async fn slide(visitor: &Visitor, section: &str, label: &str, steps: usize) -> Result<()> {
    focus(visitor, &format!("{section} input[type=range][aria-label='{label}']")).await?;
    visitor.key(Key::Home.into()).await?;
    for _ in 0..steps {
        visitor.key(Key::Right.into()).await?;
    }
    Ok(())
}

/// Gives something the focus, as Tab would.
pub async fn focus(visitor: &Visitor, css: &str) -> Result<()> {
    visitor.see(css).await?;
    visitor.until(&format!(
        "const it = document.querySelector(\"{css}\"); it.focus(); return document.activeElement === it"
    ))
    .await
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

/// Waits until the text of an element contains some words.
pub async fn until_says(visitor: &Visitor, css: &str, words: &str) -> Result<()> {
    let script =
        format!("return document.querySelector(\"{css}\").textContent.includes('{words}')");
    visitor.until(&script).await
}

/// Waits until a goal is ticked.
pub async fn until_reached(visitor: &Visitor, words: &str) -> Result<()> {
    visitor
        .until(&format!(
            "return [...document.querySelectorAll('.goals .is-done')].some(it => it.textContent.includes('{words}'))"
        ))
        .await
}

/// The number in a text, with commas and a unit.
pub fn number(text: &str) -> Result<f64> {
    let digits: String = text.chars().filter(|it| it.is_ascii_digit() || *it == '.').collect();
    digits.parse().with_context(|| format!("{text:?} is no number"))
}

/// The commands of a section, each with its label.
pub async fn commands(visitor: &Visitor, section: &str) -> Result<Vec<(String, String)>> {
    visitor.see(&format!("{section} .copy-command")).await?;
    let script = format!(
        "return [...document.querySelectorAll('{section} .copy-command')].map(it => \
            [it.querySelector('.copy-command-label').textContent, it.querySelector('code').textContent])"
    );
    Ok(serde_json::from_value(visitor.script(&script).await?)?)
}

/// Runs a command in a shell, as somebody who has copied it.
pub fn run(command: &str) -> Result<String> {
    let output = Command::new("bash").args(["-c", command]).output()?;
    ensure!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
