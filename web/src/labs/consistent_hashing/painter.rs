//! Draws the dense part of the figure on a canvas: arcs, key marks, dots at rest and under way.

use super::geometry::{self, BAND, DOT, RING, SIDE, Seats};
use crate::components::{CanvasShapes, Sign, Surface};
use playground_core::consistent_hashing::ShardId;
use playground_core::consistent_hashing::lab::{Frame, KeyView};
use std::f64::consts::TAU;
use wasm_bindgen::JsValue;

/// Beyond this many keys a pile is drawn as a bar: single dots could not be told apart.
const MOST_DOTS: usize = 1_500;
/// Beyond this many points the gaps between arcs would hide the arcs.
const MOST_GAPS: usize = 400;

/// Draws a frame. With reduced motion, keys do not travel: they are here, then there.
pub fn draw(surface: &Surface, frame: &Frame, selected: Option<ShardId>, is_reduced: bool) {
    // Canvas calls fail only on numbers that are not finite, and there are none here.
    let _ = try_draw(surface, frame, selected, is_reduced);
}

fn try_draw(
    surface: &Surface,
    frame: &Frame,
    selected: Option<ShardId>,
    is_reduced: bool,
) -> Result<(), JsValue> {
    let side = surface.width.min(surface.height);
    surface.context.scale(side / SIDE, side / SIDE)?;
    draw_arcs(surface, frame, selected)?;
    draw_key_marks(surface, frame);
    draw_database(surface)?;
    let seats = Seats::new(frame);
    if frame.keys.len() > MOST_DOTS {
        draw_bars(surface, frame, &seats);
        return Ok(());
    }
    draw_dots(surface, frame, &seats, is_reduced)
}

fn hue<'a>(surface: &'a Surface, shard: ShardId) -> &'a str {
    &surface.palette.hues[Sign::nth(shard.0).hue()]
}

fn draw_arcs(surface: &Surface, frame: &Frame, selected: Option<ShardId>) -> Result<(), JsValue> {
    let context = surface.context;
    let (x, y) = geometry::middle();
    if frame.points.is_empty() {
        context.set_stroke_style_str(&surface.palette.line);
        context.set_line_width(BAND);
        context.begin_path();
        context.arc(x, y, RING, 0.0, TAU)?;
        context.stroke();
        return Ok(());
    }
    for point in &frame.points {
        let is_selected = selected == Some(point.shard);
        context.set_global_alpha(if selected.is_none() || is_selected { 1.0 } else { 0.55 });
        context.set_stroke_style_str(hue(surface, point.shard));
        context.set_line_width(if is_selected { BAND + 5.0 } else { BAND });
        context.begin_path();
        let (from, to) = (geometry::angle(point.arc_from), geometry::angle(point.position));
        let whole = frame.points.len() == 1;
        context.arc(x, y, RING, if whole { to - TAU } else { from }, to)?;
        context.stroke();
    }
    context.set_global_alpha(1.0);
    if frame.points.len() <= MOST_GAPS {
        context.set_stroke_style_str(&surface.palette.paper);
        context.set_line_width(1.5);
        for point in &frame.points {
            line(surface, point.position, RING - BAND, RING + BAND);
        }
    }
    Ok(())
}

/// The hashes of the keys, just outside the band.
fn draw_key_marks(surface: &Surface, frame: &Frame) {
    surface.context.set_stroke_style_str(&surface.palette.muted);
    surface.context.set_line_width(1.0);
    surface.context.set_global_alpha(if frame.names.len() > 400 { 0.25 } else { 0.8 });
    for key in frame.names.iter() {
        line(surface, key.position, RING + BAND / 2.0 + 2.5, RING + BAND / 2.0 + 7.5);
    }
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

fn draw_bars(surface: &Surface, frame: &Frame, seats: &Seats) {
    let most = (0..frame.points.len()).map(|point| seats.count(point)).max().unwrap_or(0).max(1);
    let width = (TAU * RING / frame.points.len().max(1) as f64 * 0.6).clamp(0.5, 8.0);
    surface.context.set_line_width(width);
    for (index, point) in frame.points.iter().enumerate() {
        let length = f64::from(seats.count(index)) / f64::from(most) * (RING - 60.0);
        surface.context.set_stroke_style_str(hue(surface, point.shard));
        line(surface, point.position, RING - 14.0 - length, RING - 14.0);
    }
}

fn draw_dots(
    surface: &Surface,
    frame: &Frame,
    seats: &Seats,
    is_reduced: bool,
) -> Result<(), JsValue> {
    let shapes = CanvasShapes::new();
    let under_way = |key: &KeyView| key.journey.is_some();
    // Travellers last, so that they pass over those at rest.
    for pass in [false, true] {
        for (index, key) in frame.keys.iter().enumerate().filter(|(_, it)| under_way(it) == pass) {
            let (Some(shard), Some(point)) = (key.shard, key.point) else { continue };
            let seat = seats.seat(index, point, &frame.points);
            let place = match (key.journey, geometry::departure(frame, index)) {
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
