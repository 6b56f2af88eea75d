//! One experiment with the real server: bytes of our own over a fresh TCP connection, which the server opens
//! to its own echo endpoint for us.

use crate::live::connection::{Connection, Link, Message, Purpose};
use gloo::timers::callback::Timeout;
use playground_core::sim::Rng;
use playground_core::websocket::handshake::Opening;
use playground_core::websocket::wire::{RawEnd, RawMessage};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use yew::prelude::*;

/// A connection that stays open has answered when so long nothing more has come.
const QUIET_MS: u32 = 600;
/// Nobody waits longer for a server that is away.
const PATIENCE_MS: u32 = 8_000;
const HEADER_END: &[u8] = b"\r\n\r\n";

/// What came of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct RawAnswer {
    /// The server's half of the handshake.
    pub response: Arc<[u8]>,
    /// What came after it.
    pub bytes: Arc<[u8]>,
    /// How the TCP connection ended; none if it was still open when the page looked away.
    pub end: Option<RawEnd>,
    /// From sending the frames to the last byte of the answer, in milliseconds; none if there was none.
    pub took_ms: Option<f64>,
}

/// How an experiment stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Experiment {
    /// Nothing has been sent.
    #[default]
    None,
    /// Something is under way.
    Running,
    /// It is over.
    Done(RawAnswer),
    /// There is no server to try it on.
    Away,
}

/// What is under way.
struct Trial {
    frames: Vec<u8>,
    response: Vec<u8>,
    bytes: Vec<u8>,
    is_open: bool,
    sent_ms: f64,
    last_ms: Option<f64>,
}

struct Shared {
    trial: RefCell<Option<Trial>>,
    connection: RefCell<Option<Connection>>,
    quiet: RefCell<Option<Timeout>>,
    on_change: RefCell<Callback<Experiment>>,
}

/// A handle on the experiments of a component.
#[derive(Clone)]
pub struct RawLine(Rc<Shared>);

impl RawLine {
    /// Sends frames, after a handshake of their own.
    pub fn send(&self, frames: Vec<u8>) {
        let trial = Trial {
            frames,
            response: Vec::new(),
            bytes: Vec::new(),
            is_open: false,
            sent_ms: 0.0,
            last_ms: None,
        };
        self.0.trial.replace(Some(trial));
        self.tell(Experiment::Running);
        self.wait(PATIENCE_MS);
        let (for_link, for_messages) = (self.clone(), self.clone());
        let connection = Connection::open(Purpose {
            path: "/ws/raw",
            silence_ms: None,
            on_link: Callback::from(move |link| {
                if matches!(link, Link::Waiting { .. }) {
                    for_link.finish_soon(None);
                }
            }),
            on_message: Callback::from(move |message| for_messages.hear(message)),
        });
        self.0.connection.replace(Some(connection));
    }

    fn tell(&self, experiment: Experiment) {
        self.0.on_change.borrow().emit(experiment);
    }

    fn wait(&self, ms: u32) {
        let line = self.clone();
        self.0.quiet.replace(Some(Timeout::new(ms, move || line.finish(None))));
    }

    /// Not at once: what calls this may belong to the connection that is to be dropped.
    fn finish_soon(&self, end: Option<RawEnd>) {
        let line = self.clone();
        self.0.quiet.replace(Some(Timeout::new(0, move || line.finish(end))));
    }

    fn finish(&self, end: Option<RawEnd>) {
        self.0.connection.replace(None);
        let Some(trial) = self.0.trial.take() else { return };
        let experiment = if trial.is_open || !trial.response.is_empty() {
            let took_ms = trial.last_ms.map(|last| last - trial.sent_ms);
            let (response, bytes) = (trial.response.into(), trial.bytes.into());
            Experiment::Done(RawAnswer { response, bytes, end, took_ms })
        } else {
            Experiment::Away
        };
        self.tell(experiment);
    }

    fn hear(&self, message: Message) {
        match message {
            Message::Text(text) => match serde_json::from_str(&text) {
                Ok(RawMessage::Connected) => self.write(&opening()),
                Ok(RawMessage::Ended { how }) => self.finish_soon(Some(how)),
                // What a newer server may say besides is none of this page's business.
                Err(_) => {}
            },
            Message::Bytes(bytes) => self.hear_bytes(&bytes),
        }
    }

    fn hear_bytes(&self, bytes: &[u8]) {
        let frames = {
            let mut trial = self.0.trial.borrow_mut();
            let Some(trial) = trial.as_mut() else { return };
            if trial.is_open {
                trial.bytes.extend_from_slice(bytes);
                trial.last_ms = Some(now_ms());
                None
            } else {
                trial.response.extend_from_slice(bytes);
                let end = trial.response.windows(HEADER_END.len()).position(|it| it == HEADER_END);
                end.map(|end| {
                    trial.bytes = trial.response.split_off(end + HEADER_END.len());
                    trial.is_open = true;
                    trial.sent_ms = now_ms();
                    trial.frames.clone()
                })
            }
        };
        if let Some(frames) = frames {
            self.write(&frames);
            self.wait(QUIET_MS.max(PATIENCE_MS / 4));
        } else if self.0.trial.borrow().as_ref().is_some_and(|trial| trial.is_open) {
            self.wait(QUIET_MS);
        }
    }

    fn write(&self, bytes: &[u8]) {
        if let Some(connection) = &*self.0.connection.borrow() {
            connection.send(&Message::Bytes(bytes.to_vec()));
        }
    }
}

fn opening() -> Vec<u8> {
    let location = gloo::utils::window().location();
    let mut rng = Rng::new((js_sys::Math::random() * 2f64.powi(53)) as u64);
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&rng.next_u64().to_be_bytes());
    nonce[8..].copy_from_slice(&rng.next_u64().to_be_bytes());
    Opening {
        host: location.host().unwrap_or_default(),
        path: "/ws/echo".to_owned(),
        origin: location.origin().ok(),
        nonce,
    }
    .encode()
}

fn now_ms() -> f64 {
    gloo::utils::window().performance().map_or(0.0, |clock| clock.now())
}

/// Experiments, for as long as the component lives; `on_change` is told how the present one stands.
#[hook]
pub fn use_raw_line(on_change: Callback<Experiment>) -> RawLine {
    let line = use_memo((), |()| {
        RawLine(Rc::new(Shared {
            trial: RefCell::new(None),
            connection: RefCell::new(None),
            quiet: RefCell::new(None),
            on_change: RefCell::new(Callback::noop()),
        }))
    });
    line.0.on_change.replace(on_change);
    let for_effect = line.clone();
    use_effect_with((), move |()| {
        move || {
            for_effect.0.trial.replace(None);
            for_effect.0.quiet.replace(None);
            for_effect.0.connection.replace(None);
        }
    });
    (*line).clone()
}
