//! Any ID taken apart, and the kinds of keys side by side: what is said of them is found out by making some.

use super::dissector::Dissector;
use crate::components::{DataTable, Row, Section};
use playground_core::unique_id::kinds::{Guess, Kind, Properties, properties};
use yew::prelude::*;

/// The two sections.
#[component]
pub fn Kinds() -> Html {
    html! {
        <>
            <Section id="any" title="Take any ID apart">
                <p>{ "There are more answers than one. A UUID of version 4 is 122 random bits: nobody has to be told anything, and \
                   nothing can be read in it. Version 7 and the ULID put 48 bits of milliseconds before the random ones; they need \
                   no worker numbers, and sort. Paste what you find in an address or a log: it says more than its maker may think." }</p>
            </Section>
            <Dissector />
            <div class="unique-id-properties">
                <Table />
            </div>
        </>
    }
}

fn yes(is: bool) -> AttrValue {
    AttrValue::from(if is { "yes" } else { "no" })
}

/// How hard it is to guess a neighbour, in words.
fn guess(guess: Guess) -> AttrValue {
    match guess {
        Guess::Certain => "certain".into(),
        Guess::WithinMillisecond => "within the same ms".into(),
        Guess::Bits(bits) => format!("1 in 2^{bits}").into(),
    }
}

fn row(kind: Kind) -> Row {
    let Properties {
        bytes,
        characters,
        entropy_bits,
        is_sortable,
        guess: next,
        leaks_time,
        leaks_worker,
        collides,
    } = properties(kind);
    Row {
        key: kind.name().into(),
        cells: vec![
            kind.name().into(),
            bytes.to_string().into(),
            characters.to_string().into(),
            entropy_bits.to_string().into(),
            yes(is_sortable),
            guess(next),
            yes(leaks_time),
            yes(leaks_worker),
            yes(collides),
        ],
        is_selected: kind == Kind::Snowflake,
    }
}

/// The kinds, a row each.
#[component]
fn Table() -> Html {
    let rows = use_memo((), |()| Kind::ALL.map(row).to_vec());
    let columns = [
        "Kind",
        "Bytes",
        "Characters",
        "Random bits",
        "Sorts by time",
        "Next is guessed",
        "Tells when",
        "Tells who",
        "Two makers collide",
    ];
    html! {
        <>
            <DataTable caption="Five kinds of keys" columns={columns.map(AttrValue::from).to_vec()} rows={(*rows).clone()} />
            <p class="unique-id-hint">
                { "Found out by making keys and comparing them, and not by looking it up: which bits change with the clock, with \
                   the maker, and with chance." }
            </p>
        </>
    }
}
