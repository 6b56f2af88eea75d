//! The sign of a thing: a shape and a colour of its own, the same in the figure and in the prose.

use wasm_bindgen::JsValue;
use web_sys::{CanvasRenderingContext2d, Path2d};
use yew::prelude::*;

/// How many colours there are.
pub const HUES: usize = 6;

/// Six shapes within a circle of radius 1, as SVG paths, so that no thing is told by colour alone.
const SHAPES: [&str; 6] = [
    "M0-.92A.92.92 0 1 1 0 .92A.92.92 0 1 1 0-.92Z",
    "M-.8-.8H.8V.8H-.8Z",
    "M0-1.05L1 .8H-1Z",
    "M0-1.1L1.1 0L0 1.1L-1.1 0Z",
    "M0-1L.95-.31L.59.81H-.59L-.95-.31Z",
    "M-.36-1H.36V-.36H1V.36H.36V1H-.36V.36H-1V-.36H-.36Z",
];

/// The sign of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    hue: u32,
    shape: u32,
}

impl Sign {
    /// The sign of the `number`th thing of its kind: colour and shape repeat together only after 36.
    pub fn nth(number: u32) -> Self {
        let hues = HUES as u32;
        Sign { hue: number % hues, shape: (number + number / hues) % hues }
    }

    /// The number of its colour among the tokens.
    pub fn hue(self) -> usize {
        self.hue as usize
    }

    /// The class that gives an SVG shape its colour.
    pub fn class(self) -> String {
        format!("glyph hue-{}", self.hue)
    }

    /// Its outline, within a circle of radius 1.
    pub fn path(self) -> &'static str {
        SHAPES[self.shape as usize]
    }
}

/// The shapes for a canvas, made once a picture.
pub struct CanvasShapes([Option<Path2d>; 6]);

impl CanvasShapes {
    /// All of them.
    pub fn new() -> Self {
        CanvasShapes(SHAPES.map(|path| Path2d::new_with_path_string(path).ok()))
    }

    /// Fills the shape of a sign, with the fill that is set, around a point.
    pub fn fill(
        &self,
        context: &CanvasRenderingContext2d,
        sign: Sign,
        (x, y): (f64, f64),
        radius: f64,
    ) -> Result<(), JsValue> {
        context.save();
        context.translate(x, y)?;
        context.scale(radius, radius)?;
        if let Some(path) = &self.0[sign.shape as usize] {
            context.fill_with_path_2d(path);
        }
        context.restore();
        Ok(())
    }
}

/// What a glyph in the prose needs.
#[derive(Properties, PartialEq)]
pub struct GlyphProps {
    /// The sign.
    pub sign: Sign,
}

/// A sign within a line of text.
#[component]
pub fn Glyph(props: &GlyphProps) -> Html {
    html! {
        <svg class="glyph-inline" viewBox="-1.2 -1.2 2.4 2.4" aria-hidden="true">
            <path class={props.sign.class()} d={props.sign.path()} />
        </svg>
    }
}
