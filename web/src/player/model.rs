//! What a player is and does, apart from the browser.

use playground_core::sim::{Moment, Run, Simulation, Span, Time, Timeline};
use yew::AttrValue;

/// The scrubber shows at most this many marks; where more fall together, one stands for all.
const MOST_MARKS: usize = 160;
/// After an action the picture is given this long, even if nothing more is due.
const TAIL: Span = Span::from_ms(1_200);

/// How fast virtual time runs, in percent of real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(pub u32);

impl Speed {
    /// The speeds on offer.
    pub const ALL: [Speed; 5] = [Speed(25), Speed(50), Speed(100), Speed(200), Speed(400)];

    /// As a factor with its sign: ×0.25.
    pub fn label(self) -> String {
        format!("×{}", f64::from(self.0) / 100.0)
    }
}

/// What a reader asks of a player, whatever is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Play, or pause.
    TogglePlay,
    /// Pause and let the next thing happen.
    Step,
    /// Pause and take the last thing back.
    StepBack,
    /// Pause and go to a time.
    Seek(Time),
    /// Go to the start and play.
    Restart,
    /// Run at another speed.
    SetSpeed(Speed),
    /// Start again with another seed.
    Reseed(u64),
    /// Change to a branch left behind.
    SwitchBranch(usize),
}

/// Where to start.
pub struct Start<S: Simulation> {
    /// The run.
    pub run: Run<S>,
    /// How far it is worth watching.
    pub until: Time,
    /// Where to stand at first; at the start if none.
    pub moment: Option<Moment>,
    /// Whether to play at once.
    pub plays: bool,
    /// Whether to begin again at the end, as a miniature does.
    pub loops: bool,
}

/// A mark on the scrubber.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// When.
    pub at: Time,
    /// Whether a reader did it.
    pub is_action: bool,
}

/// A branch left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchView {
    /// Where it was left.
    pub forked_at: Time,
    /// How many actions it holds.
    pub actions: usize,
}

/// What the bar shows.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayerView {
    /// Whether time is running, or would be if the figure were in view.
    pub is_playing: bool,
    /// The present.
    pub now: Time,
    /// The end of the scrubber.
    pub end: Time,
    /// What happened, and what is recorded to happen.
    pub marks: Vec<Mark>,
    /// How fast.
    pub speed: Speed,
    /// The seed of the run.
    pub seed: u64,
    /// How many things have happened.
    pub position: u64,
    /// Whether anything is left to happen.
    pub can_step: bool,
    /// Whether anything has happened.
    pub can_step_back: bool,
    /// The branches left behind.
    pub branches: Vec<BranchView>,
    /// The last thing that happened and can be told, in words.
    pub caption: AttrValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Playing,
    /// The reader paused; acting does not set time in motion again.
    Paused,
    /// Everything has happened; acting does.
    Ended,
}

/// A timeline that plays.
pub struct Model<S: Simulation> {
    timeline: Timeline<S>,
    mode: Mode,
    speed: Speed,
    until: Time,
    loops: bool,
    /// Whether the reader has done anything: until then the address stays clean.
    is_touched: bool,
}

impl<S: Simulation> Model<S> {
    pub fn new(start: Start<S>) -> Self {
        let mut timeline = Timeline::new(start.run);
        if let Some(moment) = start.moment {
            timeline.go_to(moment);
        }
        let mode = if start.plays { Mode::Playing } else { Mode::Paused };
        let Start { until, loops, .. } = start;
        Model { timeline, mode, speed: Speed(100), until, loops, is_touched: false }
    }

    pub fn timeline(&self) -> &Timeline<S> {
        &self.timeline
    }

    pub fn is_playing(&self) -> bool {
        self.mode == Mode::Playing
    }

    pub fn is_touched(&self) -> bool {
        self.is_touched
    }

    /// The end of the scrubber.
    pub fn end(&self) -> Time {
        let last_action = self.timeline.run().actions.last().map_or(Time::ZERO, |(at, _)| *at);
        self.until.max(self.timeline.frontier().time).max(last_action)
    }

    /// Lets this much real time pass.
    pub fn tick(&mut self, real: Span) {
        if self.mode != Mode::Playing {
            return;
        }
        let virtual_us = real.0 * u64::from(self.speed.0) / 100;
        let is_open = self.timeline.next_at().is_some();
        let now = self.timeline.now() + Span(virtual_us);
        let now = if is_open { now } else { now.min(self.end().max(self.timeline.now())) };
        self.timeline.advance(now);
        if self.timeline.next_at().is_none() && self.timeline.now() >= self.end() {
            if self.loops {
                self.timeline.seek(Time::ZERO);
            } else {
                self.mode = Mode::Ended;
            }
        }
    }

    pub fn command(&mut self, command: Command) {
        self.is_touched = true;
        match command {
            Command::TogglePlay => self.toggle(),
            Command::Step => {
                self.mode = Mode::Paused;
                self.timeline.step();
            }
            Command::StepBack => {
                self.mode = Mode::Paused;
                self.timeline.step_back();
            }
            Command::Seek(time) => {
                self.mode = Mode::Paused;
                self.timeline.seek(time);
            }
            Command::Restart => {
                self.mode = Mode::Playing;
                self.timeline.seek(Time::ZERO);
            }
            Command::SetSpeed(speed) => self.speed = speed,
            Command::Reseed(seed) => {
                let run = Run { seed, ..self.timeline.run().clone() };
                self.load(run, self.until);
            }
            Command::SwitchBranch(index) => {
                self.mode = Mode::Paused;
                self.timeline.switch(index);
            }
        }
    }

    fn toggle(&mut self) {
        self.mode = match self.mode {
            Mode::Playing => Mode::Paused,
            Mode::Paused | Mode::Ended => {
                if self.timeline.next_at().is_none() && self.timeline.now() >= self.end() {
                    self.timeline.seek(Time::ZERO);
                }
                Mode::Playing
            }
        };
    }

    /// Acts now, and sets time in motion unless the reader paused it.
    pub fn act(&mut self, action: S::Action) -> Vec<S::Event> {
        self.is_touched = true;
        let events = self.timeline.act(action);
        self.until = self.timeline.now() + TAIL;
        if self.mode == Mode::Ended {
            self.mode = Mode::Playing;
        }
        events
    }

    /// Plays another run from its start.
    pub fn load(&mut self, run: Run<S>, until: Time) {
        self.is_touched = true;
        self.timeline = Timeline::new(run);
        self.until = until;
        self.mode = Mode::Playing;
    }

    /// Stands at a moment of another run, as a link asks for.
    pub fn open(&mut self, run: Run<S>, moment: Moment) {
        self.load(run, moment.time);
        self.mode = Mode::Paused;
        self.timeline.go_to(moment);
    }

    pub fn view(&self, describe: impl Fn(&[S::Event]) -> String) -> PlayerView {
        let timeline = &self.timeline;
        let caption = timeline
            .past()
            .rev()
            .filter(|past| past.moment.position <= timeline.moment().position)
            .map(|past| describe(&past.events))
            .find(|text| !text.is_empty());
        let branches = timeline.branches().iter().map(|branch| BranchView {
            forked_at: branch.forked_at.time,
            actions: branch.run.actions.len(),
        });
        PlayerView {
            is_playing: self.is_playing(),
            now: timeline.now(),
            end: self.end(),
            marks: self.marks(),
            speed: self.speed,
            seed: timeline.run().seed,
            position: timeline.moment().position,
            can_step: timeline.next_at().is_some(),
            can_step_back: timeline.moment().position > 0 || timeline.now() > Time::ZERO,
            branches: branches.collect(),
            caption: caption.unwrap_or_default().into(),
        }
    }

    /// Actions of the whole run and steps seen so far, thinned to what a scrubber can show.
    fn marks(&self) -> Vec<Mark> {
        let bucket = self.end().0 / MOST_MARKS as u64 + 1;
        let steps = self.timeline.past().filter(|past| !past.is_action);
        let steps = steps.map(|past| Mark { at: past.moment.time, is_action: false });
        let actions = self.timeline.run().actions.iter();
        let actions = actions.map(|(at, _)| Mark { at: *at, is_action: true });
        let mut marks: Vec<Mark> = actions.chain(steps).collect();
        // Actions first within a bucket, so that the mark that stays is the telling one.
        marks.sort_by_key(|mark| (mark.at.0 / bucket, !mark.is_action));
        marks.dedup_by_key(|mark| mark.at.0 / bucket);
        marks
    }
}
