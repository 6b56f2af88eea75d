//! Sixty-four bits to be flipped: the fields and the moment follow, in the layout of one house or another.

use super::field_table::FieldTable;
use super::reading;
use super::tiles::Tiles;
use super::words::moment_text;
use crate::components::Choice;
use playground_core::unique_id::anatomy::dissect;
use playground_core::unique_id::snowflake::{Field, Id, Layout, NamedLayout, Parts};
use yew::prelude::*;

/// The ID that lies on the bench at first: the first one of 2026, of worker 5.
const FIRST_MS: u64 = 1_767_225_600_000;
const WORKER: u16 = 5;

/// The ID of a moment in a layout, the worker's first one; all zeros before the epoch and after its end.
fn id_at(layout: &Layout, unix_ms: u64) -> Id {
    let spec = layout.spec();
    let ticks = unix_ms.saturating_sub(spec.epoch_unix_ms) / u64::from(spec.tick_ms);
    layout.compose(Parts { ticks, worker: WORKER, sequence: 0 }).unwrap_or_default()
}

/// The greatest ID of a layout.
fn last_id(layout: &Layout) -> Id {
    let all = u64::MAX.checked_shr(layout.width(Field::Unused)).unwrap_or_default();
    Id(all)
}

/// The bench.
#[component]
pub fn Bench() -> Html {
    let id = use_state_eq(|| id_at(&Layout::CLASSICAL, FIRST_MS));
    let named = use_state_eq(NamedLayout::default);
    let layout = named.layout();
    let dissection = dissect(*id, *named);
    let fields = reading::fields(&dissection);
    let set = |to: fn(&Layout) -> Id| {
        let id = id.setter();
        Callback::from(move |_: MouseEvent| id.set(to(&layout)))
    };
    let on_flip = {
        let (setter, now) = (id.setter(), *id);
        Callback::from(move |bit: u8| setter.set(Id(now.0 ^ 1 << bit)))
    };
    let on_layout = {
        let named = named.setter();
        Callback::from(move |number: usize| {
            named.set(NamedLayout::ALL.get(number).copied().unwrap_or_default())
        })
    };
    let moment = moment_text(layout.unix_ms(*id));
    let ends = moment_text(layout.end_unix_ms());
    let options: Vec<AttrValue> =
        NamedLayout::ALL.iter().map(|it| option_text(*it).into()).collect();
    html! {
        <div class="unique-id-bench" data-figure="bits">
            <Tiles label="The bits of an ID, to be flipped" value={u128::from(id.0)} width={64} {fields} {on_flip} />
            <p class="unique-id-moment" aria-live="polite">{ &moment }</p>
            <FieldTable caption="The fields of the ID" fields={reading::fields(&dissection)} />
            <Forms id={*id} />
            <div class="toolbar">
                <button type="button" onclick={set(|layout| id_at(layout, js_sys::Date::now() as u64))}>{ "Now" }</button>
                <button type="button" onclick={set(|_| Id(0))}>{ "All zeros" }</button>
                <button type="button" onclick={set(last_id)}>{ "The last one" }</button>
            </div>
            <Choice label="Read the bits as an ID of" {options}
                chosen={NamedLayout::ALL.iter().position(|it| *it == *named)} on_change={on_layout} />
            <p class="unique-id-hint">{ format!("IDs of this layout end before {}.", ends.split('.').next().unwrap_or_default()) }</p>
        </div>
    }
}

/// A layout with the widths of its fields.
fn option_text(named: NamedLayout) -> String {
    let layout = named.layout();
    let width = |field| layout.width(field);
    let tick = match layout.spec().tick_ms {
        1 => "ms".to_owned(),
        ms => format!("{ms} ms"),
    };
    format!(
        "{}: {} bits of {tick}, {} of worker, {} of sequence",
        named.name(),
        width(Field::Timestamp),
        width(Field::Worker),
        width(Field::Sequence)
    )
}

/// What forms need.
#[derive(Properties, PartialEq)]
pub struct FormsProps {
    /// The ID.
    pub id: Id,
}

/// How an ID is written.
#[component]
pub fn Forms(props: &FormsProps) -> Html {
    let id = props.id;
    html! {
        <dl class="unique-id-forms">
            <dt>{ "decimal" }</dt><dd>{ id.to_string() }</dd>
            <dt>{ "base 32" }</dt><dd>{ id.to_base32() }</dd>
            <dt>{ "hexadecimal" }</dt><dd>{ id.to_hex() }</dd>
        </dl>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_a_moment_tells_it_and_the_last_one_fits() {
        for named in NamedLayout::ALL {
            let layout = named.layout();
            assert_eq!(layout.unix_ms(id_at(&layout, FIRST_MS)), FIRST_MS, "{}", named.name());
            assert!(layout.fits(last_id(&layout)), "{}", named.name());
            assert_eq!(id_at(&layout, 0).0 >> 32, 0, "{}", named.name());
        }
    }
}
