//! Draws the dense part of the figure on a canvas: arcs, key marks, dots at rest and under way.
//!
//! What could not be seen is not drawn one by one: beyond [`MOST_ARCS`] points the band shows who owns
//! each of so many directions, and beyond [`MOST_DOTS`] keys a pile is a bar as long as its load.

use super::figure::CROWD;
use super::geometry::{self, BAND, DOT, MOST_DOTS, NAMES, PILE_TOP, RING, SIDE, Seats};
use crate::components::{CanvasShapes, HUES, Sign, Surface};
use playground_core::consistent_hashing::ShardId;
use playground_core::consistent_hashing::lab::{Frame, KeyView, shard_name};
use std::f64::consts::TAU;
use wasm_bindgen::JsValue;

/// Beyond this many points the band is drawn by directions: single arcs are narrower than a pixel.
const MOST_ARCS: usize = 1_024;
/// Into how many directions the circle is divided then, and for the bars.
const DIRECTIONS: usize = 1_024;
/// Beyond this many points the gaps between arcs would hide the arcs.
const MOST_GAPS: usize = 400;
/// How long the longest bar is.
const LONGEST_BAR: f64 = 90.0;

/// What is to be shown besides the frame itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Emphasis {
    /// The shard whose arcs stand out.
    pub selected: Option<ShardId>,
    /// The position of a key that is looked up.
    pub looked_up: Option<u64>,
    /// Whether keys are here, then there, instead of travelling.
    pub is_reduced: bool,
}

/// Draws a frame.
pub fn draw(surface: &Surface, frame: &Frame, emphasis: Emphasis) {
    // Canvas calls fail only on numbers that are not finite, and there are none here.
    let _ = try_draw(surface, frame, emphasis);
}

fn try_draw(surface: &Surface, frame: &Frame, emphasis: Emphasis) -> Result<(), JsValue> {
    let side = surface.width.min(surface.height);
    surface.context.scale(side / SIDE, side / SIDE)?;
    draw_band(surface, frame, emphasis.selected)?;
    draw_database(surface)?;
    if frame.names.len() > MOST_DOTS {
        draw_bars(surface, frame)?;
    } else {
        draw_key_marks(surface, frame);
        draw_dots(surface, frame, emphasis.is_reduced)?;
    }
    if let Some(position) = emphasis.looked_up {
        draw_way(surface, frame, position)?;
    }
    Ok(())
}

fn hue<'a>(surface: &'a Surface, shard: ShardId) -> &'a str {
    &surface.palette.hues[Sign::nth(shard.0).hue()]
}

/// The band of the ring: who owns what.
fn draw_band(surface: &Surface, frame: &Frame, selected: Option<ShardId>) -> Result<(), JsValue> {
    let points = frame.points();
    if points.is_empty() {
        surface.context.set_stroke_style_str(&surface.palette.line);
        surface.context.set_line_width(BAND);
        return arc(surface, 0.0, TAU);
    }
    let mut arcs = Strokes::default();
    if points.len() > MOST_ARCS {
        // A little overlap, or the ground would shine through between neighbours.
        let width = TAU / DIRECTIONS as f64 * 1.1;
        for direction in 0..DIRECTIONS {
            let position = middle_of(direction);
            if let Some(point) = frame.point_at(position) {
                let from = geometry::angle(position) - width / 2.0;
                arcs.add(points[point].shard, selected, (from, from + width));
            }
        }
    } else {
        for (number, point) in points.iter().enumerate() {
            let to = geometry::angle(point.position);
            let from = geometry::angle(frame.arc_from(number));
            let from = if points.len() == 1 { to - TAU } else { from };
            arcs.add(point.shard, selected, (from, to));
        }
    }
    let is_any_selected = selected.is_some();
    arcs.stroke(surface, |surface, is_selected, (from, to)| {
        let context = surface.context;
        context.set_global_alpha(if is_selected || !is_any_selected { 1.0 } else { 0.55 });
        context.set_line_width(if is_selected { BAND + 5.0 } else { BAND });
        let (x, y) = geometry::middle();
        context.move_to(x + RING * from.cos(), y + RING * from.sin());
        context.arc(x, y, RING, from, to)
    })?;
    surface.context.set_global_alpha(1.0);
    if points.len() <= MOST_GAPS {
        surface.context.set_stroke_style_str(&surface.palette.paper);
        surface.context.set_line_width(1.5);
        for point in points {
            line(surface, point.position, RING - BAND, RING + BAND);
        }
    }
    Ok(())
}

fn arc(surface: &Surface, from: f64, to: f64) -> Result<(), JsValue> {
    let (x, y) = geometry::middle();
    surface.context.begin_path();
    surface.context.arc(x, y, RING, from, to)?;
    surface.context.stroke();
    Ok(())
}

/// The position in the middle of a direction.
fn middle_of(direction: usize) -> u64 {
    let width = u64::MAX / DIRECTIONS as u64;
    direction as u64 * width + width / 2
}

/// The hashes of the keys, just outside the band.
fn draw_key_marks(surface: &Surface, frame: &Frame) {
    surface.context.set_stroke_style_str(&surface.palette.muted);
    surface.context.set_line_width(1.0);
    surface.context.set_global_alpha(if frame.names.len() > 400 { 0.25 } else { 0.8 });
    surface.context.begin_path();
    for key in frame.names.iter() {
        let (x0, y0) = geometry::place(key.position, RING + BAND / 2.0 + 2.5);
        let (x1, y1) = geometry::place(key.position, RING + BAND / 2.0 + 7.5);
        surface.context.move_to(x0, y0);
        surface.context.line_to(x1, y1);
    }
    surface.context.stroke();
    surface.context.set_global_alpha(1.0);
}

fn line(surface: &Surface, position: u64, inner: f64, outer: f64) {
    let (x0, y0) = geometry::place(position, inner);
    let (x1, y1) = geometry::place(position, outer);
    surface.context.begin_path();
    surface.context.move_to(x0, y0);
    surface.context.line_to(x1, y1);
    surface.context.stroke();
}

fn draw_database(surface: &Surface) -> Result<(), JsValue> {
    let context = surface.context;
    let (x, y) = geometry::middle();
    let (rx, ry, height) = (11.0, 4.0, 15.0);
    context.set_stroke_style_str(&surface.palette.muted);
    context.set_line_width(1.2);
    context.begin_path();
    context.ellipse(x, y - height / 2.0, rx, ry, 0.0, 0.0, TAU)?;
    context.move_to(x - rx, y - height / 2.0);
    context.line_to(x - rx, y + height / 2.0);
    context.ellipse_with_anticlockwise(x, y + height / 2.0, rx, ry, 0.0, TAU / 2.0, 0.0, true)?;
    context.line_to(x + rx, y - height / 2.0);
    context.stroke();
    Ok(())
}

/// The load in each direction: where the keys' own hashes point, in the colour of their owner.
fn draw_bars(surface: &Surface, frame: &Frame) -> Result<(), JsValue> {
    let mut counts = vec![0u32; DIRECTIONS];
    for key in frame.names.iter() {
        counts[(key.position >> (64 - DIRECTIONS.ilog2())) as usize] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    surface.context.set_line_width(TAU * RING / DIRECTIONS as f64 * 0.7);
    let mut bars = Strokes::default();
    for (direction, count) in counts.into_iter().enumerate() {
        let position = middle_of(direction);
        let Some(point) = frame.point_at(position) else { return Ok(()) };
        let length = f64::from(count) / f64::from(most) * LONGEST_BAR;
        bars.add(frame.points()[point].shard, None, (position, length));
    }
    bars.stroke(surface, |surface, _, (position, length)| {
        let (x0, y0) = geometry::place(position, PILE_TOP - length);
        let (x1, y1) = geometry::place(position, PILE_TOP);
        surface.context.move_to(x0, y0);
        surface.context.line_to(x1, y1);
        Ok(())
    })
}

/// Strokes by colour, so that each colour is set, and stroked, once.
struct Strokes<T>([Vec<T>; HUES], Option<(usize, Vec<T>)>);

impl<T> Default for Strokes<T> {
    fn default() -> Self {
        Strokes(std::array::from_fn(|_| Vec::new()), None)
    }
}

impl<T: Copy> Strokes<T> {
    fn add(&mut self, shard: ShardId, selected: Option<ShardId>, stroke: T) {
        let hue = Sign::nth(shard.0).hue();
        if selected == Some(shard) {
            self.1.get_or_insert((hue, Vec::new())).1.push(stroke);
        } else {
            self.0[hue].push(stroke);
        }
    }

    /// Adds each stroke to the path of its colour; the selected shard's come last, over the others.
    fn stroke(
        &self,
        surface: &Surface,
        add: impl Fn(&Surface, bool, T) -> Result<(), JsValue>,
    ) -> Result<(), JsValue> {
        let plain = self.0.iter().enumerate().map(|(hue, strokes)| (hue, strokes, false));
        let selected = self.1.iter().map(|(hue, strokes)| (*hue, strokes, true));
        for (hue, strokes, is_selected) in plain.chain(selected) {
            if strokes.is_empty() {
                continue;
            }
            surface.context.set_stroke_style_str(&surface.palette.hues[hue]);
            surface.context.begin_path();
            for stroke in strokes {
                add(surface, is_selected, *stroke)?;
            }
            surface.context.stroke();
        }
        Ok(())
    }
}

fn draw_dots(surface: &Surface, frame: &Frame, is_reduced: bool) -> Result<(), JsValue> {
    let shapes = CanvasShapes::new();
    let keys: Vec<KeyView> = frame.keys().collect();
    let (seats, ranks) = Seats::new(frame, &keys);
    // Travellers last, so that they pass over those at rest.
    for pass in [false, true] {
        for (number, key) in keys.iter().enumerate().filter(|(_, it)| it.journey.is_some() == pass)
        {
            let (Some(shard), Some(point)) = (key.shard, key.point) else { continue };
            let seat = seats.seat(ranks[number], point, frame.points()[point].position);
            let place = match (key.journey, geometry::departure(frame, number, key)) {
                (Some(journey), Some(from)) => {
                    let progress = if is_reduced { 0.0 } else { journey.progress };
                    geometry::on_the_way(from, seat, progress)
                }
                _ => seat,
            };
            surface.context.set_fill_style_str(hue(surface, shard));
            let radius = if pass { DOT + 1.2 } else { DOT };
            shapes.fill(surface.context, Sign::nth(shard.0), place, radius)?;
        }
    }
    Ok(())
}

/// The shards and their names, which a page lays over the canvas, for a picture without a page.
pub fn draw_signs(surface: &Surface, frame: &Frame) {
    let shapes = CanvasShapes::new();
    let context = surface.context;
    context.set_text_align("center");
    context.set_text_baseline("middle");
    context.set_font("600 13px system-ui, sans-serif");
    for point in frame.points().iter().filter(|_| frame.points().len() <= CROWD) {
        context.set_fill_style_str(hue(surface, point.shard));
        let place = geometry::place(point.position, RING);
        // As in `draw`, all numbers are finite.
        let _ = shapes.fill(context, Sign::nth(point.shard.0), place, 10.5);
        let (x, y) = geometry::place(point.position, NAMES);
        context.set_fill_style_str(&surface.palette.ink);
        let _ = context.fill_text(&shard_name(point.shard), x, y);
    }
}

/// The way of a looked-up key: a needle at its hash, then clockwise to the point it belongs to.
fn draw_way(surface: &Surface, frame: &Frame, position: u64) -> Result<(), JsValue> {
    surface.context.set_stroke_style_str(&surface.palette.ink);
    surface.context.set_line_width(2.0);
    line(surface, position, PILE_TOP - 4.0, RING + BAND / 2.0 + 14.0);
    let Some(point) = frame.point_at(position) else { return Ok(()) };
    let (x, y) = geometry::middle();
    let from = geometry::angle(position);
    let to = geometry::angle(frame.points()[point].position);
    surface.context.begin_path();
    surface.context.arc(x, y, PILE_TOP - 4.0, from, if to < from { to + TAU } else { to })?;
    surface.context.stroke();
    Ok(())
}
