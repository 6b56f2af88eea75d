//! A bar chart in plotters' hands.
//!
//! Only what plotters draws without measuring text is asked of it: to measure, it would write a `style`
//! attribute, which the page's content security policy refuses. So captions and legend are HTML, and the
//! labels under the bars are thinned out by the canvas' own measure.

use super::super::stage::Surface;
use super::{BarChartProps, BarTone, number};
use plotters::coord::{CoordTranslate, Shift};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_canvas::CanvasBackend;
use web_sys::CanvasRenderingContext2d;

const FONT_FAMILY: &str = "system-ui, sans-serif";
/// All lengths are in CSS pixels.
const FONT_SIZE: f64 = 12.0;
const LABEL_HEIGHT: f64 = 24.0;
const LABEL_GAP: f64 = 8.0;
/// How much of its category a group of bars takes; the rest is air.
const GROUP_SHARE: f64 = 0.76;
const TICKS: usize = 5;

type Area = DrawingArea<CanvasBackend, Shift>;

struct Colours {
    ink: RGBColor,
    muted: RGBColor,
    line: RGBColor,
    ours: RGBColor,
}

/// Draws the whole chart. `None` if the canvas or a colour cannot be had, or plotters gives up.
pub(super) fn draw(surface: &Surface, chart: &BarChartProps) -> Option<()> {
    let context = surface.context;
    let canvas = context.canvas()?;
    let scale = f64::from(canvas.width()) / surface.width;
    // Plotters counts the canvas' own pixels.
    context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).ok()?;
    context.set_line_dash(&js_sys::Array::new()).ok()?;
    let colours = Colours {
        ink: colour(context, &surface.palette.ink)?,
        muted: colour(context, &surface.palette.muted)?,
        line: colour(context, &surface.palette.line)?,
        ours: colour(context, &surface.palette.hues[3])?,
    };
    let area = CanvasBackend::with_canvas_object(canvas)?.into_drawing_area();
    Drawing { chart, context, colours, scale, area }.draw()
}

struct Drawing<'a> {
    chart: &'a BarChartProps,
    context: &'a CanvasRenderingContext2d,
    colours: Colours,
    /// Pixels of the canvas a CSS pixel.
    scale: f64,
    area: Area,
}

impl Drawing<'_> {
    fn px(&self, length: f64) -> i32 {
        (length * self.scale).round() as i32
    }

    fn draw(&self) -> Option<()> {
        let values = self.chart.series.iter().flat_map(|bars| &bars.values);
        let reference = self.chart.references.iter().map(|(_, value)| value);
        let highest = values.chain(reference).copied().fold(0.0, f64::max);
        // An empty chart still has an axis.
        let top = if highest > 0.0 { highest * 1.08 } else { 1.0 };
        let count = self.chart.categories.len().max(1);
        self.set_font();
        // Five ticks or so fall on whole numbers where there are as many.
        let widest_tick = if top > 5.0 { number(top.ceil()) } else { "0.00".to_owned() };
        let widest_tick = self.text_width(&widest_tick);
        let mut plot = ChartBuilder::on(&self.area)
            .margin_top(self.px(FONT_SIZE / 2.0))
            .margin_right(self.px(2.0))
            .set_label_area_size(LabelAreaPosition::Left, widest_tick as i32 + self.px(LABEL_GAP))
            .set_label_area_size(LabelAreaPosition::Bottom, self.px(LABEL_HEIGHT))
            .build_cartesian_2d(0.0..count as f64, 0.0..top)
            .ok()?;
        let text = self.text_style(&self.colours.muted);
        plot.configure_mesh()
            .disable_x_mesh()
            .x_labels(0)
            .y_labels(TICKS)
            .set_tick_mark_size(LabelAreaPosition::Left, self.px(3.0))
            .y_label_formatter(&|value| number(*value))
            .label_style(text.clone())
            .axis_style(ShapeStyle::from(&TRANSPARENT))
            .bold_line_style(self.stroke(self.colours.line, 1.0))
            .light_line_style(TRANSPARENT)
            .draw()
            .ok()?;
        plot.draw_series(self.bars()).ok()?;
        for &(_, value) in &self.chart.references {
            let ends = [(0.0, value), (count as f64, value)];
            let (dash, gap) = (self.px(6.0), self.px(4.0));
            let style = self.stroke(self.colours.ink, 1.5);
            plot.draw_series(DashedLineSeries::new(ends, dash as u32, gap as u32, style)).ok()?;
        }
        let spec = plot.as_coord_spec();
        self.draw_categories(&text, |at| spec.translate(&(at, 0.0)))
    }

    fn bars(&self) -> impl Iterator<Item = Rectangle<(f64, f64)>> + '_ {
        let width = GROUP_SHARE / self.chart.series.len().max(1) as f64;
        self.chart.series.iter().enumerate().flat_map(move |(place, bars)| {
            let style = match bars.tone {
                BarTone::Ours => self.colours.ours.filled(),
                BarTone::Peer => self.stroke(self.colours.muted, 1.5),
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
        let widest = names.iter().map(|name| self.text_width(name)).fold(0.0, f64::max);
        let room = f64::from(place(1.0).0 - place(0.0).0);
        let stride = label_stride(room, widest + LABEL_GAP * self.scale);
        let style = style.pos(Pos::new(HPos::Center, VPos::Top));
        for (index, name) in names.iter().enumerate().step_by(stride) {
            let (x, y) = place(index as f64 + 0.5);
            self.area.draw_text(name, &style, (x, y + self.px(6.0))).ok()?;
        }
        Some(())
    }

    fn stroke(&self, colour: RGBColor, width: f64) -> ShapeStyle {
        colour.stroke_width(self.px(width).max(1) as u32)
    }

    fn text_style(&self, colour: &RGBColor) -> TextStyle<'static> {
        (FONT_FAMILY, FONT_SIZE * self.scale).into_font().color(colour)
    }

    fn set_font(&self) {
        self.context.set_font(&format!("{}px {FONT_FAMILY}", FONT_SIZE * self.scale));
    }

    /// In the canvas' own pixels.
    fn text_width(&self, text: &str) -> f64 {
        self.context.measure_text(text).map_or(0.0, |metrics| metrics.width())
    }
}

/// Every how many categories a label has room, if each category has `room` and a label needs `need`.
fn label_stride(room: f64, need: f64) -> usize {
    if room <= 0.0 { 1 } else { (need / room).ceil().max(1.0) as usize }
}

/// A colour as the canvas understands it: whatever the style sheet says, it gives back six hex digits.
fn colour(context: &CanvasRenderingContext2d, css: &str) -> Option<RGBColor> {
    context.set_fill_style_str(css);
    parse_hex(&context.fill_style().as_string()?)
}

fn parse_hex(text: &str) -> Option<RGBColor> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some(RGBColor(red, green, blue))
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

    #[test]
    fn colours_are_six_hex_digits() {
        let text = format!("#{:06x}", 0x0001_a2ff);
        assert_eq!(parse_hex(&text), Some(RGBColor(0x01, 0xa2, 0xff)));
        for text in ["", "#", "transparent", "#xyzxyz"] {
            assert_eq!(parse_hex(text), None, "{text}");
        }
    }
}
