//! The clock of the page and of its workers.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::Performance;

/// A clock that can be read often: what it is read from is looked up once.
pub struct Clock {
    performance: Option<Performance>,
    begun_ms: f64,
}

impl Clock {
    /// A clock that began then, in milliseconds since 1970: what [`since_1970_ms`] said somewhere else.
    pub fn since(begun_ms: f64) -> Self {
        let performance = performance();
        // Each thread counts from its own beginning.
        let origin_ms = performance.as_ref().map_or(0.0, Performance::time_origin);
        Clock { performance, begun_ms: begun_ms - origin_ms }
    }

    /// Microseconds since it began.
    pub fn now_us(&self) -> u64 {
        let now_ms = self.performance.as_ref().map_or(0.0, Performance::now);
        // A cast to an unsigned number ends at 0.
        ((now_ms - self.begun_ms) * 1_000.0) as u64
    }
}

/// Milliseconds since this thread was started.
pub fn now_ms() -> f64 {
    performance().map_or(0.0, |clock| clock.now())
}

/// Milliseconds since 1970, by a clock that never jumps and that all threads of the page share.
pub fn since_1970_ms() -> f64 {
    performance().map_or(0.0, |clock| clock.time_origin() + clock.now())
}

/// Both the page and a worker have one, but not the same type.
fn performance() -> Option<Performance> {
    let key = JsValue::from_str("performance");
    js_sys::Reflect::get(&js_sys::global(), &key).ok()?.dyn_into().ok()
}
