//! Runs one machine of the core on real time, a real log and a real transport: a node of a real cluster.
//!
//! The driver owns the machine and does one thing at a time. Inputs come through a [`Handle`]; what the machine
//! answers is carried out strictly in order, and whatever follows a forced append waits until its record is
//! durable. The machine does not wait: it goes on handling inputs, and what it wants appended gathers for the
//! next forced write (group commit), while everything else queues.
//!
//! So a record may become durable before a message that was to leave earlier has left, which the simulated
//! cluster never shows. To everybody else that looks like a message lost by the network and a crash, which a
//! protocol must survive anyway.
//!
//! What the simulator calls a [`ClusterEvent`] happens here too, and is told to an [`Observer`].

mod clock;
mod death;
mod handle;
mod inbox;
mod outputs;
pub mod peers;
mod world;

use std::collections::VecDeque;
use std::io;

use playground_core::sim::{ClusterEvent, Durability, Flight, Input, Log, NodeId, Outbox, Time};
use tokio::sync::mpsc;

use crate::log::writer::{Progress, Writer};
use crate::log::{Gauge, LogError};
use outputs::{Outputs, Performed, Timers};

pub use clock::Clock;
pub use death::{Arm, kill_self};
pub use handle::{Down, Handle, View};
pub use inbox::inbox;
pub use world::{Driven, Observer, Transport};

use handle::Request;

/// How many requests wait for the machine before whoever asks has to wait.
const MOST_REQUESTS: usize = 4096;
/// How many outputs wait for the disk before the machine takes no more requests.
const MOST_OUTPUTS: usize = 65_536;
/// How many requests the machine takes before their outputs are carried out.
const TOGETHER: usize = 64;

/// How a node is run.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Which node of the cluster it is.
    pub node: NodeId,
    /// What time it is; nodes with the same epoch tell comparable times.
    pub clock: Clock,
    /// From how many bytes on the log is replaced by the machine's checkpoint. After that it has to reach twice
    /// the checkpoint's size.
    pub checkpoint_bytes: u64,
    /// What an armed node does when its time has come. If it returns, nothing more is carried out and the
    /// driver ends with [`Exit::Died`].
    pub die: fn(),
}

impl Settings {
    /// A node that shortens its log at 64 MiB and dies by [`kill_self`].
    pub fn new(node: NodeId, clock: Clock) -> Self {
        Settings { node, clock, checkpoint_bytes: 64 << 20, die: kill_self }
    }
}

/// Why a driver has ended. What was queued is not carried out; the log is closed.
#[derive(Debug)]
pub enum Exit {
    /// It was told to, or every [`Handle`] is gone.
    Stopped,
    /// The log failed: nothing can be promised any more, and the process should end.
    LogFailed(LogError),
    /// It was armed, and [`Settings::die`] has returned.
    Died,
}

/// Runs one machine. See the module.
pub struct Driver<M: Driven, T, O> {
    settings: Settings,
    machine: M,
    outputs: Outputs<M>,
    timers: Timers<M>,
    writer: Writer<M::Record>,
    told: mpsc::UnboundedReceiver<Result<Progress, LogError>>,
    progress: Progress,
    /// At which size the log is to be shortened next.
    shorten_at: u64,
    /// The place of a replacement that has yet to be carried out.
    shortening: Option<u64>,
    /// Records with the log's thread of which the observer has yet to hear, with their places.
    unannounced: VecDeque<(u64, M::Record, Durability)>,
    requests: mpsc::Receiver<Request<M>>,
    /// Messages of the machine to itself.
    to_itself: VecDeque<Flight<M::Message>>,
    next_flight: u64,
    transport: T,
    observer: O,
}

impl<M: Driven, T: Transport<M::Message>, O: Observer<M>> Driver<M, T, O> {
    /// A node that has recovered from its log and has yet to [`run`](Driver::run), and the way to reach it.
    /// `log` and `records` are what [`FileLog::open`](crate::log::FileLog::open) gives.
    ///
    /// # Errors
    /// If the system has no thread left for the log.
    pub fn new<L>(
        settings: Settings,
        config: &M::Config,
        log: L,
        records: &[M::Record],
        transport: T,
        observer: O,
    ) -> io::Result<(Self, Handle<M>)>
    where
        L: Log<M::Record, Error = LogError> + Gauge + Send + 'static,
    {
        let (asking, requests) = mpsc::channel(MOST_REQUESTS);
        let (tell, told) = mpsc::unbounded_channel();
        let progress = Progress { bytes: log.len_bytes(), ..Progress::default() };
        let writer = Writer::start(log, move |progress| {
            // Nobody listens any more once the driver has ended.
            let _ = tell.send(progress);
        })?;
        let driver = Driver {
            settings,
            machine: M::recover(config, records),
            outputs: Outputs::default(),
            timers: Timers::default(),
            writer,
            told,
            progress,
            shorten_at: settings.checkpoint_bytes,
            shortening: None,
            unannounced: VecDeque::new(),
            requests,
            to_itself: VecDeque::new(),
            next_flight: settings.clock.first_flight(settings.node),
            transport,
            observer,
        };
        Ok((driver, Handle(asking)))
    }

    /// Starts the machine and runs it until it is stopped, dies or its log fails.
    pub async fn run(mut self) -> Exit {
        let mut alarm = std::pin::pin!(tokio::time::sleep(std::time::Duration::ZERO));
        let mut alarm_at = Time::ZERO;
        self.tell(|node| ClusterEvent::Started(node));
        self.handle(Input::Start);
        loop {
            if self.perform() == Performed::Death {
                self.transport.flushed().await;
                (self.settings.die)();
                return Exit::Died;
            }
            self.shorten();
            // An alarm that rings too early is cheaper than one that is set for every timer.
            let next = self.timers.next_at();
            if let Some(next) = next.filter(|next| *next < alarm_at || alarm.is_elapsed()) {
                alarm_at = next;
                alarm.as_mut().reset(self.settings.clock.instant(next));
            }
            tokio::select! {
                biased;
                told = self.told.recv() => match told {
                    Some(Ok(progress)) => self.advance(progress),
                    Some(Err(error)) => return Exit::LogFailed(error),
                    None => return Exit::LogFailed(LogError::Failed),
                },
                () = alarm.as_mut(), if next.is_some() => self.fire(),
                request = self.requests.recv(), if self.outputs.len() < MOST_OUTPUTS => {
                    let Some(request) = request else { return Exit::Stopped };
                    if self.take(request).is_break() {
                        return Exit::Stopped;
                    }
                    for _ in 1..TOGETHER {
                        let Ok(request) = self.requests.try_recv() else { break };
                        if self.take(request).is_break() {
                            return Exit::Stopped;
                        }
                    }
                }
            }
        }
    }

    fn take(&mut self, request: Request<M>) -> std::ops::ControlFlow<()> {
        match request {
            Request::Messages(flights) => {
                flights.into_iter().for_each(|flight| self.deliver(flight))
            }
            Request::Command(command) => self.handle(Input::Command(command)),
            Request::Inspect(look) => {
                let answer = look(View {
                    machine: &self.machine,
                    now: self.settings.clock.now(),
                    log: self.progress,
                    outputs_waiting: self.outputs.len(),
                });
                self.outputs.push_answer(answer);
            }
            Request::Arm(arm) => self.outputs.arm(arm),
            Request::Stop => return std::ops::ControlFlow::Break(()),
        }
        std::ops::ControlFlow::Continue(())
    }

    fn deliver(&mut self, flight: Flight<M::Message>) {
        if flight.to != self.settings.node {
            // Sent to the address of a node that is gone, which this one has got since.
            return;
        }
        let from = flight.from;
        let message = if self.observer.is_curious() {
            let message = flight.message.clone();
            self.observer.saw(self.settings.clock.now(), &ClusterEvent::Delivered(flight));
            message
        } else {
            flight.message
        };
        self.handle(Input::Message { from, message });
    }

    fn fire(&mut self) {
        let now = self.settings.clock.now();
        while let Some(timer) = self.timers.pop_due(now) {
            self.tell(|node| ClusterEvent::Fired(node, timer.clone()));
            self.handle(Input::Timer(timer));
        }
    }

    /// Has the machine handle an input. Its records go to the log's thread at once, so that all that wait share
    /// one forced write.
    fn handle(&mut self, input: Input<M>) {
        let mut out = Outbox::default();
        self.machine.handle(self.settings.clock.now(), input, &mut out);
        for output in out.into_outputs() {
            let (writer, unannounced) = (&mut self.writer, &mut self.unannounced);
            let is_curious = self.observer.is_curious();
            self.outputs.push(output, |record, durability| {
                let copy = is_curious.then(|| record.clone());
                let place = writer.append(record, durability);
                unannounced.extend(copy.map(|record| (place, record, durability)));
                place
            });
        }
    }

    /// The log has come further.
    fn advance(&mut self, progress: Progress) {
        let has_forced = progress.durable > self.progress.durable;
        self.progress = progress;
        while let Some((_, record, durability)) =
            self.unannounced.pop_front_if(|(place, ..)| *place <= progress.appended)
        {
            self.tell(|node| ClusterEvent::Appended { node, record, durability });
        }
        if has_forced {
            self.tell(ClusterEvent::Forced);
        }
        if self.shortening.is_some_and(|place| place <= progress.appended) {
            self.shortening = None;
            self.shorten_at = self.settings.checkpoint_bytes.max(2 * progress.bytes);
        }
    }

    /// Replaces the log by a checkpoint when it has grown enough.
    ///
    /// That is right between any two inputs, whatever outputs are still queued: a checkpoint stands for every
    /// record the machine has asked for, and all of those are with the log already, before the replacement.
    /// A crash then leaves the old log or the new one. Either it is as if the queued records had become durable
    /// a little earlier, which is no different from the group commit; what queues behind them is carried out by
    /// this process as ever. Only a node that is about to die holds records back, which must not survive.
    fn shorten(&mut self) {
        let is_due = self.progress.bytes >= self.shorten_at && self.shortening.is_none();
        if !is_due || self.outputs.end_in_death() {
            return;
        }
        match self.machine.checkpoint() {
            Some(records) => self.shortening = Some(self.writer.replace(records)),
            None => self.shorten_at = u64::MAX,
        }
    }

    /// Tells the observer, if it wants to know.
    fn tell(&self, event: impl FnOnce(NodeId) -> ClusterEvent<M>) {
        if self.observer.is_curious() {
            self.observer.saw(self.settings.clock.now(), &event(self.settings.node));
        }
    }
}
