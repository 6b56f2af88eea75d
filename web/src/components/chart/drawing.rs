//! A bar chart in plotters' hands. The labels under the bars are thinned out where they have no room.

use super::super::stage::Surface;
use super::pen::{FONT_SIZE, Pen};
use super::{BarChartProps, BarTone, number};
use plotters::coord::CoordTranslate;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// All lengths are in CSS pixels.
const LABEL_HEIGHT: f64 = 24.0;
const LABEL_GAP: f64 = 8.0;
/// How much of its category a group of bars takes; the rest is air.
const GROUP_SHARE: f64 = 0.76;
const TICKS: usize = 5;
/// The number of the colour of what the lab is about, among the hues.
const OURS: usize = 3;

/// Draws the whole chart. `None` if the canvas or a colour cannot be had, or plotters gives up.
pub(super) fn draw(surface: &Surface, chart: &BarChartProps) -> Option<()> {
    Drawing { chart, pen: Pen::new(surface)? }.draw()
}

struct Drawing<'a> {
    chart: &'a BarChartProps,
    pen: Pen<'a>,
}

impl Drawing<'_> {
    fn draw(&self) -> Option<()> {
        let pen = &self.pen;
        let values = self.chart.series.iter().flat_map(|bars| &bars.values);
        let reference = self.chart.references.iter().map(|(_, value)| value);
        let highest = values.chain(reference).copied().fold(0.0, f64::max);
        // An empty chart still has an axis.
        let top = if highest > 0.0 { highest * 1.08 } else { 1.0 };
        let count = self.chart.categories.len().max(1);
        // Five ticks or so fall on whole numbers where there are as many.
        let widest_tick = if top > 5.0 { number(top.ceil()) } else { "0.00".to_owned() };
        let widest_tick = pen.text_width(&widest_tick);
        let mut plot = ChartBuilder::on(&pen.area)
            .margin_top(pen.px(FONT_SIZE / 2.0))
            .margin_right(pen.px(2.0))
            .set_label_area_size(LabelAreaPosition::Left, widest_tick as i32 + pen.px(LABEL_GAP))
            .set_label_area_size(LabelAreaPosition::Bottom, pen.px(LABEL_HEIGHT))
            .build_cartesian_2d(0.0..count as f64, 0.0..top)
            .ok()?;
        let text = pen.text_style(&pen.colours.muted);
        plot.configure_mesh()
            .disable_x_mesh()
            .x_labels(0)
            .y_labels(TICKS)
            .set_tick_mark_size(LabelAreaPosition::Left, pen.px(3.0))
            .y_label_formatter(&|value| number(*value))
            .label_style(text.clone())
            .axis_style(ShapeStyle::from(&TRANSPARENT))
            .bold_line_style(pen.stroke(pen.colours.line, 1.0))
            .light_line_style(TRANSPARENT)
            .draw()
            .ok()?;
        plot.draw_series(self.bars()).ok()?;
        for &(_, value) in &self.chart.references {
            let ends = [(0.0, value), (count as f64, value)];
            let (dash, gap) = (pen.px(6.0), pen.px(4.0));
            let style = pen.stroke(pen.colours.ink, 1.5);
            plot.draw_series(DashedLineSeries::new(ends, dash as u32, gap as u32, style)).ok()?;
        }
        let spec = plot.as_coord_spec();
        self.draw_categories(&text, |at| spec.translate(&(at, 0.0)))
    }

    fn bars(&self) -> impl Iterator<Item = Rectangle<(f64, f64)>> + '_ {
        let width = GROUP_SHARE / self.chart.series.len().max(1) as f64;
        let colours = &self.pen.colours;
        self.chart.series.iter().enumerate().flat_map(move |(place, bars)| {
            let style = match bars.tone {
                BarTone::Ours => colours.hues[OURS].filled(),
                BarTone::Peer => self.pen.stroke(colours.muted, 1.5),
            };
            bars.values.iter().enumerate().map(move |(category, value)| {
                let left = category as f64 + (1.0 - GROUP_SHARE) / 2.0 + width * place as f64;
                // The air between two neighbours keeps an outline from running over a fill.
                Rectangle::new([(left + width * 0.06, 0.0), (left + width * 0.94, *value)], style)
            })
        })
    }

    /// As many names as have room, evenly thinned out.
    fn draw_categories(&self, style: &TextStyle, place: impl Fn(f64) -> (i32, i32)) -> Option<()> {
        let names = &self.chart.categories;
        let widest = names.iter().map(|name| self.pen.text_width(name)).fold(0.0, f64::max);
        let room = f64::from(place(1.0).0 - place(0.0).0);
        let stride = label_stride(room, widest + f64::from(self.pen.px(LABEL_GAP)));
        let style = style.pos(Pos::new(HPos::Center, VPos::Top));
        for (index, name) in names.iter().enumerate().step_by(stride) {
            let (x, y) = place(index as f64 + 0.5);
            self.pen.area.draw_text(name, &style, (x, y + self.pen.px(6.0))).ok()?;
        }
        Some(())
    }
}

/// Every how many categories a label has room, if each category has `room` and a label needs `need`.
fn label_stride(room: f64, need: f64) -> usize {
    if room <= 0.0 { 1 } else { (need / room).ceil().max(1.0) as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_thinned_out_when_they_have_no_room() {
        assert_eq!(label_stride(40.0, 30.0), 1);
        assert_eq!(label_stride(12.0, 30.0), 3);
        assert_eq!(label_stride(0.0, 30.0), 1);
    }
}
