//! The page in a real browser, driven over WebDriver: what the tests share.
//!
//! A [`Visitor`] is a window of a headless Chromium in front of a server of its own; it does what a
//! visitor does, and at the end nothing may have been written to the console. The programs come from
//! the environment: `CHROME`, `CHROMEDRIVER`, `PLAYGROUND_SERVER_BIN` and `PLAYGROUND_PAGE_DIR`.
//! `cargo xtask test` sets all four.

mod program;
pub mod steps;
mod vendor;
mod visitor;

pub use program::{Driver, Server};
pub use visitor::{Look, Visitor};
