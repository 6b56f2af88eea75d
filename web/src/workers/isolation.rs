//! Whether the page may share memory with its workers.

use wasm_bindgen::JsValue;

/// Whether memory can be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// It can: the page is alone in its process.
    Isolated,
    /// It cannot; why.
    Not(&'static str),
}

/// Whether memory can be shared here. A browser shares it only with a page whose server asks for it by two headers,
/// which keep windows and resources of other origins out of its process: memory that threads share makes for a clock
/// that is exact enough to read other memory by (Spectre).
pub fn isolation() -> Isolation {
    let get = |name: &str| {
        js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str(name)).unwrap_or_default()
    };
    if !get("isSecureContext").is_truthy() {
        return Isolation::Not(
            "this page came neither over HTTPS nor from this very machine, and browsers share memory only then",
        );
    }
    if !get("crossOriginIsolated").is_truthy() {
        return Isolation::Not(
            "this page came without the headers Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy, \
             and browsers share memory only with them",
        );
    }
    if !get("SharedArrayBuffer").is_function() {
        return Isolation::Not("this browser has no SharedArrayBuffer");
    }
    Isolation::Isolated
}
