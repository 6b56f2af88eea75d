//! Participants that are databases: what each is, and the rows in which it keeps its promises.

use super::signs::sign;
use super::words::{order_text, seconds_since};
use crate::components::{CopyCommand, Glyph, Sign};
use playground_core::sim::Span;
use playground_core::two_phase_commit::wire::{Database, DatabaseView, LockRow, PreparedRow};
use playground_core::two_phase_commit::{Frame, NodeView, TransactionId};
use std::rc::Rc;
use yew::prelude::*;

/// What to ask a database by hand, and in which words.
const QUESTIONS: [(&str, &str); 3] = [
    (
        "what is prepared, psql",
        "SELECT gid, prepared, owner, database FROM pg_prepared_xacts ORDER BY prepared;",
    ),
    (
        "what it has locked, psql",
        "SELECT gid, held.locktype, held.relation::regclass, held.mode, held.granted FROM pg_prepared_xacts \
         JOIN pg_locks own ON own.transactionid = transaction AND own.granted \
         JOIN pg_locks held USING (virtualtransaction) ORDER BY gid;",
    ),
    ("how much may be prepared, psql", "SHOW max_prepared_transactions;"),
];

/// Which frame.
#[derive(Properties, PartialEq)]
pub struct DatabasesProps {
    /// The frame.
    pub frame: Rc<Frame>,
}

/// The participants of a frame that are databases; nothing where there is none.
#[component]
pub fn Databases(props: &DatabasesProps) -> Html {
    let frame = &props.frame;
    let nodes = || frame.nodes.iter().filter_map(|node| Some((node, node.database.as_ref()?)));
    if nodes().next().is_none() {
        return Html::default();
    }
    html! {
        <div class="two-phase-commit-databases">
            { for nodes().map(|(node, view)| database(frame, node, view)) }
            <div class="two-phase-commit-psql">
                <p class="two-phase-commit-hint">
                    { "The same rows, asked for by yourself. A prepared transaction belongs to no connection any more: it \
                       outlives the coordinator, and a restart of the database." }
                </p>
                { for QUESTIONS.iter().map(|(label, command)| html! { <CopyCommand label={*label} command={*command} /> }) }
            </div>
        </div>
    }
}

/// A database and what it tells.
fn database(frame: &Frame, node: &NodeView, view: &DatabaseView) -> Html {
    let DatabaseView { problem, database, .. } = view;
    let heading = format!("two-phase-commit-database-{}", node.place.name());
    html! {
        <section key={node.place.name()} class="two-phase-commit-database" aria-labelledby={heading.clone()}
            data-database={node.place.name()}>
            <h3 id={heading}>
                <Glyph sign={sign(node.place)} />{ "\u{a0}" }{ format!("{}: {}", node.place.title(), program(database)) }
            </h3>
            <p class="two-phase-commit-hint"><code>{ &database.address }</code>{ room(database) }</p>
            if let Some(problem) = problem {
                <p class="notice" role="alert">{ problem }</p>
            }
            { prepared(frame, view) }
            { locks(database) }
        </section>
    }
}

/// What a database is: a program and its version, as far as that is known.
pub fn program(database: &Database) -> String {
    match &database.version {
        Some(version) => format!("{} {version}", database.kind.title()),
        None => database.kind.title().to_owned(),
    }
}

fn room(database: &Database) -> String {
    match database.max_prepared {
        0 => String::new(),
        most => format!(", {} of at most {most} transactions prepared", database.prepared.len()),
    }
}

/// How long ago a transaction was prepared.
pub fn age(frame: &Frame, view: &DatabaseView, row: &PreparedRow) -> String {
    let since = view.seen_at - Span::from_ms(row.age_ms);
    seconds_since(frame.now, since)
}

fn prepared(frame: &Frame, view: &DatabaseView) -> Html {
    let row = |row: &PreparedRow| {
        html! {
            <tr key={row.gid.clone()}>
                <th scope="row">{ of_order(frame, row.tx) }</th>
                <td>{ age(frame, view, row) }</td>
                <td><code>{ &row.gid }</code></td>
                <td>{ &row.owner }</td>
                <td>{ &row.database }</td>
            </tr>
        }
    };
    let columns = ["order", "prepared for", "gid", "owner", "database"];
    let empty = "Nothing is prepared: nobody waits for a decision.";
    let rows = view.database.prepared.iter().map(row).collect();
    table("pg_prepared_xacts", &columns, rows, empty)
}

fn locks(database: &Database) -> Html {
    let row = |(number, lock): (usize, &LockRow)| {
        let what = lock.relation.as_deref().unwrap_or(&lock.kind);
        let is_a_place = lock.relation.is_some() && lock.kind != "relation";
        let what = if is_a_place { format!("{} of {what}", lock.kind) } else { what.to_owned() };
        html! {
            <tr key={number}>
                <th scope="row"><code>{ what }</code></th>
                <td>{ holder(database, lock) }</td>
                <td><code>{ &lock.mode }</code></td>
                <td>{ if lock.granted { "held" } else { "waits" } }</td>
            </tr>
        }
    };
    let columns = ["what", "whose", "mode", "state"];
    let rows = database.locks.iter().enumerate().map(row).collect();
    table("pg_locks", &columns, rows, "Nothing of this lab is locked.")
}

/// Who holds a lock: a prepared transaction, which has no process, or a process.
fn holder(database: &Database, lock: &LockRow) -> Html {
    let of_gid = |gid: &String| database.prepared.iter().find(|row| row.gid == *gid);
    match (&lock.gid, lock.pid) {
        (Some(gid), _) => match of_gid(gid).and_then(|row| row.tx) {
            Some(tx) => signed(tx, tx.to_string()),
            None => html! { <code>{ gid }</code> },
        },
        (None, Some(pid)) => html! { { format!("process {pid}") } },
        (None, None) => html! { { "somebody else’s" } },
    }
}

/// Which order a row belongs to: a sign, the same in all tables, and its words.
fn of_order(frame: &Frame, tx: Option<TransactionId>) -> Html {
    let Some(tx) = tx else { return html! { { "of nobody here" } } };
    let view = frame.orders.iter().find(|order| order.tx == Some(tx));
    let words = view.and_then(|view| view.order).map(|order| order_text(&order));
    let words = words.map_or(tx.to_string(), |words| format!("{words} ({tx})"));
    signed(tx, words)
}

fn signed(tx: TransactionId, words: String) -> Html {
    html! {
        <span class="two-phase-commit-noun"><Glyph sign={sign_of(tx)} />{ "\u{a0}" }{ words }</span>
    }
}

/// The sign of a transaction: never one of a node's.
fn sign_of(tx: TransactionId) -> Sign {
    Sign::nth(6 + tx.number % 30)
}

/// A table that scrolls sideways within itself, or a sentence where there is nothing in it.
fn table(
    name: &'static str,
    columns: &[&'static str],
    rows: Vec<Html>,
    empty: &'static str,
) -> Html {
    let width = columns.len().to_string();
    html! {
        <div class="data-table two-phase-commit-rows" tabindex="0" role="group" aria-label={name}>
            <table data-rows={name}>
                <caption><code>{ name }</code></caption>
                <thead><tr>{ for columns.iter().map(|it| html! { <th scope="col">{ *it }</th> }) }</tr></thead>
                <tbody>
                    if rows.is_empty() {
                        <tr><td class="two-phase-commit-nothing" colspan={width}>{ empty }</td></tr>
                    }
                    { for rows }
                </tbody>
            </table>
        </div>
    }
}
