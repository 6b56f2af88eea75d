//! The loop that moves a player, and the handle that components hold.

use super::model::{Command, Model, PlayerView, Start};
use crate::components::{Ticker, download};
use gloo::render::{AnimationFrame, request_animation_frame};
use playground_core::sim::{Moment, Run, Simulation, Span, Time};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use yew::prelude::*;

/// While it plays, what stands outside the canvas follows at this pace.
const REFRESH_MS: f64 = 100.0;
/// After a pause of the browser, time goes on from where it was instead of leaping.
const LONGEST_FRAME_MS: f64 = 100.0;

struct Shared<S: Simulation> {
    model: RefCell<Model<S>>,
    /// The picture of the present, made once however many look at it.
    picture: RefCell<Option<Rc<S::Frame>>>,
    ticker: Ticker,
    /// Told when something outside the canvas has to be drawn again.
    refresh: RefCell<Option<Box<dyn Fn()>>>,
    revision: Cell<u64>,
    visible_stages: Cell<u32>,
    request: RefCell<Option<AnimationFrame>>,
    last_frame_ms: Cell<Option<f64>>,
    last_refresh_ms: Cell<f64>,
}

impl<S: Simulation> Shared<S> {
    fn is_running(&self) -> bool {
        self.visible_stages.get() > 0 && self.model.borrow().is_playing()
    }

    /// Something has changed: draws it and keeps the loop going if it should be.
    fn changed(self: &Rc<Self>) {
        self.picture.replace(None);
        self.notify();
        self.schedule(true);
    }

    fn notify(&self) {
        self.revision.set(self.revision.get() + 1);
        if let Some(refresh) = &*self.refresh.borrow() {
            refresh();
        }
    }

    /// Asks for a frame if time is running or something is to be drawn, unless one is on its way:
    /// however often a player changes, it is drawn once a frame.
    fn schedule(self: &Rc<Self>, is_changed: bool) {
        if self.request.borrow().is_some() || !(is_changed || self.is_running()) {
            return;
        }
        let weak = Rc::downgrade(self);
        let request = request_animation_frame(move |now_ms| {
            if let Some(shared) = weak.upgrade() {
                // The request stays alive until this returns: it owns what is running here.
                let _served = shared.request.take();
                shared.frame(now_ms);
            }
        });
        self.request.replace(Some(request));
    }

    fn frame(self: &Rc<Self>, now_ms: f64) {
        if !self.is_running() {
            self.last_frame_ms.set(None);
            self.ticker.tick();
            return;
        }
        let elapsed_ms = self.last_frame_ms.get().map_or(0.0, |last| now_ms - last);
        self.last_frame_ms.set(Some(now_ms));
        let elapsed = Span((elapsed_ms.clamp(0.0, LONGEST_FRAME_MS) * 1e3) as u64);
        let happened = {
            let mut model = self.model.borrow_mut();
            let before = model.timeline().moment().position;
            model.tick(elapsed);
            model.timeline().moment().position != before || !model.is_playing()
        };
        self.picture.replace(None);
        self.ticker.tick();
        if happened || now_ms - self.last_refresh_ms.get() >= REFRESH_MS {
            self.last_refresh_ms.set(now_ms);
            self.notify();
        }
        self.schedule(false);
    }
}

/// A handle on a player; equal to another while nothing has changed between the two.
pub struct Player<S: Simulation> {
    shared: Rc<Shared<S>>,
    revision: u64,
}

impl<S: Simulation> Clone for Player<S> {
    fn clone(&self) -> Self {
        Player { shared: self.shared.clone(), revision: self.revision }
    }
}

impl<S: Simulation> PartialEq for Player<S> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.shared, &other.shared) && self.revision == other.revision
    }
}

impl<S: Simulation> Player<S> {
    /// What is to be drawn now.
    pub fn frame(&self) -> Rc<S::Frame> {
        let mut picture = self.shared.picture.borrow_mut();
        let draw = || Rc::new(self.shared.model.borrow().timeline().frame());
        picture.get_or_insert_with(draw).clone()
    }

    /// What the bar shows; `describe` puts what happened at once into words.
    pub fn view(&self, describe: impl Fn(&[S::Event]) -> String) -> PlayerView {
        self.shared.model.borrow().view(describe)
    }

    /// The present moment.
    pub fn moment(&self) -> Moment {
        self.shared.model.borrow().timeline().moment()
    }

    /// The run, with everything done in it.
    pub fn run(&self) -> Run<S> {
        self.shared.model.borrow().timeline().run().clone()
    }

    /// Looks at the run without copying it: it holds everything ever done.
    pub fn with_run<R>(&self, look: impl FnOnce(&Run<S>) -> R) -> R {
        look(self.shared.model.borrow().timeline().run())
    }

    /// How often the player has changed.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether the reader has done anything.
    pub fn is_touched(&self) -> bool {
        self.shared.model.borrow().is_touched()
    }

    /// Whether time is running.
    pub fn is_running(&self) -> bool {
        self.shared.is_running()
    }

    /// Asks the model something that is not in its frame.
    pub fn ask<R>(&self, question: impl FnOnce(&S) -> R) -> R {
        question(self.shared.model.borrow().timeline().state())
    }

    /// The names of the invariants that do not hold now.
    pub fn broken_invariants(&self) -> Vec<&'static str> {
        self.shared.model.borrow().timeline().broken_invariants().collect()
    }

    /// Tells canvases when to draw.
    pub fn ticker(&self) -> Ticker {
        self.shared.ticker.clone()
    }

    /// Does what the reader asks of the player.
    pub fn command(&self, command: Command) {
        self.shared.model.borrow_mut().command(command);
        self.shared.changed();
    }

    /// The same as a callback.
    pub fn on_command(&self) -> Callback<Command> {
        let player = self.clone();
        Callback::from(move |command| player.command(command))
    }

    /// Does what the reader asks of the model, and returns what came of it.
    pub fn act(&self, action: S::Action) -> Vec<S::Event> {
        let events = self.shared.model.borrow_mut().act(action);
        self.shared.changed();
        events
    }

    /// Plays another run from its start.
    pub fn load(&self, run: Run<S>, until: Time) {
        self.shared.model.borrow_mut().load(run, until);
        self.shared.changed();
    }

    /// Stands still at a moment of another run.
    pub fn open(&self, run: Run<S>, moment: Moment) {
        self.shared.model.borrow_mut().open(run, moment);
        self.shared.changed();
    }

    /// Gives the run to the reader as JSON.
    pub fn on_json(&self) -> Callback<MouseEvent> {
        let player = self.clone();
        Callback::from(move |_| {
            // A run is plain data; there is nothing in it that JSON could not hold.
            let text = player.with_run(|run| serde_json::to_string(run).unwrap_or_default());
            download("run.json", "application/json", text.as_bytes());
        })
    }

    /// Told by each stage when it comes into view and when it leaves: out of view, time stands.
    pub fn on_visible(&self) -> Callback<bool> {
        let shared = self.shared.clone();
        Callback::from(move |is_visible: bool| {
            let stages = shared.visible_stages.get();
            let stages = if is_visible { stages + 1 } else { stages.saturating_sub(1) };
            shared.visible_stages.set(stages);
            shared.schedule(false);
        })
    }
}

/// Told when a window over the picture opens and when it closes: while it is open, time stands.
#[hook]
pub fn use_hold<S: Simulation>(player: &Player<S>) -> Callback<bool> {
    let is_held = use_memo((), |()| Cell::new(false));
    let player = player.clone();
    Callback::from(move |is_open: bool| {
        let is_running = player.is_running();
        // Only what was stopped here is set in motion again.
        if is_open == is_running && (is_open || is_held.get()) {
            player.command(Command::TogglePlay);
        }
        is_held.set(is_open && is_running);
    })
}

/// A player of its own for the component that calls this, which is rendered again when it changes.
#[hook]
pub fn use_player<S: Simulation>(start: impl FnOnce() -> Start<S>) -> Player<S> {
    let update = use_force_update();
    let shared = use_memo((), |()| {
        Rc::new(Shared {
            model: RefCell::new(Model::new(start())),
            picture: RefCell::new(None),
            ticker: Ticker::default(),
            refresh: RefCell::new(None),
            revision: Cell::new(0),
            visible_stages: Cell::new(0),
            request: RefCell::new(None),
            last_frame_ms: Cell::new(None),
            last_refresh_ms: Cell::new(0.0),
        })
    });
    let for_effect = shared.clone();
    use_effect_with((), move |()| {
        for_effect.refresh.replace(Some(Box::new(move || update.force_update())));
        move || {
            for_effect.refresh.replace(None);
            for_effect.request.replace(None);
        }
    });
    Player { shared: (*shared).clone(), revision: shared.revision.get() }
}
