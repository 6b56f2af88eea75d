//! What really runs: workers that race on shared memory, and the server’s threads and processes.

use super::steps::{LAB, commands, pick, press_by_key, run, slide, until_says};
use anyhow::{Context, Result, ensure};
use playground_e2e::{Look, Visitor};

const RACING: &str = ".multi-threading-racing";
const PRIMES: &str = ".multi-threading-primes";
const NATIVE: &str = ".multi-threading-native";

/// Waits until the workers of a section have done their part.
async fn until_done(visitor: &Visitor, section: &str) -> Result<()> {
    visitor.see(&format!("{section} [data-team-state=done]")).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_share_a_counter_lose_additions_and_none_with_a_lock_or_at_once() -> Result<()>
{
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    visitor.see(RACING).await?;
    // Ten runs of ten million additions each, long enough for two workers to meet on any machine.
    slide(&visitor, RACING, "Additions of each", 4).await?;
    slide(&visitor, RACING, "Runs", 1).await?;
    press_by_key(&visitor, RACING, "Let them race").await?;
    until_done(&visitor, RACING).await?;
    let verdict = visitor.text("[data-race=verdict]").await?;
    println!("{verdict}");
    ensure!(verdict.contains("of 20,000,000 additions lost"), "{verdict}");
    for way in ["with a lock", "by an atomic addition"] {
        pick(&visitor, "multi-threading-racing", "Each adds", way).await?;
        slide(&visitor, RACING, "Additions of each", 2).await?;
        press_by_key(&visitor, RACING, "Let them race").await?;
        until_says(&visitor, "[data-race=verdict]", "200,000 additions in 10 runs, none lost.")
            .await?;
        until_done(&visitor, RACING).await?;
    }
    println!("{}", visitor.text(&format!("{RACING} .data-table")).await?);
    let rows = "return document.querySelectorAll('.multi-threading-racing tbody tr').length";
    ensure!(visitor.script(rows).await? == 3);
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn real_workers_count_the_primes_and_their_speed_up_stands_beside_amdahl() -> Result<()> {
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    visitor.see(PRIMES).await?;
    slide(&visitor, PRIMES, "Primes up to", 1).await?;
    press_by_key(&visitor, PRIMES, "Measure 1 to 2 workers").await?;
    visitor.see("[data-primes=speedup]").await?;
    until_done(&visitor, PRIMES).await?;
    ensure!(visitor.text(&format!("{PRIMES} [data-primes=found]")).await? == "78,498");
    let check = visitor.text(&format!("{PRIMES} [data-primes=check]")).await?;
    ensure!(check.contains("as there should be"), "{check}");
    println!("{}", visitor.text("[data-primes=speedup]").await?);
    println!("{}", visitor.text(&format!("{PRIMES} .multi-threading-wide")).await?);
    // The second of two equal ranges is more work: the first worker has waited.
    let waiting = "return document.querySelectorAll('.multi-threading-primes .multi-threading-gantt .multi-threading-wait')[0]\
        .getAttribute('d').length > 0";
    visitor.until(waiting).await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_race_can_be_stopped_and_another_begun() -> Result<()> {
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    visitor.see(PRIMES).await?;
    slide(&visitor, PRIMES, "Primes up to", 5).await?;
    press_by_key(&visitor, PRIMES, "Start the race").await?;
    visitor.see(&format!("{PRIMES} [data-team-state=running]")).await?;
    press_by_key(&visitor, PRIMES, "Stop").await?;
    visitor.see(&format!("{PRIMES} [data-team-state=stopped]")).await?;
    slide(&visitor, PRIMES, "Primes up to", 0).await?;
    press_by_key(&visitor, PRIMES, "Start the race").await?;
    until_done(&visitor, PRIMES).await?;
    ensure!(visitor.text(&format!("{PRIMES} [data-primes=found]")).await? == "9,592");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_threads_and_its_processes_count_the_same() -> Result<()> {
    let visitor = Visitor::open(LAB, Look::DESKTOP).await?;
    visitor.see(NATIVE).await?;
    slide(&visitor, NATIVE, "Primes up to", 1).await?;
    for by in
        ["threads, which share a counter in memory", "processes, which send messages through pipes"]
    {
        pick(&visitor, "multi-threading-native", "The server’s workers are", by).await?;
        press_by_key(&visitor, NATIVE, "Let the server count").await?;
        until_says(&visitor, "[data-native=course]", "Done after").await?;
        println!("{}", visitor.text("[data-native=course]").await?);
        ensure!(visitor.text(&format!("{NATIVE} [data-primes=found]")).await? == "78,498");
    }
    until_says(&visitor, "[data-native=course]", "They were the processes").await?;
    let commands = commands(&visitor, NATIVE).await?;
    let label = "count, and see what comes of it, curl";
    let (_, command) = commands.iter().find(|(it, _)| it == label).context("no such command")?;
    let last = run(command)?;
    ensure!(last.contains("\"type\":\"finished\"") && last.contains("78498"), "{last}");
    visitor.leave().await
}
