//! What the tests of this lab do again and again, by mouse and by keyboard.

use anyhow::Result;
use fantoccini::key::Key;
pub use playground_e2e::steps::{
    commands, focus, goal_is_reached, pick, press_by_key, run, run_powershell, slide, step_until,
    table, until_says,
};
use playground_e2e::{Look, Visitor};

/// Where the lab is.
pub const LAB: &str = "/labs/blocking-queue";
/// With less motion wanted, nothing plays by itself, and a test moves time on by steps.
pub const STILL: Look = Look { is_reduced: true, ..Look::DESKTOP };
/// A producer and a consumer in the document.
pub const A: &str = "node-1";
pub const FIRST: &str = "node-100";

/// Opens the lab; its picture is there.
pub async fn open(look: Look) -> Result<Visitor> {
    let visitor = Visitor::open(LAB, look).await?;
    visitor.see(&format!("#lead [data-subject={A}]")).await?;
    Ok(visitor)
}

/// Whether what is said of somebody in a picture contains some words.
pub fn says(picture: &str, subject: &str, words: &str) -> String {
    format!(
        "return document.querySelector('{picture} [data-subject={subject}]').getAttribute('aria-label').includes('{words}')"
    )
}

/// Opens the menu of somebody by key, and presses a button of it.
pub async fn choose(visitor: &Visitor, picture: &str, subject: &str, text: &str) -> Result<()> {
    focus(visitor, &format!("{picture} [data-subject={subject}]")).await?;
    visitor.key(Key::Enter.into()).await?;
    visitor.see(&format!("{picture} .blocking-queue-menu")).await?;
    let script = format!(
        "const it = [...document.querySelectorAll('{picture} .blocking-queue-menu button')]\
            .find(it => it.textContent === '{text}'); it.focus(); return document.activeElement === it"
    );
    visitor.until(&script).await?;
    visitor.key(Key::Enter.into()).await?;
    visitor
        .until(&format!("return !document.querySelector('{picture} .blocking-queue-menu')"))
        .await
}
