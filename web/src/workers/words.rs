//! Words of a `SharedArrayBuffer`, which the page and its workers share: the core's shared memory in a browser.

use js_sys::{Int32Array, SharedArrayBuffer};
use playground_core::shared_memory::{SharedMemory, Waited};
use wasm_bindgen::prelude::*;

/// Of `js_sys::Atomics` every function can fail, for which each call is made by way of a JavaScript function that
/// catches what is thrown. These throw, too, if an index is beyond the end; but that is a mistake in the program, and
/// may end it.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Atomics, js_name = load)]
    fn load(words: &Int32Array, at: u32) -> i32;
    #[wasm_bindgen(js_namespace = Atomics, js_name = store)]
    fn store(words: &Int32Array, at: u32, value: i32);
    #[wasm_bindgen(js_namespace = Atomics, js_name = add)]
    fn add(words: &Int32Array, at: u32, value: i32) -> i32;
    #[wasm_bindgen(js_namespace = Atomics, js_name = or)]
    fn or(words: &Int32Array, at: u32, value: i32) -> i32;
    #[wasm_bindgen(js_namespace = Atomics, js_name = exchange)]
    fn exchange(words: &Int32Array, at: u32, value: i32) -> i32;
    #[wasm_bindgen(js_namespace = Atomics, js_name = compareExchange)]
    fn compare_exchange(words: &Int32Array, at: u32, expected: i32, replacement: i32) -> i32;
    #[wasm_bindgen(js_namespace = Atomics, js_name = wait)]
    fn wait(words: &Int32Array, at: u32, expected: i32, at_most_ms: f64) -> JsValue;
    #[wasm_bindgen(js_namespace = Atomics, js_name = notify)]
    fn notify(words: &Int32Array, at: u32, at_most: u32) -> u32;
}

/// Words that can be sent to another thread, which then sees the same ones.
#[derive(Clone, Debug)]
pub struct Words(Int32Array);

impl Words {
    /// So many words, all 0. To be called only where memory can be shared (`isolation.rs`).
    pub fn new(words: usize) -> Self {
        let bytes = u32::try_from(words * size_of::<u32>()).unwrap_or(u32::MAX);
        Words(Int32Array::new(&SharedArrayBuffer::new(bytes)))
    }

    /// As they are sent.
    pub fn as_js(&self) -> &JsValue {
        &self.0
    }

    /// As they were received; none if that is something else.
    pub fn from_js(received: &JsValue) -> Option<Self> {
        let words: &Int32Array = received.dyn_ref()?;
        words.buffer().is_instance_of::<SharedArrayBuffer>().then(|| Words(words.clone()))
    }
}

impl SharedMemory for Words {
    fn words(&self) -> usize {
        self.0.length() as usize
    }

    fn load(&self, at: usize) -> u32 {
        load(&self.0, at as u32) as u32
    }

    fn store(&self, at: usize, value: u32) {
        store(&self.0, at as u32, value as i32);
    }

    fn add(&self, at: usize, delta: u32) -> u32 {
        add(&self.0, at as u32, delta as i32) as u32
    }

    fn or(&self, at: usize, bits: u32) -> u32 {
        or(&self.0, at as u32, bits as i32) as u32
    }

    fn exchange(&self, at: usize, value: u32) -> u32 {
        exchange(&self.0, at as u32, value as i32) as u32
    }

    fn compare_exchange(&self, at: usize, expected: u32, replacement: u32) -> u32 {
        compare_exchange(&self.0, at as u32, expected as i32, replacement as i32) as u32
    }

    fn wait(&self, at: usize, expected: u32, at_most_ms: Option<f64>) -> Waited {
        let at_most_ms = at_most_ms.unwrap_or(f64::INFINITY);
        let waited = wait(&self.0, at as u32, expected as i32, at_most_ms);
        if waited == "ok" {
            Waited::Woken
        } else if waited == "timed-out" {
            Waited::TimedOut
        } else {
            Waited::NotEqual
        }
    }

    fn notify(&self, at: usize, at_most: u32) -> u32 {
        notify(&self.0, at as u32, at_most)
    }

    fn plain_load(&self, at: usize) -> u32 {
        self.0.get_index(at as u32) as u32
    }

    fn plain_store(&self, at: usize, value: u32) {
        self.0.set_index(at as u32, value as i32);
    }
}
