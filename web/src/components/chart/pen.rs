//! What every chart draws with: the canvas as plotters sees it, its colours, and how long things are on it.
//!
//! Only what plotters draws without measuring text is asked of it: to measure, it would write a `style`
//! attribute, which the page's content security policy refuses. So captions and legends are HTML, and where a
//! text's width matters it is the canvas' own measure.

use super::super::stage::Surface;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters_canvas::CanvasBackend;
use web_sys::CanvasRenderingContext2d;

const FONT_FAMILY: &str = "system-ui, sans-serif";
/// In CSS pixels, as all lengths here.
pub const FONT_SIZE: f64 = 12.0;

/// A drawing area of plotters on our canvas.
pub type Area = DrawingArea<CanvasBackend, Shift>;

/// The colours of the theme, as plotters takes them.
pub struct Colours {
    /// Outlines.
    pub ink: RGBColor,
    /// Text of lesser weight.
    pub muted: RGBColor,
    /// Hairlines.
    pub line: RGBColor,
    /// Those of things, in the order of the tokens.
    pub hues: [RGBColor; 6],
}

/// What a chart is drawn with.
pub struct Pen<'a> {
    /// The canvas itself, for what plotters does not do. It counts the canvas' own pixels.
    pub context: &'a CanvasRenderingContext2d,
    /// The colours.
    pub colours: Colours,
    /// The whole canvas.
    pub area: Area,
    /// Pixels of the canvas a CSS pixel.
    scale: f64,
}

impl<'a> Pen<'a> {
    /// Prepares a surface for plotters; none if the canvas or a colour cannot be had.
    pub fn new(surface: &Surface<'a>) -> Option<Self> {
        let context = surface.context;
        let canvas = context.canvas()?;
        let scale = f64::from(canvas.width()) / surface.width;
        // Plotters counts the canvas' own pixels.
        context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).ok()?;
        context.set_line_dash(&js_sys::Array::new()).ok()?;
        let palette = surface.palette;
        let mut hues = [BLACK; 6];
        for (hue, css) in hues.iter_mut().zip(&palette.hues) {
            *hue = colour(context, css)?;
        }
        let colours = Colours {
            ink: colour(context, &palette.ink)?,
            muted: colour(context, &palette.muted)?,
            line: colour(context, &palette.line)?,
            hues,
        };
        let area = CanvasBackend::with_canvas_object(canvas)?.into_drawing_area();
        Some(Pen { context, colours, area, scale })
    }

    /// A length in the canvas' own pixels.
    pub fn px(&self, length: f64) -> i32 {
        (length * self.scale).round() as i32
    }

    /// A line's style; its width is in CSS pixels.
    pub fn stroke(&self, colour: RGBColor, width: f64) -> ShapeStyle {
        colour.stroke_width(self.px(width).max(1) as u32)
    }

    /// The style of a small text.
    pub fn text_style(&self, colour: &RGBColor) -> TextStyle<'static> {
        (FONT_FAMILY, FONT_SIZE * self.scale).into_font().color(colour)
    }

    /// The width of a small text, in the canvas' own pixels.
    pub fn text_width(&self, text: &str) -> f64 {
        self.context.set_font(&format!("{}px {FONT_FAMILY}", FONT_SIZE * self.scale));
        self.context.measure_text(text).map_or(0.0, |metrics| metrics.width())
    }
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
    fn colours_are_six_hex_digits() {
        let text = format!("#{:06x}", 0x0001_a2ff);
        assert_eq!(parse_hex(&text), Some(RGBColor(0x01, 0xa2, 0xff)));
        for text in ["", "#", "transparent", "#xyzxyz"] {
            assert_eq!(parse_hex(text), None, "{text}");
        }
    }
}
