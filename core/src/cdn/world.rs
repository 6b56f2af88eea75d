//! The map: where a place on the Earth lies on paper, and the outline of the land.
//!
//! The projection is Natural Earth (Tom Patterson, with the polynomials of Šavrič et al., "A Polynomial
//! Equation for the Natural Earth Projection", 2011): multiplications and additions only, so that it is the
//! same everywhere. Only pictures depend on it.

mod outline;

pub use outline::LAND;

/// The width of the map.
pub const WIDTH: f64 = 2_000.0;
/// The height of the part of the map that is worth showing, from Greenland to Cape Horn.
pub const HEIGHT: f64 = 900.0;
/// Where the equator lies, from the top.
pub const EQUATOR: f64 = 520.0;

const RADIANS_PER_DEGREE: f64 = std::f64::consts::PI / 180.0;
/// How far the equator reaches to either side of the middle, in the projection's own units.
const REACH: f64 = std::f64::consts::PI * 0.8707;

/// Where a place lies on the map: to the right of its left edge, and below its top.
///
/// Latitude and longitude are in degrees, north and east positive.
pub fn project(latitude: f64, longitude: f64) -> (f64, f64) {
    let (lambda, phi) = (longitude * RADIANS_PER_DEGREE, latitude * RADIANS_PER_DEGREE);
    let square = phi * phi;
    let fourth = square * square;
    let width = 0.8707 - 0.131979 * square
        + fourth * (-0.013791 + fourth * (0.003971 * square - 0.001529 * fourth));
    let height = 1.007226
        + square * (0.015085 + fourth * (-0.044475 + 0.028874 * square - 0.005916 * fourth));
    let scale = WIDTH / 2.0 / REACH;
    (WIDTH / 2.0 + lambda * width * scale, EQUATOR - phi * height * scale)
}
