//! Bars beside bars: what came out of a run, next to what it is compared with. And curves, beside each other.

mod drawing;
mod lines;
mod pen;

pub use lines::{Curve, LineChart};

use super::slider::grouped;
use super::stage::{Painter, Stage, Ticker};
use std::rc::Rc;
use yew::prelude::*;

/// Whose numbers bars are; the same as a meter's.
pub use super::meter::MeterTone as BarTone;

/// One series of a bar chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// What the series is, for the legend.
    pub label: AttrValue,
    /// One value a category, not negative.
    pub values: Vec<f64>,
    /// Whose numbers they are: filled or outlined.
    pub tone: BarTone,
}

/// What a bar chart needs.
#[derive(Clone, Properties, PartialEq)]
pub struct BarChartProps {
    /// What the chart shows.
    pub title: AttrValue,
    /// The names under the bars.
    pub categories: Vec<AttrValue>,
    /// The series, side by side in each category.
    pub series: Vec<Bars>,
    /// Values to compare all of them with, each with its name.
    #[prop_or_default]
    pub references: Vec<(AttrValue, f64)>,
    /// What the numbers are.
    pub y_label: AttrValue,
}

/// A bar chart on a canvas that follows its width and the theme. The numbers themselves belong in a
/// [`DataTable`](super::DataTable) beside it.
#[component]
pub fn BarChart(props: &BarChartProps) -> Html {
    let ticker = use_memo((), |()| Ticker::default());
    let painter = use_memo(props.clone(), |props| {
        let chart = Rc::new(props.clone());
        Painter::new(move |surface| {
            // Drawing fails only on a canvas without a context, which would not have come here.
            let _ = drawing::draw(surface, &chart);
        })
    });
    let keys = props.series.iter().map(|bars| {
        html! {
            <li class={bars.tone.class()}>
                <svg class="chart-key" viewBox="0 0 14 14" aria-hidden="true">
                    <rect class="meter-share" x="1" y="1" width="12" height="12" />
                </svg>
                { &bars.label }
            </li>
        }
    });
    let references = props.references.iter().map(|(label, value)| {
        html! {
            <li>
                <svg class="chart-key" viewBox="0 0 14 14" aria-hidden="true">
                    <path class="chart-reference" d="M0 7h14" />
                </svg>
                { format!("{label}: {}", number(*value)) }
            </li>
        }
    });
    html! {
        <figure class="chart">
            <figcaption>
                <span class="chart-title">{ &props.title }</span>
                <ul class="chart-keys" role="list">{ for keys }{ for references }</ul>
            </figcaption>
            <p class="chart-y-label" aria-hidden="true">{ &props.y_label }</p>
            <Stage label={summary(props)} class="chart-stage" ticker={(*ticker).clone()}
                painter={(*painter).clone()} />
        </figure>
    }
}

/// The chart for those who cannot see it.
fn summary(chart: &BarChartProps) -> String {
    let mut text = format!("Bar chart: {}, in {}.", chart.title, chart.y_label);
    for Bars { label, values, .. } in &chart.series {
        let named = || values.iter().zip(&chart.categories);
        let lowest = named().min_by(|(a, _), (b, _)| a.total_cmp(b));
        let highest = named().max_by(|(a, _), (b, _)| a.total_cmp(b));
        if let (Some((low, at_low)), Some((high, at_high))) = (lowest, highest) {
            let (low, high) = (number(*low), number(*high));
            text += &format!(" {label}: from {low} at {at_low} to {high} at {at_high}.");
        }
    }
    for (label, value) in &chart.references {
        text += &format!(" {label}: {}.", number(*value));
    }
    text
}

/// A number as short as it can be read: whole from 100 on, and with up to two digits after the point below.
fn number(value: f64) -> String {
    if value.abs() >= 100.0 || value.fract() == 0.0 {
        return grouped(value.max(0.0).round() as u64);
    }
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 0.5, 2.25, 1.999, 12.0, 99.5, 833.4, 12_345.6].map(number);
        assert_eq!(shown, ["0", "0.5", "2.25", "2", "12", "99.5", "833", "12,346"]);
    }

    #[test]
    fn the_summary_names_the_extremes() {
        let chart = BarChartProps {
            title: "Keys per shard".into(),
            categories: vec!["s0".into(), "s1".into()],
            series: vec![Bars {
                label: "Ring".into(),
                values: vec![1_200.0, 800.0],
                tone: BarTone::Ours,
            }],
            references: vec![("Mean".into(), 1_000.0)],
            y_label: "keys".into(),
        };
        let expected =
            "Bar chart: Keys per shard, in keys. Ring: from 800 at s1 to 1,200 at s0. Mean: 1,000.";
        assert_eq!(summary(&chart), expected);
    }
}
