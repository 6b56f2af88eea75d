//! A drawing of the page as a file of its own: what the style sheet says is written into each shape.

use super::download::download;
use gloo::utils::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleDeclaration, Element, XmlSerializer};
use yew::prelude::*;

/// What the style sheet may say about a shape or a text.
const PROPERTIES: [&str; 16] = [
    "display",
    "visibility",
    "opacity",
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-opacity",
    "font-family",
    "font-size",
    "font-weight",
    "text-anchor",
    "dominant-baseline",
    "paint-order",
];
const NAMESPACE: &str = "http://www.w3.org/2000/svg";

/// The drawings that a selector finds, one below the other, on the paper of the present theme; none if it
/// finds nothing.
fn svg_of(selector: &str) -> Option<String> {
    try_svg_of(selector).ok().flatten()
}

/// Gives the drawings that a selector finds to the reader, as an SVG file with this name.
pub fn on_svg(name: &'static str, selector: &'static str) -> Callback<MouseEvent> {
    Callback::from(move |_| {
        if let Some(text) = svg_of(selector) {
            download(name, "image/svg+xml", text.as_bytes());
        }
    })
}

fn try_svg_of(selector: &str) -> Result<Option<String>, JsValue> {
    let found = document().query_selector_all(selector)?;
    let sheet = document().create_element_ns(Some(NAMESPACE), "svg")?;
    let ground = document().create_element_ns(Some(NAMESPACE), "rect")?;
    set(&ground, &[("width", "100%"), ("height", "100%")])?;
    if let Some(style) = window().get_computed_style(&gloo::utils::document_element())? {
        ground.set_attribute("fill", style.get_property_value("--paper")?.trim())?;
    }
    sheet.append_child(&ground)?;
    let (mut width, mut height) = (0.0_f64, 0.0);
    for index in 0..found.length() {
        let Some(drawing) = found.get(index).and_then(|it| it.dyn_into::<Element>().ok()) else {
            continue;
        };
        let copy: Element = drawing.clone_node_with_deep(true)?.unchecked_into();
        write_styles(&drawing, &copy)?;
        let rect = drawing.get_bounding_client_rect();
        let (wide, high) = (format!("{:.0}", rect.width()), format!("{:.0}", rect.height()));
        set(&copy, &[("y", &format!("{height:.0}")), ("width", &wide), ("height", &high)])?;
        sheet.append_child(&copy)?;
        width = width.max(rect.width());
        height += rect.height();
    }
    if height == 0.0 {
        return Ok(None);
    }
    let (wide, high) = (format!("{width:.0}"), format!("{height:.0}"));
    set(&sheet, &[("width", &wide), ("height", &high)])?;
    XmlSerializer::new()?.serialize_to_string(&sheet).map(Some)
}

fn set(element: &Element, attributes: &[(&str, &str)]) -> Result<(), JsValue> {
    attributes.iter().try_for_each(|(name, value)| element.set_attribute(name, value))
}

/// Writes the computed styles of an element and everything in it into its copy.
fn write_styles(original: &Element, copy: &Element) -> Result<(), JsValue> {
    if let Some(style) = window().get_computed_style(original)? {
        write_style(&style, copy)?;
    }
    copy.remove_attribute("class")?;
    let mut next = original.first_element_child().zip(copy.first_element_child());
    while let Some((original, copy)) = next {
        write_styles(&original, &copy)?;
        next = original.next_element_sibling().zip(copy.next_element_sibling());
    }
    Ok(())
}

fn write_style(style: &CssStyleDeclaration, copy: &Element) -> Result<(), JsValue> {
    for property in PROPERTIES {
        let value = style.get_property_value(property)?;
        if !value.is_empty() {
            copy.set_attribute(property, &value)?;
        }
    }
    Ok(())
}
