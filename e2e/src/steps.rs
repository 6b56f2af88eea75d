//! What the tests of several labs do again and again, by mouse and by keyboard.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;

use crate::Visitor;

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
            (it.textContent.trim() === '{text}' || it.getAttribute('aria-label') === '{text}')); \
         it.focus(); return document.activeElement === it"
    );
    visitor.until(&script).await?;
    visitor.key(Key::Enter.into()).await
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

/// Chooses an option of a list of a section.
pub async fn pick(visitor: &Visitor, section: &str, label: &str, option: &str) -> Result<()> {
    let class = section.trim_start_matches('.');
    let xpath = format!("//*[@class='{class}']//label[span[normalize-space()='{label}']]/select");
    let wait = visitor.client.wait();
    let select = wait.for_element(Locator::XPath(&xpath)).await.with_context(|| xpath.clone())?;
    select.select_by_label(option).await?;
    Ok(())
}

/// Waits until the text of an element contains some words.
pub async fn until_says(visitor: &Visitor, css: &str, words: &str) -> Result<()> {
    let script =
        format!("return document.querySelector(\"{css}\").textContent.includes('{words}')");
    visitor.until(&script).await
}

/// Moves time on, step by step, until a script is true.
pub async fn step_until(visitor: &Visitor, script: &str) -> Result<()> {
    for _ in 0..400 {
        if visitor.script(&format!("try {{ {script} }} catch {{ return false }}")).await? == true {
            return Ok(());
        }
        visitor.key('.').await?;
    }
    anyhow::bail!("no step made it true: {script}")
}

/// Whether a goal with these words is ticked.
pub fn goal_is_reached(words: &str) -> String {
    format!(
        "return [...document.querySelectorAll('.goals .is-done')].some(it => it.textContent.includes('{words}'))"
    )
}

/// The rows of a table, each with its cells.
pub async fn table(visitor: &Visitor, css: &str) -> Result<Vec<Vec<String>>> {
    let script = format!(
        "return [...document.querySelectorAll(\"{css} tbody tr\")]\
            .map(row => [...row.children].map(it => it.textContent))"
    );
    Ok(serde_json::from_value(visitor.script(&script).await?)?)
}

/// A number as the page writes it, with commas and a unit.
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
pub fn run(commands: &[(String, String)], label: &str) -> Result<String> {
    let found = commands.iter().find(|(it, _)| it == label);
    let (_, command) = found.with_context(|| format!("no {label} in {commands:#?}"))?;
    let output = Command::new("bash").args(["-c", command]).output()?;
    ensure!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs all commands for PowerShell, where there is one.
pub fn run_powershell(commands: &[(String, String)]) -> Result<()> {
    let mut own = commands.iter().filter(|(label, _)| label.ends_with("PowerShell")).peekable();
    ensure!(own.peek().is_some(), "no command for PowerShell in {commands:#?}");
    for (_, command) in own {
        match Command::new("pwsh").args(["-NoProfile", "-Command", command]).output() {
            Ok(output) => {
                ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            }
            Err(error) => ensure!(error.kind() == std::io::ErrorKind::NotFound, "{error}"),
        }
    }
    Ok(())
}
