//! `cargo xtask <command>`: play, test, lint, bench, fuzz and dist, the only commands a person has to know.

mod apt;
mod bench;
mod browser;
mod command;
mod compress;
mod conformance;
mod dist;
mod fuzz;
mod lint;
mod open;
mod page;
mod play;
mod server;
mod setup;
mod tally;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The playground's tasks. Each sets up what it needs and says what it is doing.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the page and the server, start them and open the browser
    Play(play::Options),
    /// Run every test: natively, in WebAssembly and in a real browser
    Test(test::Options),
    /// Check the format, clippy's lints, the documentation and the house rules
    Lint,
    /// Check the house rules alone
    Tidy,
    /// Run the core's benchmarks and print how it compares with its peers
    Bench(bench::Options),
    /// Try what must be true of any bytes on bytes that a fuzzer finds
    Fuzz(fuzz::Options),
    /// Build the whole playground as one executable and try it
    Dist,
    /// Cut the page's program in pieces; Trunk runs this after its build
    #[command(hide = true)]
    Split,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Play(options) => play::run(&options),
        Task::Test(options) => test::run(&options),
        Task::Lint => lint::run(),
        Task::Tidy => tidy::run(),
        Task::Bench(options) => bench::run(&options),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Dist => dist::run(),
        Task::Split => page::split::run(),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
