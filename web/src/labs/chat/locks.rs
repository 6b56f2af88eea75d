//! Web Locks: a name that one document at a time can hold, given back by the browser when the document is
//! gone, however it went. So a tab knows which others are alive.

use js_sys::{Function, Object, Promise, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// What came of asking for a lock.
pub enum Asked {
    /// It is held until this value is dropped, or the document is gone.
    Held(Held),
    /// Another document holds it.
    Taken,
    /// This browser has no locks, or not here: they need a secure context.
    Unknown,
}

/// A lock that is held.
pub struct Held {
    release: Function,
}

impl Drop for Held {
    fn drop(&mut self) {
        // Resolving a promise that is resolved does nothing.
        let _ = self.release.call0(&JsValue::NULL);
    }
}

/// Asks for a lock, and does not wait for it.
pub async fn ask(name: &str) -> Asked {
    match try_ask(name) {
        Some(answer) => {
            let release = JsFuture::from(answer).await.ok().and_then(|it| it.dyn_into().ok());
            release.map_or(Asked::Taken, |release| Asked::Held(Held { release }))
        }
        None => Asked::Unknown,
    }
}

/// A promise of the function that releases the lock, or of nothing if somebody else has it.
fn try_ask(name: &str) -> Option<Promise> {
    let navigator = gloo::utils::window().navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &true.into()).ok()?;
    let answer = Rc::new(RefCell::new(None));
    let promise = Promise::new(&mut |resolve, _| {
        answer.replace(Some(resolve));
    });
    let on_lock = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        let Some(answer) = answer.take() else { return JsValue::UNDEFINED };
        if lock.is_null() || lock.is_undefined() {
            let _ = answer.call1(&JsValue::NULL, &JsValue::NULL);
            return JsValue::UNDEFINED;
        }
        // The browser holds the lock until this promise is resolved.
        Promise::new(&mut |release, _| {
            let _ = answer.call1(&JsValue::NULL, &release);
        })
        .into()
    });
    request.call3(&locks, &name.into(), &options, &on_lock).ok()?;
    Some(promise)
}
