//! The program of a worker: takes a job from the page, does it in portions, and tells how far it is.
//! Between portions it hears the page out, so that a job can be cancelled or replaced.
//!
//! Or it takes part in a team, on words that it shares with the page and with other workers. Then it is parked where
//! there is nothing to do, and hears nothing but what the words say.

mod cdn;
#[expect(dead_code, reason = "the page says when a run begins")]
mod clock;
mod multi_threading;
mod pace;
mod protocol;
mod stretch;
mod teams;
mod two_phase_commit;
mod unique_id;
#[expect(dead_code, reason = "the page makes the words, the worker gets them")]
mod words;

use cdn::RaceJob;
use clock::{Clock, now_ms};
use js_sys::{Array, Uint8Array};
use pace::Pace;
use playground_core::blocking_queue::team::QueueTeam;
use playground_core::multi_threading::Check as Interleavings;
use playground_core::multi_threading::many::Plan as Runs;
use playground_core::multi_threading::team::{LostUpdates, PrimesTeam};
use playground_core::two_phase_commit::Check;
use playground_core::unique_id::million::Plan;
use protocol::{Job, Kind, Reply, Request, TeamJob, TeamKind, Work};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use stretch::Stretch;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent};
use words::Words;

/// How long the page goes without a word.
const SILENCE_MS: f64 = 50.0;

fn main() {
    std::panic::set_hook(Box::new(|panic| post(&JsValue::from(panic.to_string()))));
    match Desk::open() {
        Ok(()) => post(&JsValue::NULL),
        Err(error) => wasm_bindgen::throw_val(error),
    }
}

/// The work that each job means.
fn begin(kind: Kind, job: &[u8]) -> postcard::Result<Box<dyn Portions>> {
    match kind {
        <RaceJob as Job>::KIND => open::<RaceJob>(job),
        <Interleavings as Job>::KIND => open::<Interleavings>(job),
        <Runs as Job>::KIND => open::<Runs>(job),
        <Check as Job>::KIND => open::<Check>(job),
        <Plan as Job>::KIND => open::<Plan>(job),
        <Stretch as Job>::KIND => open::<Stretch>(job),
    }
}

fn open<J: Job>(job: &[u8]) -> postcard::Result<Box<dyn Portions>> {
    Ok(Box::new(postcard::from_bytes::<J>(job)?.begin()))
}

/// Takes part in a team, to the end.
fn join(
    kind: TeamKind,
    team: &[u8],
    worker: u32,
    words: &Words,
    clock: &Clock,
) -> postcard::Result<()> {
    match kind {
        <PrimesTeam as TeamJob>::KIND => part::<PrimesTeam>(team, worker, words, clock),
        <LostUpdates as TeamJob>::KIND => part::<LostUpdates>(team, worker, words, clock),
        <QueueTeam as TeamJob>::KIND => part::<QueueTeam>(team, worker, words, clock),
    }
}

fn part<T: TeamJob>(
    team: &[u8],
    worker: u32,
    words: &Words,
    clock: &Clock,
) -> postcard::Result<()> {
    let team: T = postcard::from_bytes(team)?;
    team.work(worker, words, &|| clock.now_us());
    Ok(())
}

/// [`Work`] whose answers are bytes, whatever the job.
trait Portions {
    fn advance(&mut self, units: usize) -> bool;
    fn answer(&mut self) -> postcard::Result<Vec<u8>>;
}

impl<W: Work> Portions for W
where
    W::Answer: serde::Serialize,
{
    fn advance(&mut self, units: usize) -> bool {
        Work::advance(self, units)
    }

    fn answer(&mut self) -> postcard::Result<Vec<u8>> {
        postcard::to_allocvec(&Work::answer(self))
    }
}

/// A job under way.
struct Doing {
    ticket: u32,
    work: Box<dyn Portions>,
    pace: Pace,
    /// When the page was told last.
    told_ms: f64,
}

/// Where jobs come in.
struct Desk {
    doing: RefCell<Option<Doing>>,
    /// What is said into it comes back after everything that the page has said meanwhile, and sooner than
    /// any timer.
    echo: MessageChannel,
    is_called: Cell<bool>,
}

impl Desk {
    /// Listens to the page from now on, for ever.
    fn open() -> Result<(), JsValue> {
        let desk = Rc::new(Desk {
            doing: RefCell::default(),
            echo: MessageChannel::new()?,
            is_called: Cell::new(false),
        });
        let on_echo = {
            let desk = desk.clone();
            Closure::<dyn Fn()>::new(move || desk.go_on())
        };
        desk.echo.port1().set_onmessage(Some(on_echo.into_js_value().unchecked_ref()));
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            desk.hear(&event.data())
        });
        scope().set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
        Ok(())
    }

    fn hear(&self, data: &JsValue) {
        let parts: Option<&Array> = data.dyn_ref();
        let words = parts.and_then(|parts| Words::from_js(&parts.get(1)));
        let bytes = parts.map_or_else(|| data.clone(), |parts| parts.get(0));
        let bytes = bytes.dyn_ref().map(Uint8Array::to_vec).unwrap_or_default();
        let Ok(request) = postcard::from_bytes(&bytes) else { return misunderstood() };
        let next = match request {
            Request::Start { ticket, kind, job } => {
                let Ok(work) = begin(kind, &job) else { return misunderstood() };
                Some(Doing { ticket, work, pace: Pace::default(), told_ms: now_ms() })
            }
            Request::Cancel => None,
            Request::Join { ticket, kind, team, worker, begun_ms } => {
                let Some(words) = words else { return misunderstood() };
                let clock = Clock::since(begun_ms);
                if join(kind, &team, worker, &words, &clock).is_err() {
                    return misunderstood();
                }
                tell(ticket, true, Ok(Vec::new()));
                None
            }
        };
        self.doing.replace(next);
        self.call();
    }

    /// Goes on soon, unless it does so anyway.
    fn call(&self) {
        if !self.is_called.replace(true)
            && let Err(error) = self.echo.port2().post_message(&JsValue::NULL)
        {
            wasm_bindgen::throw_val(error);
        }
    }

    fn go_on(&self) {
        self.is_called.set(false);
        let mut desk = self.doing.borrow_mut();
        let Some(doing) = &mut *desk else { return };
        let begun_ms = now_ms();
        let is_last = !doing.work.advance(doing.pace.units());
        let now_ms = now_ms();
        doing.pace.took(now_ms - begun_ms);
        if is_last || now_ms - doing.told_ms >= SILENCE_MS {
            doing.told_ms = now_ms;
            doing.tell(is_last);
        }
        if is_last {
            *desk = None;
        } else {
            self.call();
        }
    }
}

impl Doing {
    fn tell(&mut self, is_last: bool) {
        tell(self.ticket, is_last, self.work.answer());
    }
}

fn tell(ticket: u32, is_last: bool, answer: postcard::Result<Vec<u8>>) {
    let reply = answer.and_then(|answer| postcard::to_allocvec(&Reply { ticket, is_last, answer }));
    match reply {
        Ok(bytes) => post(&Uint8Array::from(&bytes[..])),
        Err(error) => post(&JsValue::from(error.to_string())),
    }
}

fn misunderstood() {
    post(&JsValue::from("The page asks for something that this worker does not know."));
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn post(message: &JsValue) {
    // What was made here can be sent.
    let _ = scope().post_message(message);
}
