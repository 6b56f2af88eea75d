//! Data taken home as a file.

use super::stage::Palette;
use gloo::timers::callback::Timeout;
use gloo::utils::{body, document};
use js_sys::{Array, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, Url,
};
use yew::prelude::*;

/// How long the address of a file is kept. Some browsers read it only after the click has returned.
const KEPT_MS: u32 = 10_000;

/// Gives `bytes` to the reader as a file with this name and media type. It does nothing where the browser
/// does not let it.
pub fn download(name: &str, mime: &str, bytes: &[u8]) {
    // Each step fails only if the browser forbids it, and then it tells the reader itself.
    let _ = try_download(name, mime, bytes);
}

fn try_download(name: &str, mime: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    let parts = Array::of1(&Uint8Array::from(bytes));
    give(name, &Blob::new_with_u8_array_sequence_and_options(&parts, &options)?)
}

/// Gives what a canvas shows to the reader as a PNG with this name, on the paper of the present theme.
pub fn download_canvas(name: &str, canvas: &HtmlCanvasElement) {
    let name = name.to_owned();
    let on_blob = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            let _ = give(&name, &blob);
        }
    });
    // As above; and a canvas of no size gives no picture.
    let _ = on_paper(canvas).and_then(|picture| picture.to_blob(on_blob.unchecked_ref()));
}

/// A copy with an opaque ground: what is drawn for a dark page cannot be read on a white one.
fn on_paper(canvas: &HtmlCanvasElement) -> Result<HtmlCanvasElement, JsValue> {
    let copy: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    let (width, height) = (canvas.width(), canvas.height());
    copy.set_width(width);
    copy.set_height(height);
    if let Some(context) = copy.get_context("2d")? {
        let context: CanvasRenderingContext2d = context.unchecked_into();
        context.set_fill_style_str(&Palette::read().paper);
        context.fill_rect(0.0, 0.0, f64::from(width), f64::from(height));
        context.draw_image_with_html_canvas_element(canvas, 0.0, 0.0)?;
    }
    Ok(copy)
}

fn give(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let anchor: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    anchor.set_href(&url);
    anchor.set_download(name);
    body().append_child(&anchor)?;
    anchor.click();
    anchor.remove();
    Timeout::new(KEPT_MS, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}

/// What a download button needs.
#[derive(Properties, PartialEq)]
pub struct DownloadButtonProps {
    /// What it gives, for example `Table as CSV`.
    pub label: AttrValue,
    /// Makes the file, only when it is asked for, and calls [`download`].
    pub on_click: Callback<MouseEvent>,
}

/// A button that gives a file.
#[component]
pub fn DownloadButton(props: &DownloadButtonProps) -> Html {
    html! {
        <button type="button" class="download" onclick={props.on_click.clone()}>
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
                <path d="M7 1h2v6.5h3.5L8 12 3.5 7.5H7zM2 13h12v2H2z" />
            </svg>
            { props.label.clone() }
        </button>
    }
}

/// Gives what a frame holds to the reader, as a CSV file with this name.
pub fn on_csv<F: 'static>(
    name: &'static str,
    frame: &Rc<F>,
    write: fn(&F) -> String,
) -> Callback<MouseEvent> {
    let frame = frame.clone();
    Callback::from(move |_| download(name, "text/csv", write(&frame).as_bytes()))
}
