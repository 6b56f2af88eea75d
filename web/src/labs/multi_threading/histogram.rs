//! How often each number came out of many runs, as bars: none at all has a bar of its own, all others share equal ranges.

use crate::components::{BarChart, BarTone, Bars, grouped};
use yew::prelude::*;

/// The most bars besides that for none.
const MOST_BARS: u64 = 10;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct HistogramProps {
    /// What the chart shows.
    pub title: AttrValue,
    /// What is counted in each run, in the plural.
    pub what: AttrValue,
    /// A number for each run.
    pub values: Vec<u64>,
}

/// The histogram.
#[component]
pub fn Histogram(props: &HistogramProps) -> Html {
    let HistogramProps { title, what, values } = props;
    let bins = bins(values);
    let categories: Vec<AttrValue> = bins.iter().map(|bin| bin.name().into()).collect();
    let runs = bins.iter().map(|bin| bin.runs as f64).collect();
    let label = format!("runs with so many {what}");
    let series = vec![Bars { label: label.into(), values: runs, tone: BarTone::Ours }];
    html! { <BarChart title={title.clone()} {categories} {series} y_label="runs" /> }
}

/// A range of numbers, and how many runs came out in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bin {
    first: u64,
    last: u64,
    runs: u64,
}

impl Bin {
    fn name(&self) -> String {
        if self.first == self.last {
            grouped(self.first)
        } else {
            format!("{}–{}", grouped(self.first), grouped(self.last))
        }
    }
}

fn bins(values: &[u64]) -> Vec<Bin> {
    let most = values.iter().copied().max().unwrap_or(0);
    let count = |first: u64, last: u64| {
        let runs = values.iter().filter(|value| (first..=last).contains(value)).count() as u64;
        Bin { first, last, runs }
    };
    let size = round_up(most.div_ceil(MOST_BARS).max(1));
    let others = (0..most.div_ceil(size)).map(|bin| count(bin * size + 1, (bin + 1) * size));
    std::iter::once(count(0, 0)).chain(others).collect()
}

/// The next number of one digit that counts: 1, 2 or 5, and zeros.
fn round_up(number: u64) -> u64 {
    let powers = (0..19).map(|exponent| 10_u64.pow(exponent));
    let mut steps = powers.flat_map(|power| [1, 2, 5].map(|digit| digit * power));
    steps.find(|step| *step >= number).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_has_a_bar() {
        for values in [vec![], vec![0], vec![0, 1, 2, 2], (0..5_000).map(|it| it * 37).collect()] {
            let bins = bins(&values);
            assert_eq!(bins.iter().map(|bin| bin.runs).sum::<u64>(), values.len() as u64);
            assert!(bins.len() <= MOST_BARS as usize + 1, "{} bars", bins.len());
            assert!(bins.windows(2).all(|pair| pair[0].last + 1 == pair[1].first));
        }
    }

    #[test]
    fn none_is_told_apart_from_few() {
        let names: Vec<String> = bins(&[0, 1, 40]).iter().map(Bin::name).collect();
        assert_eq!(names[..3], ["0", "1–5", "6–10"]);
    }
}
