//! The worker's clock.

use wasm_bindgen::JsCast;
use web_sys::WorkerGlobalScope;

/// Milliseconds since the worker was started.
pub fn now_ms() -> f64 {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    scope.performance().map_or(0.0, |clock| clock.now())
}
