//! What the drawings of all labs are made of: rectangles, lengths, signs and marks at places, in CSS pixels.

use super::glyph::Sign;
use yew::prelude::*;

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// The left edge.
    pub x: f64,
    /// The upper edge.
    pub y: f64,
    /// How wide.
    pub width: f64,
    /// How high.
    pub height: f64,
}

impl Rect {
    /// The right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// The lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// The middle, from left to right.
    pub fn middle(&self) -> f64 {
        self.x + self.width / 2.0
    }

    /// Slanted lines across it, so far apart: a ground that is told from others without colour.
    pub fn hatch(&self, apart: f64) -> String {
        let mut path = String::new();
        let mut offset = apart / 2.0;
        while offset < self.width + self.height {
            // From the lower left to the upper right, cut at the edges.
            let (x0, y0) =
                (self.x + offset.min(self.width), self.y + (offset - self.width).max(0.0));
            let (x1, y1) =
                (self.x + (offset - self.height).max(0.0), self.y + offset.min(self.height));
            path += &format!("M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}");
            offset += apart;
        }
        path
    }
}

/// A length for an attribute.
pub fn px(length: f64) -> String {
    format!("{length:.1}")
}

/// A sign at a place, so many pixels in radius.
pub fn sign_at(sign: Sign, (x, y): (f64, f64), radius: f64) -> Html {
    html! {
        <path class={sign.class()} d={sign.path()} vector-effect="non-scaling-stroke"
            transform={format!("translate({x:.1} {y:.1}) scale({radius})")} />
    }
}

/// A mark of a class at a place, so many pixels in radius. What a copy of the picture needs besides colours
/// stands here and not in the style sheet.
pub fn mark_at(
    class: impl Into<AttrValue>,
    path: &'static str,
    (x, y): (f64, f64),
    radius: f64,
) -> Html {
    let class: AttrValue = class.into();
    html! {
        <path {class} d={path} fill-rule="evenodd" vector-effect="non-scaling-stroke"
            transform={format!("translate({x:.1} {y:.1}) scale({radius})")} />
    }
}

/// A text in lines of so many letters each, at most `most` of them; what is left over is cut. A word that is longer than a
/// line stays whole.
pub fn wrap(text: &str, letters: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_wrapped_and_cut() {
        let text = "dies after telling one participant to commit";
        assert_eq!(wrap(text, 23, 2), ["dies after telling one", "participant to commit"]);
        assert_eq!(wrap(text, 23, 1), ["dies after telling one…"]);
    }

    #[test]
    fn a_hatch_stays_within_its_rectangle() {
        let rect = Rect { x: 10.0, y: 20.0, width: 30.0, height: 40.0 };
        let path = rect.hatch(7.0);
        let numbers = path.split(['M', 'L', ' ']).filter_map(|text| text.parse::<f64>().ok());
        let numbers: Vec<f64> = numbers.collect();
        assert!(numbers.len() > 20);
        for place in numbers.chunks(2) {
            assert!((10.0..=40.0).contains(&place[0]) && (20.0..=60.0).contains(&place[1]));
        }
    }
}
