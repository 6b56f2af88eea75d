//! What the tests of this lab do again and again, by mouse and by keyboard.

use anyhow::Result;
pub use playground_e2e::steps::{
    commands, focus, number, pick, press_by_key, run, run_powershell, slide, table, until_says,
};
use playground_e2e::{Look, Visitor};

/// Where the lab is.
pub const LAB: &str = "/labs/unique-id";

/// Opens the lab; the server is heard.
pub async fn open(look: Look) -> Result<Visitor> {
    let visitor = Visitor::open(LAB, look).await?;
    visitor.see(".unique-id-live [data-service=number]").await?;
    Ok(visitor)
}

/// Clicks the button with this text once it can be pressed.
pub async fn press_in(visitor: &Visitor, section: &str, text: &str) -> Result<()> {
    let script = format!(
        "const it = [...document.querySelectorAll('{section} button')]\
            .find(it => !it.disabled && it.textContent.trim() === '{text}'); it.click(); return true"
    );
    visitor.until(&script).await
}

/// Types over what is in a field.
pub async fn type_over(visitor: &Visitor, css: &str, text: &str) -> Result<()> {
    let field = visitor.see(css).await?;
    visitor.script(&format!("document.querySelector(\"{css}\").select()")).await?;
    field.send_keys(text).await?;
    Ok(())
}
