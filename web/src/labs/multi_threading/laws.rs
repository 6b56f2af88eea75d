//! The laws of speed-up as curves: what can be had at most, if a part of the work cannot be dealt out.

use super::words::percent_text;
use crate::components::{Badge, Curve, LineChart, Provenance, Sign, Slider};
use playground_core::multi_threading::speedup::{amdahl, amdahl_limit, gustafson};
use std::rc::Rc;
use yew::prelude::*;

/// The part that cannot be dealt out, in thousandths, on the slider.
const SERIAL_PERMILLE: [u32; 10] = [0, 1, 5, 10, 20, 50, 100, 200, 333, 500];
/// So many processors at most.
const PROCESSORS: u32 = 64;

/// Amdahl's curve and Gustafson's, and the knob.
#[component]
pub fn Laws() -> Html {
    let serial = use_state_eq(|| 50_u32);
    let share = f64::from(*serial) / 1_000.0;
    let on_change = {
        let serial = serial.setter();
        Callback::from(move |permille: u32| serial.set(permille))
    };
    let curve = |label: &'static str, sign: u32, law: fn(f64, u32) -> f64| {
        let points = (1..=PROCESSORS).map(|n| (f64::from(n), law(share, n)));
        Curve { label: label.into(), sign: Sign::nth(sign), points: Rc::new(points.collect()) }
    };
    let curves = vec![
        curve("Gustafson: a larger job", 2, gustafson),
        curve("Amdahl: the same job", 3, amdahl),
    ];
    let most = if *serial == 0 {
        "Nothing has to be done by one alone: there is no limit.".to_owned()
    } else {
        format!(
            "Amdahl’s limit, with however many processors: {:.0} times as fast. With {PROCESSORS}: {:.1} times.",
            amdahl_limit(share),
            amdahl(share, PROCESSORS)
        )
    };
    html! {
        <div class="multi-threading-experiment" data-figure="laws">
            <LineChart title="Speed-up" {curves} x_label="processors" y_label="times as fast as one"
                x_max={Some(f64::from(PROCESSORS))} y_max={Some(f64::from(PROCESSORS))} />
            <Slider label="Must be done by one alone" steps={SERIAL_PERMILLE.to_vec()} value={*serial} unit="of 1,000"
                {on_change} />
            <p class="multi-threading-caption" role="status">
                { format!("{} of the work. {most}", percent_text(share)) }
            </p>
            <p class="multi-threading-provenance"><Badge provenance={Provenance::Modelled} /></p>
        </div>
    }
}
