//! Curves over one axis: how several things grow side by side. Each has a sign besides its colour.

use super::super::glyph::{CanvasShapes, Glyph, Sign};
use super::super::stage::{Painter, Stage, Surface, Ticker};
use super::number;
use super::pen::{FONT_SIZE, Pen};
use plotters::coord::CoordTranslate;
use plotters::prelude::*;
use std::rc::Rc;
use yew::prelude::*;

const LABEL_HEIGHT: f64 = 24.0;
const LABEL_GAP: f64 = 8.0;
const TICKS: usize = 5;
/// How far apart the signs on a curve are, in CSS pixels.
const SIGNS_APART: f64 = 90.0;
const SIGN_RADIUS: f64 = 4.5;

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What it is, for the legend.
    pub label: AttrValue,
    /// Its sign.
    pub sign: Sign,
    /// Its points, from left to right, not negative.
    pub points: Rc<Vec<(f64, f64)>>,
}

/// What a line chart needs.
#[derive(Clone, Properties, PartialEq)]
pub struct LineChartProps {
    /// What the chart shows.
    pub title: AttrValue,
    /// The curves.
    pub curves: Vec<Curve>,
    /// What is counted along the axis.
    pub x_label: AttrValue,
    /// What the numbers are.
    pub y_label: AttrValue,
    /// How far the axis reaches; as far as the points if it is not said.
    #[prop_or_default]
    pub x_max: Option<f64>,
    /// How high the chart is; as high as the points if it is not said.
    #[prop_or_default]
    pub y_max: Option<f64>,
}

/// A line chart on a canvas that follows its width and the theme. The numbers themselves belong in a
/// [`DataTable`](super::super::DataTable) beside it.
#[component]
pub fn LineChart(props: &LineChartProps) -> Html {
    let ticker = use_memo((), |()| Ticker::default());
    let painter = use_memo(props.clone(), |props| {
        let chart = props.clone();
        Painter::new(move |surface| {
            // Drawing fails only on a canvas without a context, which would not have come here.
            let _ = draw(surface, &chart);
        })
    });
    let keys = props.curves.iter().map(|curve| {
        html! { <li key={curve.label.as_str()}><Glyph sign={curve.sign} />{ &curve.label }</li> }
    });
    html! {
        <figure class="chart">
            <figcaption>
                <span class="chart-title">{ &props.title }</span>
                <ul class="chart-keys" role="list">{ for keys }</ul>
            </figcaption>
            <p class="chart-y-label" aria-hidden="true">{ &props.y_label }</p>
            <Stage label={summary(props)} class="chart-stage" ticker={(*ticker).clone()}
                painter={(*painter).clone()} />
            <p class="chart-x-label" aria-hidden="true">{ &props.x_label }</p>
        </figure>
    }
}

/// How far the axes reach: to the right, and up.
fn reach(chart: &LineChartProps) -> (f64, f64) {
    let points = || chart.curves.iter().flat_map(|curve| curve.points.iter());
    let right = chart.x_max.unwrap_or_else(|| points().map(|(x, _)| *x).fold(0.0, f64::max));
    let top = chart.y_max.unwrap_or_else(|| points().map(|(_, y)| *y * 1.08).fold(0.0, f64::max));
    // An empty chart still has axes.
    let some = |length: f64| if length > 0.0 { length } else { 1.0 };
    (some(right), some(top))
}

/// Draws the whole chart. `None` if the canvas or a colour cannot be had, or plotters gives up.
fn draw(surface: &Surface, chart: &LineChartProps) -> Option<()> {
    let pen = Pen::new(surface)?;
    let (right, top) = reach(chart);
    let widest_tick = if top > 5.0 { number(top.ceil()) } else { "0.00".to_owned() };
    let left_area = pen.text_width(&widest_tick) as i32 + pen.px(LABEL_GAP);
    // Half of the last label stands to the right of the axis.
    let right_margin = pen.text_width(&number(right)) as i32 / 2 + pen.px(2.0);
    let mut plot = ChartBuilder::on(&pen.area)
        .margin_top(pen.px(FONT_SIZE / 2.0))
        .margin_right(right_margin)
        .set_label_area_size(LabelAreaPosition::Left, left_area)
        .set_label_area_size(LabelAreaPosition::Bottom, pen.px(LABEL_HEIGHT))
        .build_cartesian_2d(0.0..right, 0.0..top)
        .ok()?;
    plot.configure_mesh()
        .disable_x_mesh()
        .x_labels(TICKS)
        .y_labels(TICKS)
        .set_tick_mark_size(LabelAreaPosition::Left, pen.px(3.0))
        .set_tick_mark_size(LabelAreaPosition::Bottom, pen.px(3.0))
        .x_label_formatter(&|value| number(*value))
        .y_label_formatter(&|value| number(*value))
        .label_style(pen.text_style(&pen.colours.muted))
        .axis_style(ShapeStyle::from(&TRANSPARENT))
        .bold_line_style(pen.stroke(pen.colours.line, 1.0))
        .light_line_style(TRANSPARENT)
        .draw()
        .ok()?;
    for curve in &chart.curves {
        let style = pen.stroke(pen.colours.hues[curve.sign.hue()], 2.0);
        plot.draw_series(LineSeries::new(curve.points.iter().copied(), style)).ok()?;
    }
    let spec = plot.as_coord_spec();
    let count = chart.curves.len().max(1);
    let shapes = CanvasShapes::new();
    for (number, curve) in chart.curves.iter().enumerate() {
        let places: Vec<(i32, i32)> = curve.points.iter().map(|it| spec.translate(it)).collect();
        let apart = f64::from(pen.px(SIGNS_APART));
        // Beside each other, not on each other, where the curves run together.
        let offset = apart * (number as f64 + 0.5) / count as f64;
        pen.context.set_fill_style_str(&surface.palette.hues[curve.sign.hue()]);
        for (x, y) in sign_places(&places, offset, apart) {
            let radius = f64::from(pen.px(SIGN_RADIUS));
            shapes.fill(pen.context, curve.sign, (f64::from(x), f64::from(y)), radius).ok()?;
        }
    }
    Some(())
}

/// Those of the places along a curve at which its sign is drawn: the last, and one about every `apart` pixels
/// from `offset` on.
fn sign_places(places: &[(i32, i32)], offset: f64, apart: f64) -> Vec<(i32, i32)> {
    let Some(((left, _), last)) = places.first().zip(places.last()) else { return Vec::new() };
    let mut next = f64::from(*left) + offset;
    let mut chosen = Vec::new();
    for place in places {
        if f64::from(place.0) >= next {
            chosen.push(*place);
            next += apart;
        }
    }
    if chosen.last() != Some(last) {
        chosen.push(*last);
    }
    chosen
}

/// The chart for those who cannot see it.
fn summary(chart: &LineChartProps) -> String {
    let mut text =
        format!("Line chart: {}, in {}, over {}.", chart.title, chart.y_label, chart.x_label);
    for Curve { label, points, .. } in &chart.curves {
        if let Some((x, y)) = points.last() {
            text += &format!(" {label}: {} at {}.", number(*y), number(*x));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<(f64, f64)>) -> LineChartProps {
        LineChartProps {
            title: "Hits".into(),
            curves: vec![Curve { label: "LRU".into(), sign: Sign::nth(0), points: points.into() }],
            x_label: "requests".into(),
            y_label: "%".into(),
            x_max: None,
            y_max: None,
        }
    }

    #[test]
    fn the_summary_says_where_each_curve_is() {
        let chart = chart(vec![(0.0, 0.0), (1_000.0, 42.5)]);
        let expected = "Line chart: Hits, in %, over requests. LRU: 42.5 at 1,000.";
        assert_eq!(summary(&chart), expected);
    }

    #[test]
    fn an_empty_chart_has_axes() {
        assert_eq!(reach(&chart(Vec::new())), (1.0, 1.0));
    }

    #[test]
    fn signs_stand_apart_and_at_the_end() {
        let places: Vec<(i32, i32)> = (0..=10).map(|x| (x * 10, 5)).collect();
        assert_eq!(sign_places(&places, 15.0, 40.0), [(20, 5), (60, 5), (100, 5)]);
        assert_eq!(sign_places(&places[..1], 15.0, 40.0), [(0, 5)]);
        assert_eq!(sign_places(&[], 15.0, 40.0), []);
    }
}
