//! The model beside a real PostgreSQL: how full the leaves are in the end.

use super::knobs::What;
use super::table::short_name;
use crate::components::{Badge, BarChart, BarTone, Bars, Provenance};
use crate::workers::Inserted;
use playground_core::unique_id::arrivals::Arrivals;
use playground_core::unique_id::million::{Lane, MEASURED, Standing};
use std::rc::Rc;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct PeersProps {
    /// Which orders are compared.
    pub what: What,
    /// How far the rows are.
    pub inserted: Rc<Inserted>,
}

/// The bars.
#[component]
pub fn Peers(props: &PeersProps) -> Html {
    let PeersProps { what, inserted } = props;
    let orders = what.orders();
    let categories: Vec<AttrValue> = orders.iter().map(|it| short_name(*it).into()).collect();
    let real = orders.iter().map(|it| measured(*it).unwrap_or_default()).collect();
    let series = vec![
        Bars {
            label: "this model".into(),
            values: modelled(&inserted.standing, &orders),
            tone: BarTone::Ours,
        },
        Bars { label: "PostgreSQL 15".into(), values: real, tone: BarTone::Peer },
    ];
    let title = match what {
        What::Kinds => "Leaves full at the end, by the kind of the key",
        What::Windows => "Leaves full at the end, by how many rows late keys may come",
    };
    let random = (*what == What::Windows).then(|| measured(Arrivals::UuidV4)).flatten();
    let references: Vec<(AttrValue, f64)> = random
        .into_iter()
        .map(|percent| (AttrValue::from("random keys in PostgreSQL 15"), percent))
        .collect();
    html! {
        <div class="unique-id-peers" data-million="peers">
            <BarChart {title} {categories} {series} {references} y_label="%" />
            <p class="unique-id-hint">
                { "Filled: " }<Badge provenance={Provenance::Modelled} />
                { " Outlined: a million rows in PostgreSQL 15.18 on Debian 12, measured once with pgstatindex; these bars do \
                   not change with the knobs." }
            </p>
        </div>
    }
}

/// How full the leaves of a real index were, in percent; none if that was not tried.
pub fn measured(arrivals: Arrivals) -> Option<f64> {
    MEASURED.iter().find(|it| it.arrivals == arrivals).map(|it| it.density_percent)
}

/// The model's densities in percent; 0 for what has not begun.
fn modelled(standing: &Standing, orders: &[Arrivals]) -> Vec<f64> {
    let density = |arrivals: &Arrivals| {
        let is_it = |lane: &&Lane| lane.arrivals == *arrivals;
        standing
            .lanes
            .iter()
            .find(is_it)
            .map_or(0.0, |lane| (lane.density * 1_000.0).round() / 10.0)
    };
    orders.iter().map(density).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_begun_has_no_bar() {
        let standing = Standing { done_rows: 0, all_rows: 7, lanes: Vec::new() };
        assert_eq!(modelled(&standing, &What::Windows.orders()), [0.0; 7]);
    }

    #[test]
    fn everything_that_is_compared_was_measured() {
        for what in [What::Kinds, What::Windows] {
            assert!(what.orders().into_iter().all(|it| measured(it).is_some()), "{what:?}");
        }
    }
}
