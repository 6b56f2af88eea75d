//! What to run: how many rows, which kinds, and how much memory the database has.

use super::super::real::kinds::kind_sign;
use crate::components::{Glyph, Slider};
use playground_core::unique_id::kinds::Kind;
use playground_core::unique_id::wire::RaceRequest;
use yew::prelude::*;

/// Rows, on the slider.
const ROWS: [u32; 8] = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 500_000, 1_000_000];
/// The database's cache in MiB, on the slider; SQLite's own is the second.
const CACHES_MIB: [u32; 8] = [1, 2, 4, 8, 16, 32, 64, 256];

/// What the form needs.
#[derive(Properties, PartialEq)]
pub struct FormProps {
    /// What is set.
    pub request: RaceRequest,
    /// Whether nothing can be set now.
    pub disabled: bool,
    /// Told what is to be set.
    pub on_change: Callback<RaceRequest>,
}

/// The form.
#[component]
pub fn Form(props: &FormProps) -> Html {
    let FormProps { request, disabled, on_change } = props;
    let on_rows = {
        let request = request.clone();
        on_change.reform(move |rows| RaceRequest { rows, ..request.clone() })
    };
    let on_cache = {
        let request = request.clone();
        on_change.reform(move |cache_mib| RaceRequest { cache_mib, ..request.clone() })
    };
    html! {
        <div class="unique-id-race-form">
            <fieldset class="unique-id-choices" disabled={*disabled}>
                <legend>{ "Kinds of keys" }</legend>
                { for Kind::ALL.into_iter().map(|kind| kind_box(kind, request, on_change)) }
            </fieldset>
            <div class="figure-controls">
                <Slider label="Rows of each kind" steps={ROWS.to_vec()} value={request.rows} disabled={*disabled}
                    on_change={on_rows} />
                <Slider label="The database’s cache" unit="MiB" steps={CACHES_MIB.to_vec()} value={request.cache_mib}
                    disabled={*disabled} on_change={on_cache} />
            </div>
            if request.kinds.is_empty() {
                <p class="unique-id-hint" role="status">{ "Choose a kind." }</p>
            }
        </div>
    }
}

fn kind_box(kind: Kind, request: &RaceRequest, on_change: &Callback<RaceRequest>) -> Html {
    let is_in = request.kinds.contains(&kind);
    let request = request.clone();
    let onchange = on_change.reform(move |_: Event| toggled(&request, kind));
    html! {
        <label key={kind.name()}>
            <input type="checkbox" checked={is_in} {onchange} />
            <Glyph sign={kind_sign(kind)} />{ kind.name() }
        </label>
    }
}

/// The request with a kind more, or less; always in the same order.
fn toggled(request: &RaceRequest, kind: Kind) -> RaceRequest {
    let is_in = |it: &Kind| request.kinds.contains(it) != (*it == kind);
    RaceRequest { kinds: Kind::ALL.into_iter().filter(is_in).collect(), ..request.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_taken_in_and_out() {
        let request =
            RaceRequest { kinds: vec![Kind::UuidV4, Kind::Snowflake], ..Default::default() };
        let more = toggled(&request, Kind::Ulid);
        assert_eq!(more.kinds.len(), 3);
        assert!(more.kinds.contains(&Kind::Ulid));
        let back = toggled(&more, Kind::Ulid);
        assert_eq!(back.kinds, [Kind::Snowflake, Kind::UuidV4]);
    }

    #[test]
    fn everything_on_the_sliders_can_be_asked_for() {
        for rows in ROWS {
            assert!(RaceRequest { rows, ..Default::default() }.check().is_ok());
        }
        for cache_mib in CACHES_MIB {
            assert!(RaceRequest { cache_mib, ..Default::default() }.check().is_ok());
        }
    }
}
