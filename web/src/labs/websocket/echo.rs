//! The page's own WebSocket to the echo: what a page can do with one, and all that it is told.

use gloo::events::EventListener;
use gloo::utils::window;
use js_sys::{ArrayBuffer, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};
use yew::prelude::*;

/// What the page is told of its socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// It is being opened.
    Opening,
    /// Messages go through.
    Open,
    /// A message of text.
    Text(String),
    /// A message of bytes: how many.
    Bytes(usize),
    /// The page has asked to close it.
    Closing,
    /// It is closed, cleanly or not.
    Closed {
        /// The code, which the browser makes up where there was none.
        code: u16,
        /// The reason, often empty.
        reason: String,
    },
}

struct Socket {
    socket: WebSocket,
    _listeners: Vec<EventListener>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        // It fails only for codes and reasons, and there are none.
        let _ = self.socket.close();
    }
}

/// A handle on the socket of a component.
#[derive(Clone)]
pub struct Echo {
    socket: Rc<RefCell<Option<Socket>>>,
    on_told: Callback<Told>,
}

impl Echo {
    /// Opens a socket that is watched under this id, instead of the one there was.
    pub fn open(&self, id: &str) {
        self.on_told.emit(Told::Opening);
        let location = window().location();
        let scheme = if location.protocol().is_ok_and(|it| it == "https:") { "wss" } else { "ws" };
        let url = format!("{scheme}://{}/ws/echo?tap={id}", location.host().unwrap_or_default());
        let Ok(socket) = WebSocket::new(&url) else { return };
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on = |name: &'static str, told: fn(&web_sys::Event) -> Option<Told>| {
            let on_told = self.on_told.clone();
            EventListener::new(&socket, name, move |event| {
                if let Some(told) = told(event) {
                    on_told.emit(told);
                }
            })
        };
        let _listeners = vec![
            on("open", |_| Some(Told::Open)),
            on("message", |event| message(event.dyn_ref()?)),
            on("close", |event| event.dyn_ref().map(closed)),
        ];
        self.socket.replace(Some(Socket { socket, _listeners }));
    }

    /// Sends text; nothing happens unless the socket is open.
    pub fn send_text(&self, text: &str) {
        self.with(|socket| drop(socket.send_with_str(text)));
    }

    /// Sends bytes; nothing happens unless the socket is open.
    pub fn send_bytes(&self, bytes: &[u8]) {
        self.with(|socket| drop(socket.send_with_u8_array(bytes)));
    }

    /// Asks to close it with a code that a page may choose: 1000, or 3000 to 4999.
    pub fn close(&self, code: u16, reason: &str) {
        self.with(|socket| {
            if socket.close_with_code_and_reason(code, reason).is_ok() {
                self.on_told.emit(Told::Closing);
            }
        });
    }

    fn with(&self, act: impl FnOnce(&WebSocket)) {
        if let Some(Socket { socket, .. }) = &*self.socket.borrow()
            && socket.ready_state() == WebSocket::OPEN
        {
            act(socket);
        }
    }
}

fn message(event: &MessageEvent) -> Option<Told> {
    let data = event.data();
    match data.as_string() {
        Some(text) => Some(Told::Text(text)),
        None => {
            let buffer = data.dyn_into::<ArrayBuffer>().ok()?;
            Some(Told::Bytes(Uint8Array::new(&buffer).length() as usize))
        }
    }
}

fn closed(event: &CloseEvent) -> Told {
    Told::Closed { code: event.code(), reason: event.reason() }
}

/// A socket for as long as the component lives; `on_told` must not change with every rendering.
#[hook]
pub fn use_echo(on_told: Callback<Told>) -> Echo {
    let socket = use_memo((), |()| Rc::new(RefCell::new(None::<Socket>)));
    let for_effect = (*socket).clone();
    use_effect_with((), move |()| {
        move || {
            for_effect.replace(None);
        }
    });
    Echo { socket: (*socket).clone(), on_told }
}
