//! The model beside PostgreSQL, for keys that come too late: how full the leaves are in the end.

use crate::components::{Badge, BarChart, BarTone, Bars, Provenance, grouped};
use playground_core::unique_id::arrivals::{Arrivals, WINDOWS};
use playground_core::unique_id::million::{Lane, Standing};
use std::rc::Rc;
use yew::prelude::*;

/// `avg_leaf_density` of `pgstatindex` in percent, after a million rows in PostgreSQL 15, for each of [`WINDOWS`].
const POSTGRESQL: [f64; WINDOWS.len()] = [93.0, 93.5, 94.2, 54.0, 61.0, 66.8, 69.6];
/// The same for keys of pure chance, UUIDs of version 4.
const POSTGRESQL_RANDOM: f64 = 70.5;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct PeersProps {
    /// How the rows stand.
    pub standing: Rc<Standing>,
}

/// The bars.
#[component]
pub fn Peers(props: &PeersProps) -> Html {
    let categories: Vec<AttrValue> =
        WINDOWS.into_iter().map(|rows| AttrValue::from(grouped(rows.into()))).collect();
    let series = vec![
        Bars { label: "this model".into(), values: modelled(&props.standing), tone: BarTone::Ours },
        Bars { label: "PostgreSQL 15".into(), values: POSTGRESQL.to_vec(), tone: BarTone::Peer },
    ];
    let references = vec![(AttrValue::from("random keys in PostgreSQL 15"), POSTGRESQL_RANDOM)];
    html! {
        <div class="unique-id-peers" data-million="peers">
            <BarChart title="Leaves full at the end, by how many rows late keys may come" {categories} {series} {references}
                y_label="%" />
            <p class="unique-id-hint">
                <Badge provenance={Provenance::Modelled} />
                { " PostgreSQL’s bars were measured once, with a million rows and pgstatindex; they do not change with the \
                   knobs." }
            </p>
        </div>
    }
}

/// The model's densities in percent, in the order of the windows; 0 for what has not begun.
fn modelled(standing: &Standing) -> Vec<f64> {
    let density = |rows: u32| {
        let is_it = |lane: &&Lane| lane.arrivals == Arrivals::Late { rows };
        standing
            .lanes
            .iter()
            .find(is_it)
            .map_or(0.0, |lane| (lane.density * 1_000.0).round() / 10.0)
    };
    WINDOWS.into_iter().map(density).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_begun_has_no_bar() {
        let standing = Standing { done_rows: 0, all_rows: 7, lanes: Vec::new() };
        assert_eq!(modelled(&standing), [0.0; WINDOWS.len()]);
    }
}
