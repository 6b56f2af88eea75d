//! Every page at every size and in both themes: nothing overflows, the console is silent, and a
//! picture of each lands in `target/screenshots` to be looked at.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use playground_e2e::{Look, Visitor};
use std::path::{Path, PathBuf};

const PAGES: [(&str, &str); 10] = [
    ("front-door", "/"),
    ("multi-threading", "/labs/multi-threading"),
    ("blocking-queue", "/labs/blocking-queue"),
    ("websocket", "/labs/websocket"),
    ("chat", "/labs/chat"),
    ("two-phase-commit", "/labs/two-phase-commit"),
    ("unique-id", "/labs/unique-id"),
    ("cdn", "/labs/cdn"),
    ("consistent-hashing", "/labs/consistent-hashing"),
    ("not-found", "/nowhere"),
];

fn screenshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots")
}

async fn fits(is_dark: bool) -> Result<()> {
    let look = |width| Look { width, is_dark, is_reduced: false };
    let visitor = Visitor::open("/", look(1440)).await?;
    for (name, path) in PAGES {
        visitor.goto(path).await?;
        visitor.see("h1").await?;
        for width in [360, 1440] {
            visitor.look(look(width), 900).await?;
            let overflow = visitor
                .script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
                .await?;
            ensure!(overflow == 0, "{path} is {overflow} pixels too wide at {width}");
            let theme = if is_dark { "dark" } else { "light" };
            let file = screenshots().join(format!("{name}-{width}-{theme}.png"));
            visitor.picture(look(width), &file).await?;
            ensure!(file.metadata()?.len() > 5_000, "{} is empty", file.display());
        }
    }
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_in_light() -> Result<()> {
    fits(false).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_in_dark() -> Result<()> {
    fits(true).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sheet_of_keys_opens_and_gives_the_focus_back() -> Result<()> {
    let visitor = Visitor::open("/labs/consistent-hashing", Look::DESKTOP).await?;
    visitor.see("[data-point='0-0']").await?;
    visitor.script("document.querySelector('[data-point]').focus()").await?;
    visitor.key('?').await?;
    visitor.until("return document.querySelector('dialog')?.open === true").await?;
    visitor.key(Key::Escape.into()).await?;
    visitor.until("return document.querySelector('dialog')?.open === false").await?;
    visitor.until("return document.activeElement?.dataset.point !== undefined").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_when_the_server_is_away_and_stays_useful() -> Result<()> {
    let mut visitor = Visitor::open("/labs/consistent-hashing", Look::DESKTOP).await?;
    visitor
        .until("return document.querySelector('.live-badge')?.textContent.includes('connected')")
        .await?;
    // The lab is loaded on demand, from the server.
    visitor.see("[data-point='0-0']").await?;
    visitor.server.kill()?;
    visitor
        .until("return document.querySelector('.live-badge')?.textContent.includes('away')")
        .await?;
    visitor.press("Add a shard").await?;
    visitor.until("return document.querySelectorAll('section.consistent-hashing-lead .consistent-hashing-handle').length > 5").await?;
    // A browser writes every refused connection to the console itself, so its silence is not asked for.
    visitor.client.close().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_door_moves_without_loading_a_whole_lab() -> Result<()> {
    let visitor = Visitor::open("/", Look::DESKTOP).await?;
    visitor.see(".card canvas").await?;
    let loaded = "return performance.getEntriesByType('resource').map(it => it.name).filter(it => it.endsWith('.wasm'))";
    let loaded: Vec<String> = serde_json::from_value(visitor.script(loaded).await?)?;
    let is_of_a_lab = |name: &&String| name.contains("split_") && !name.contains("_miniature-");
    ensure!(!loaded.iter().any(|it| is_of_a_lab(&it)), "a whole lab is loaded: {loaded:?}");
    ensure!(
        loaded.iter().any(|it| it.contains("_miniature-")),
        "the page is one whole: {loaded:?}"
    );
    visitor.goto("/labs/consistent-hashing").await?;
    visitor.see("[data-point='0-0']").await?;
    visitor.leave().await
}
