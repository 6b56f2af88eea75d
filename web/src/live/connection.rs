//! A WebSocket to the page's own server that comes back by itself: once, for every lab.

use super::backoff::backoff_ms;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use gloo::utils::{document, window};
use js_sys::{ArrayBuffer, Uint8Array};
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, CloseEvent, MessageEvent, VisibilityState, WebSocket};
use yew::Callback;

/// How a connection stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Link {
    /// A socket is being opened.
    Opening,
    /// Messages go through.
    Open,
    /// There is no socket; there will be an attempt by itself.
    Waiting {
        /// How many attempts have failed in a row.
        attempt: u32,
        /// When the next one comes, in milliseconds from now.
        retry_in_ms: u64,
    },
    /// There is no socket, and none will be opened: the server has said not to come back, with this close
    /// code.
    Ended {
        /// The close code.
        code: u16,
    },
}

/// Whether to connect again after a connection has ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Again {
    /// With back-off.
    Soon,
    /// With the longest back-off from the first attempt on.
    Later,
    /// Not at all.
    Never,
}

/// Decides what a close code means (RFC 6455, section 7.4).
type Judge = dyn Fn(u16) -> Again;

/// The code of a connection that broke without one.
const BROKEN: u16 = 1006;

/// What goes through a connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Message {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Bytes(Vec<u8>),
}

/// What a connection is for.
pub struct Purpose {
    /// The path on the page's own origin, for example `/ws/server`.
    pub path: &'static str,
    /// If nothing is heard for so long, in milliseconds, the connection is given up as broken. Only for
    /// servers that speak at a steady beat.
    pub silence_ms: Option<u32>,
    /// Told when the connection stands otherwise than before.
    pub on_link: Callback<Link>,
    /// Told every message.
    pub on_message: Callback<Message>,
}

/// A connection: while this value lives it is open, or on its way to be. The first message of the server
/// after a failure starts the back-off over, not the opening, or a server that opens only to close at once
/// would be asked again and again.
pub struct Connection {
    shared: Rc<Shared>,
    _awakenings: [EventListener; 2],
}

struct Shared {
    purpose: Purpose,
    judge: Box<Judge>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// Failures in a row.
    attempt: u32,
    socket: Option<Socket>,
    retry: Option<Timeout>,
    watchdog: Option<Timeout>,
}

/// A socket and those who listen to it; neither outlives the other.
struct Socket {
    socket: WebSocket,
    _listeners: [EventListener; 3],
}

impl Drop for Socket {
    fn drop(&mut self) {
        // It fails only for close codes and reasons, and there are none.
        let _ = self.socket.close();
    }
}

impl Connection {
    /// Opens a connection. The first callback comes before this returns.
    pub fn open(purpose: Purpose) -> Self {
        Connection::open_with(purpose, |_| Again::Soon)
    }

    /// The same, where the server's close codes say whether to come back.
    pub fn open_with(purpose: Purpose, judge: impl Fn(u16) -> Again + 'static) -> Self {
        let shared = Rc::new(Shared { purpose, judge: Box::new(judge), state: RefCell::default() });
        shared.attempt();
        let on_online = shared.weakly(|shared| shared.retry_now());
        let on_visible = shared.weakly(|shared| {
            if document().visibility_state() == VisibilityState::Visible {
                shared.retry_now();
            }
        });
        let awakenings = [
            EventListener::new(&window(), "online", move |_| on_online()),
            EventListener::new(&document(), "visibilitychange", move |_| on_visible()),
        ];
        Connection { shared, _awakenings: awakenings }
    }

    /// Sends a message, or returns `false` if the connection is not open. A message that was sent into a
    /// connection that then breaks may be lost: what must arrive needs an answer.
    pub fn send(&self, message: &Message) -> bool {
        let state = self.shared.state.borrow();
        let Some(Socket { socket, .. }) = &state.socket else { return false };
        if socket.ready_state() != WebSocket::OPEN {
            return false;
        }
        match message {
            Message::Text(text) => socket.send_with_str(text).is_ok(),
            Message::Bytes(bytes) => socket.send_with_u8_array(bytes).is_ok(),
        }
    }

    /// Drops the socket as if the line had broken, and comes back as after any other loss.
    pub fn cut(&self) {
        let is_there = self.shared.state.borrow().socket.is_some();
        if is_there {
            self.shared.lost(BROKEN);
        }
    }

    /// Tries at once if it is waiting.
    pub fn retry_now(&self) {
        self.shared.retry_now();
    }
}

impl Shared {
    /// What does something with a connection that may be gone by then.
    fn weakly(self: &Rc<Self>, act: impl Fn(&Rc<Self>) + 'static) -> impl Fn() + 'static {
        let weak: Weak<Self> = Rc::downgrade(self);
        move || {
            if let Some(shared) = weak.upgrade() {
                act(&shared);
            }
        }
    }

    fn retry_now(self: &Rc<Self>) {
        let is_waiting = self.state.borrow().retry.is_some();
        if is_waiting {
            self.attempt();
        }
    }

    fn attempt(self: &Rc<Self>) {
        self.state.borrow_mut().retry = None;
        self.purpose.on_link.emit(Link::Opening);
        match self.socket() {
            Ok(socket) => {
                self.state.borrow_mut().socket = Some(socket);
                self.expect_word();
            }
            Err(_) => self.lost(BROKEN),
        }
    }

    fn socket(self: &Rc<Self>) -> Result<Socket, JsValue> {
        let socket = WebSocket::new(&url(self.purpose.path)?)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on_open = self.weakly(|shared| shared.purpose.on_link.emit(Link::Open));
        let closed = Rc::downgrade(self);
        let weak = Rc::downgrade(self);
        let listeners = [
            EventListener::new(&socket, "open", move |_| on_open()),
            EventListener::new(&socket, "close", move |event| {
                if let Some(shared) = closed.upgrade() {
                    shared.lost(event.dyn_ref().map_or(BROKEN, CloseEvent::code));
                }
            }),
            EventListener::new(&socket, "message", move |event| {
                if let (Some(shared), Some(event)) = (weak.upgrade(), event.dyn_ref()) {
                    shared.heard(event);
                }
            }),
        ];
        Ok(Socket { socket, _listeners: listeners })
    }

    fn heard(self: &Rc<Self>, event: &MessageEvent) {
        self.state.borrow_mut().attempt = 0;
        self.expect_word();
        let data = event.data();
        let message = match data.as_string() {
            Some(text) => Message::Text(text),
            None => match data.dyn_into::<ArrayBuffer>() {
                Ok(buffer) => Message::Bytes(Uint8Array::new(&buffer).to_vec()),
                // There is no third kind while the binary type is what it was set to.
                Err(_) => return,
            },
        };
        self.purpose.on_message.emit(message);
    }

    /// From now on the silence counts.
    fn expect_word(self: &Rc<Self>) {
        let on_silence = self.weakly(|shared| shared.lost(BROKEN));
        let watchdog = self.purpose.silence_ms.map(|ms| Timeout::new(ms, on_silence));
        self.state.borrow_mut().watchdog = watchdog;
    }

    fn lost(self: &Rc<Self>, code: u16) {
        let on_time = self.weakly(Self::attempt);
        let again = (self.judge)(code);
        let link = {
            let mut state = self.state.borrow_mut();
            state.socket = None;
            state.watchdog = None;
            state.attempt += 1;
            match again {
                Again::Never => Link::Ended { code },
                Again::Soon | Again::Later => {
                    let step = if again == Again::Later { u32::MAX } else { state.attempt };
                    let retry_in_ms = backoff_ms(step, js_sys::Math::random());
                    // The cap of the back-off fits.
                    state.retry = Some(Timeout::new(retry_in_ms as u32, on_time));
                    Link::Waiting { attempt: state.attempt, retry_in_ms }
                }
            }
        };
        self.purpose.on_link.emit(link);
    }
}

fn url(path: &str) -> Result<String, JsValue> {
    let location = window().location();
    let scheme = if location.protocol()? == "https:" { "wss" } else { "ws" };
    Ok(format!("{scheme}://{}{path}", location.host()?))
}
