//! A canvas that is drawn outside the virtual DOM, by whoever ticks, and only while it is in view.

use crate::theme::EffectiveTheme;
use js_sys::Array;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use web_sys::{
    CanvasRenderingContext2d, HtmlCanvasElement, IntersectionObserver, IntersectionObserverEntry,
    ResizeObserver,
};
use yew::prelude::*;

type Listener = dyn Fn();

/// Tells whoever subscribed that it is time to draw.
#[derive(Clone, Default)]
pub struct Ticker(Rc<RefCell<Vec<Weak<Listener>>>>);

impl PartialEq for Ticker {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Ticker {
    /// Calls `listener` at every tick until it is dropped.
    pub fn subscribe(&self, listener: &Rc<Listener>) {
        self.0.borrow_mut().push(Rc::downgrade(listener));
    }

    /// Calls everybody who is still there.
    pub fn tick(&self) {
        self.0.borrow_mut().retain(|listener| listener.strong_count() > 0);
        let listeners: Vec<_> = self.0.borrow().iter().filter_map(Weak::upgrade).collect();
        for listener in listeners {
            listener();
        }
    }
}

/// The colours of the present theme, read from the style sheet: Rust never names one.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    /// Text and outlines.
    pub ink: String,
    /// Text of lesser weight.
    pub muted: String,
    /// The ground.
    pub paper: String,
    /// Hairlines.
    pub line: String,
    /// The colours of things, in the order of the tokens.
    pub hues: [String; 6],
}

impl Palette {
    /// Reads the style sheet.
    pub fn read() -> Self {
        let root = gloo::utils::document_element();
        let style = gloo::utils::window().get_computed_style(&root).ok().flatten();
        let token = |name: &str| {
            let value = style.as_ref().and_then(|it| it.get_property_value(name).ok());
            value.unwrap_or_default().trim().to_owned()
        };
        Palette {
            ink: token("--ink"),
            muted: token("--ink-muted"),
            paper: token("--paper"),
            line: token("--line"),
            hues: std::array::from_fn(|index| token(&format!("--hue-{index}"))),
        }
    }
}

/// What a painter draws on; lengths are in CSS pixels.
pub struct Surface<'a> {
    /// Cleared, and scaled to the screen's resolution.
    pub context: &'a CanvasRenderingContext2d,
    /// The width.
    pub width: f64,
    /// The height.
    pub height: f64,
    /// The colours.
    pub palette: &'a Palette,
}

/// Draws a whole picture.
#[derive(Clone)]
pub struct Painter(Rc<dyn Fn(&Surface)>);

impl Painter {
    /// A painter; equal only to its own clones.
    pub fn new(paint: impl Fn(&Surface) + 'static) -> Self {
        Painter(Rc::new(paint))
    }
}

impl PartialEq for Painter {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What a stage needs.
#[derive(Properties, PartialEq)]
pub struct StageProps {
    /// What is to be seen, for those who cannot see it.
    pub label: AttrValue,
    /// Decides about the size.
    #[prop_or_default]
    pub class: Classes,
    /// When to draw, besides changes of size and theme.
    pub ticker: Ticker,
    /// What to draw.
    pub painter: Painter,
    /// Told when the stage comes into view and when it leaves.
    #[prop_or_default]
    pub on_visible: Callback<bool>,
    /// Laid over the canvas.
    #[prop_or_default]
    pub children: Html,
}

/// A canvas with something laid over it.
#[component]
pub fn Stage(props: &StageProps) -> Html {
    let node = use_node_ref();
    let theme = use_context::<EffectiveTheme>();
    let is_visible = use_memo((), |()| Rc::new(Cell::new(false)));
    {
        let canvas = node.clone();
        let is_visible = (*is_visible).clone();
        let deps = (props.painter.clone(), props.ticker.clone(), theme);
        use_effect_with(deps, move |(painter, ticker, _)| {
            let painting = Painting::new(canvas, painter.clone(), is_visible);
            ticker.subscribe(&painting.listener);
            (painting.listener)();
            move || drop(painting)
        });
    }
    {
        let canvas = node.clone();
        let on_visible = props.on_visible.clone();
        let ticker = props.ticker.clone();
        let is_visible = (*is_visible).clone();
        use_effect_with((), move |()| {
            let seen = is_visible.clone();
            let told = on_visible.clone();
            let watch = Watch::new(&canvas, move |now_visible| {
                if seen.replace(now_visible) != now_visible {
                    told.emit(now_visible);
                    ticker.tick();
                }
            });
            move || {
                drop(watch);
                if is_visible.replace(false) {
                    on_visible.emit(false);
                }
            }
        });
    }
    html! {
        <div class={classes!("stage", props.class.clone())}>
            <canvas ref={node.clone()} role="img" aria-label={props.label.clone()} />
            { props.children.clone() }
        </div>
    }
}

/// A painter at work on a canvas, and the observer of its size.
struct Painting {
    listener: Rc<Listener>,
    observer: Option<ResizeObserver>,
    _on_resize: Closure<dyn Fn()>,
}

impl Painting {
    fn new(canvas: NodeRef, painter: Painter, is_visible: Rc<Cell<bool>>) -> Self {
        let palette = Palette::read();
        let element = canvas.cast::<HtmlCanvasElement>();
        let for_listener = element.clone();
        let listener: Rc<Listener> = Rc::new(move || {
            if is_visible.get()
                && let Some(canvas) = &for_listener
            {
                paint(canvas, &painter, &palette);
            }
        });
        let again = listener.clone();
        let on_resize = Closure::<dyn Fn()>::new(move || again());
        let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
        }
        Painting { listener, observer, _on_resize: on_resize }
    }
}

impl Drop for Painting {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

fn paint(canvas: &HtmlCanvasElement, painter: &Painter, palette: &Palette) {
    let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    let scale = gloo::utils::window().device_pixel_ratio();
    let (pixels_wide, pixels_high) = ((width * scale) as u32, (height * scale) as u32);
    if pixels_wide == 0 || pixels_high == 0 {
        return;
    }
    if (canvas.width(), canvas.height()) != (pixels_wide, pixels_high) {
        canvas.set_width(pixels_wide);
        canvas.set_height(pixels_high);
    }
    let Ok(Some(context)) = canvas.get_context("2d") else { return };
    let Ok(context) = context.dyn_into::<CanvasRenderingContext2d>() else { return };
    // Neither can fail with finite numbers.
    let _ = context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0);
    context.clear_rect(0.0, 0.0, width, height);
    (painter.0)(&Surface { context: &context, width, height, palette });
}

/// Tells when an element comes into view and when it leaves, until it is dropped.
pub struct Watch {
    observer: Option<IntersectionObserver>,
    _on_change: Closure<dyn Fn(Array)>,
}

impl Watch {
    /// Watches an element.
    pub fn new(element: &NodeRef, on_change: impl Fn(bool) + 'static) -> Self {
        let on_change = Closure::<dyn Fn(Array)>::new(move |entries: Array| {
            let last = entries.get(entries.length().saturating_sub(1));
            if let Ok(entry) = last.dyn_into::<IntersectionObserverEntry>() {
                on_change(entry.is_intersecting());
            }
        });
        let observer = IntersectionObserver::new(on_change.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, element.cast::<web_sys::Element>()) {
            observer.observe(&element);
        }
        Watch { observer, _on_change: on_change }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
