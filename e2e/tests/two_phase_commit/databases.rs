//! Participants that are PostgreSQL databases, as a visitor sees them.

use super::{LAB, LIVE, arm, choose, open_menu, until_process_says};
use anyhow::{Context, Result, ensure};
use playground_e2e::steps::{commands, table, until_says};
use playground_e2e::{Look, Server, Visitor};
use playground_engines::{PostgreSql, PostgreSqlSettings};
use std::process::Command;

/// One server with the two databases, and a window before a playground whose participants they are.
async fn before_databases(look: Look) -> Result<(PostgreSql, Visitor)> {
    let settings = PostgreSqlSettings { is_forced: false, ..PostgreSqlSettings::default() };
    let postgresql = PostgreSql::start(settings)?;
    let mut arguments = Vec::new();
    for name in ["inventory", "delivery"] {
        postgresql.create_database(name)?;
        let participant = format!("{name}={}", postgresql.url(name));
        arguments.extend(["--participant".to_owned(), participant]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let visitor = Visitor::open_at(Server::start_with(&arguments)?, LAB, look).await?;
    visitor.see(&format!("{LIVE} [data-database=inventory]")).await?;
    visitor.script(&format!("document.querySelector('{LIVE}').scrollIntoView()")).await?;
    for node in [1, 2] {
        until_process_says(&visitor, node, "up").await?;
        until_process_says(&visitor, node, "database PostgreSQL ").await?;
    }
    Ok((postgresql, visitor))
}

/// A table of a database.
fn rows(database: &str, name: &str) -> String {
    format!("[data-database={database}] [data-rows={name}]")
}

/// Orders what the form says: a burger, delivered.
async fn order(visitor: &Visitor) -> Result<()> {
    visitor.script(&format!("document.querySelector('{LIVE} form button').click()")).await?;
    Ok(())
}

const NOTHING_PREPARED: &str = "Nothing is prepared";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_coordinator_leaves_stands_in_the_tables_until_it_is_back() -> Result<()> {
    let (postgresql, visitor) = before_databases(Look::DESKTOP).await?;
    until_says(&visitor, "[data-database=inventory] h3", "Inventory: PostgreSQL ").await?;
    // A burger, as it should be.
    order(&visitor).await?;
    until_says(&visitor, "[data-live=last]", "1 burger, delivered: committed").await?;
    for database in ["inventory", "delivery"] {
        until_says(&visitor, &rows(database, "pg_prepared_xacts"), NOTHING_PREPARED).await?;
    }
    // And one whose coordinator dies with the decision on the disk.
    arm(&visitor, LIVE, "node-0", "after forcing the decision").await?;
    until_process_says(&visitor, 0, "dies after forcing the decision").await?;
    order(&visitor).await?;
    until_process_says(&visitor, 0, "down").await?;
    for database in ["inventory", "delivery"] {
        let prepared = rows(database, "pg_prepared_xacts");
        until_says(&visitor, &prepared, "1 burger, delivered").await?;
        until_says(&visitor, &rows(database, "pg_locks"), "RowExclusiveLock").await?;
        let found = table(&visitor, &prepared).await?;
        ensure!(found.len() == 1 && found[0].len() == 5, "{found:#?}");
        ensure!(found[0][3] == "playground" && found[0][4] == database, "{found:#?}");
        // The same sign and number stand beside its locks.
        let (_, tx) = found[0][0].split_once('(').context("no transaction")?;
        until_says(&visitor, &rows(database, "pg_locks"), tx.trim_end_matches(')')).await?;
    }
    // The seconds count although nothing happens.
    let prepared = rows("delivery", "pg_prepared_xacts");
    visitor.until(&format!(
        "return parseFloat(document.querySelector('{prepared} tbody').rows[0].cells[1].textContent) >= 1.5"
    )).await?;
    // What the page shows is what the database says to anybody.
    let gid = table(&visitor, &prepared).await?[0][2].clone();
    let commands = commands(&visitor, ".two-phase-commit-psql").await?;
    ensure!(commands.len() == 3, "{commands:#?}");
    let ask = |number: usize| -> Result<String> {
        let (_, command) = &commands[number];
        let url = postgresql.url("delivery");
        let output = Command::new("psql").args(["-At", "-c", command, &url]).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    };
    ensure!(ask(0)?.contains(&format!("{gid}|")), "{}", ask(0)?);
    ensure!(ask(1)?.contains("RowExclusiveLock"), "{}", ask(1)?);
    ensure!(ask(2)?.trim() == "600", "{}", ask(2)?);

    open_menu(&visitor, LIVE, "node-0").await?;
    choose(&visitor, LIVE, "Start it again").await?;
    for database in ["inventory", "delivery"] {
        until_says(&visitor, &rows(database, "pg_prepared_xacts"), NOTHING_PREPARED).await?;
        until_says(&visitor, &rows(database, "pg_locks"), "Nothing of this lab is locked.").await?;
    }
    until_process_says(&visitor, 1, "3 burgers free").await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_not_killed_from_here_and_its_menu_says_so() -> Result<()> {
    let (_postgresql, visitor) = before_databases(Look::DESKTOP).await?;
    open_menu(&visitor, LIVE, "node-1").await?;
    let menu = visitor.text(&format!("{LIVE} .two-phase-commit-menu")).await?;
    ensure!(menu.contains("not killed or started from here"), "{menu}");
    ensure!(!menu.contains("Crash it now"), "{menu}");
    let buttons = format!(
        "return [...document.querySelectorAll('{LIVE} .toolbar button')].map(it => it.textContent).join()"
    );
    let buttons = visitor.script(&buttons).await?;
    ensure!(buttons == "Kill coordinator,Start over", "{buttons}");
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_is_told_with_a_reason_and_comes_back() -> Result<()> {
    let (mut postgresql, visitor) = before_databases(Look::DESKTOP).await?;
    postgresql.kill()?;
    until_process_says(&visitor, 1, "down").await?;
    visitor
        .until("return document.querySelector('[data-database=inventory] [role=alert]').textContent.length > 10")
        .await?;
    postgresql.start_again()?;
    until_process_says(&visitor, 1, "up").await?;
    visitor
        .until("return document.querySelector('[data-database=inventory] [role=alert]') === null")
        .await?;
    visitor.leave().await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_the_tables_scroll_inside_themselves() -> Result<()> {
    let look = Look { width: 360, ..Look::DESKTOP };
    let (_postgresql, visitor) = before_databases(look).await?;
    arm(&visitor, LIVE, "node-0", "after forcing the decision").await?;
    until_process_says(&visitor, 0, "dies after forcing the decision").await?;
    order(&visitor).await?;
    until_says(&visitor, &rows("inventory", "pg_prepared_xacts"), "1 burger, delivered").await?;
    let widths = "return [document.documentElement.scrollWidth - document.documentElement.clientWidth, \
        ...[...document.querySelectorAll('.two-phase-commit-rows')].map(it => it.scrollWidth - it.clientWidth)]";
    let widths: Vec<i64> = serde_json::from_value(visitor.script(widths).await?)?;
    ensure!(widths[0] == 0 && widths[1] > 0, "{widths:?}");
    visitor.leave().await
}
