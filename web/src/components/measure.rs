//! How wide an element is, and whether it is in view. A picture is laid out in the pixels of the screen, so
//! that its letters are as large on a telephone as on a desk.

use super::stage::Watch;
use crate::player::Player;
use playground_core::sim::Simulation;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// The width assumed until there is something to measure.
const FIRST_GUESS: f64 = 640.0;

/// The width of an element in CSS pixels; rendered again when it changes.
#[hook]
pub fn use_width(node: &NodeRef) -> f64 {
    let width = use_state_eq(|| FIRST_GUESS);
    let setter = width.setter();
    let node = node.clone();
    use_effect_with((), move |()| {
        let element = node.cast::<Element>();
        let measured = element.clone();
        let on_resize = Closure::<dyn Fn()>::new(move || {
            let width = measured.as_ref().map_or(0, Element::client_width);
            // What is not displayed keeps the width it had.
            if width > 0 {
                setter.set(f64::from(width));
            }
        });
        let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(on_resize);
        }
    });
    *width
}

/// Renders again at every tick of a player while an element is in view, and lets the player's time stand
/// while it is not.
#[hook]
pub fn use_seen<S: Simulation>(node: &NodeRef, player: &Player<S>) {
    let update = use_force_update();
    let (node, ticker, on_visible) = (node.clone(), player.ticker(), player.on_visible());
    use_effect_with(ticker, move |ticker| {
        let is_visible = Rc::new(Cell::new(false));
        let listener: Rc<dyn Fn()> = {
            let is_visible = is_visible.clone();
            Rc::new(move || {
                if is_visible.get() {
                    update.force_update();
                }
            })
        };
        ticker.subscribe(&listener);
        let watch = {
            let (is_visible, on_visible, ticker) =
                (is_visible.clone(), on_visible.clone(), ticker.clone());
            Watch::new(&node, move |now_visible| {
                if is_visible.replace(now_visible) != now_visible {
                    on_visible.emit(now_visible);
                    ticker.tick();
                }
            })
        };
        move || {
            drop((watch, listener));
            if is_visible.replace(false) {
                on_visible.emit(false);
            }
        }
    });
}
