//! How full the leaves are and how much has to be read, along the rows: a curve for each order.

use super::table::name;
use crate::components::{Curve, LineChart, Sign};
use crate::workers::Inserted;
use playground_core::unique_id::million::{Lane, Point};
use std::rc::Rc;
use yew::prelude::*;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct CurvesProps {
    /// How far the rows are.
    pub inserted: Rc<Inserted>,
    /// How many rows each order will have in the end.
    pub rows: u32,
}

/// The charts.
#[component]
pub fn Curves(props: &CurvesProps) -> Html {
    let CurvesProps { inserted, rows } = props;
    let curves = |points: fn(&Lane) -> Vec<(f64, f64)>| -> Vec<Curve> {
        let curve = |(number, lane): (usize, &Lane)| Curve {
            label: name(lane.arrivals).into(),
            sign: Sign::nth(number as u32),
            points: Rc::new(points(lane)),
        };
        inserted.standing.lanes.iter().enumerate().map(curve).collect()
    };
    let x_max = Some(f64::from(*rows));
    html! {
        <div class="unique-id-charts">
            <LineChart title="How full the leaves are" curves={curves(densities)} x_label="rows so far" y_label="%"
                {x_max} y_max={Some(100.0)} />
            <LineChart title="Pages read from the disk" curves={curves(misses)} x_label="rows so far"
                y_label="for each 1,000 rows of the stretch" {x_max} />
        </div>
    }
}

fn densities(lane: &Lane) -> Vec<(f64, f64)> {
    lane.curve.iter().map(|it| (it.rows as f64, it.density * 100.0)).collect()
}

/// Misses of each stretch, for each thousand of its rows.
fn misses(lane: &Lane) -> Vec<(f64, f64)> {
    let mut from = 0;
    let point = |it: &Point| {
        let rows = it.rows - from;
        from = it.rows;
        (it.rows as f64, it.misses as f64 * 1_000.0 / rows.max(1) as f64)
    };
    lane.curve.iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::unique_id::arrivals::Arrivals;
    use playground_core::unique_id::million::{Million, Plan};

    #[test]
    fn a_stretch_is_told_for_a_thousand_of_its_rows() {
        let plan = Plan { lanes: vec![Arrivals::UuidV4], rows: 40_000, pool_pages: 8, seed: 1 };
        let mut million = Million::new(&plan);
        while million.advance(10_000) {}
        let standing = million.standing();
        let curve = misses(&standing.lanes[0]);
        let (last, per_thousand) = *curve.last().unwrap();
        assert_eq!(last, 40_000.0);
        // Of some 200 leaves 8 pages are in memory, and each insert needs one by chance.
        assert!((900.0..=1_100.0).contains(&per_thousand), "{per_thousand}");
        assert!(densities(&standing.lanes[0]).iter().all(|(_, it)| (0.0..=100.0).contains(it)));
    }
}
