//! The page's pool of workers: started with the first team that needs them, used again by the next one, ended with the
//! last owner. One team works at a time; the next one that is to begin has the one before it stopped.

use super::program::{Heard, Program, WorkerFailure};
use super::protocol::{Reply, Request};
use super::words::Words;
use gloo::timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// A start that takes longer is called slow.
const SLOW_MS: u32 = 3_000;
/// How long workers that were told to go home may take, before they are ended in the middle of their work.
const GRACE_MS: u32 = 2_000;

thread_local! {
    /// The pool, as long as somebody owns it.
    static POOL: RefCell<Weak<Shared>> = RefCell::default();
}

/// What a team hears of its own run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// So many of its workers are ready.
    Starting {
        /// How many are ready.
        ready: usize,
        /// How many there will be.
        of: usize,
        /// Whether it takes unusually long.
        is_slow: bool,
    },
    /// All of them have been given their part.
    Began,
    /// Another team is to begin: all have been told to go home.
    Displaced,
    /// All of them have done their part.
    Ended,
    /// There will be nothing more.
    Failed(WorkerFailure),
}

/// A team as the pool sees it.
pub(super) trait Run {
    /// How many workers take part.
    fn workers(&self) -> usize;
    /// It begins now, if it has not begun already.
    fn begin(&self);
    /// What is said to one of them.
    fn part(&self, worker: u32, ticket: u32) -> Request;
    /// What they work on.
    fn words(&self) -> &Words;
    /// Tells everybody to go home.
    fn stop(&self);
    /// Says how it stands.
    fn tell(&self, told: Told);
}

/// A share in the page's pool.
#[derive(Clone)]
pub(super) struct Pool(Rc<Shared>);

struct Shared {
    me: Weak<Shared>,
    members: RefCell<Vec<Option<Member>>>,
    current: RefCell<Option<Current>>,
    next: RefCell<Option<Rc<dyn Run>>>,
    ticket: Cell<u32>,
    slow: RefCell<Option<Timeout>>,
    grace: RefCell<Option<Timeout>>,
}

struct Member {
    program: Program,
    /// That of the part it is at.
    busy: Option<u32>,
    /// Which of the programs in this place it is.
    number: u32,
}

struct Current {
    run: Rc<dyn Run>,
    ticket: u32,
    /// How many have not done their part yet.
    left: usize,
}

impl Pool {
    /// The page's pool.
    pub(super) fn shared() -> Self {
        POOL.with_borrow_mut(|pool| {
            let shared = pool.upgrade().unwrap_or_else(|| {
                Rc::new_cyclic(|me| Shared {
                    me: me.clone(),
                    members: RefCell::default(),
                    current: RefCell::default(),
                    next: RefCell::default(),
                    ticket: Cell::default(),
                    slow: RefCell::default(),
                    grace: RefCell::default(),
                })
            });
            *pool = Rc::downgrade(&shared);
            Pool(shared)
        })
    }

    /// Has a team begin as soon as its workers are there and free.
    pub(super) fn begin(&self, run: Rc<dyn Run>) {
        if let Some(waiting) = self.0.next.replace(Some(run)) {
            waiting.tell(Told::Displaced);
            waiting.tell(Told::Ended);
        }
        let before = self.0.current.borrow().as_ref().map(|current| current.run.clone());
        if let Some(before) = before {
            before.tell(Told::Displaced);
            self.send_home(&*before);
        }
        self.0.start_missing();
        self.0.go_on();
    }

    /// Tells everybody who works for this team to go home, and ends who does not.
    pub(super) fn send_home(&self, run: &dyn Run) {
        let is_waiting = self.0.next.borrow().as_ref().is_some_and(|next| is_same(&**next, run));
        if is_waiting {
            self.0.next.take();
            return run.tell(Told::Ended);
        }
        let is_current =
            self.0.current.borrow().as_ref().is_some_and(|current| is_same(&*current.run, run));
        if is_current {
            run.stop();
            let me = self.0.me.clone();
            let end = move || {
                if let Some(shared) = me.upgrade() {
                    shared.end_busy();
                }
            };
            self.0.grace.replace(Some(Timeout::new(GRACE_MS, end)));
        }
    }

    /// Ends a worker in the middle of whatever it does; false if it is not at work. The others go on.
    pub(super) fn kill(&self, run: &dyn Run, worker: u32) -> bool {
        let ticket = match &*self.0.current.borrow() {
            Some(current) if is_same(&*current.run, run) => current.ticket,
            _ => return false,
        };
        let killed = {
            let mut members = self.0.members.borrow_mut();
            let place = members.get_mut(worker as usize);
            place.and_then(|place| place.take_if(|member| member.busy == Some(ticket)))
        };
        let is_killed = killed.is_some();
        drop(killed);
        if is_killed {
            self.0.has_done(ticket);
        }
        is_killed
    }
}

fn is_same(one: &dyn Run, other: &dyn Run) -> bool {
    std::ptr::addr_eq(one, other)
}

impl Shared {
    /// Starts the programs that the next team needs besides those that are there.
    fn start_missing(&self) {
        let Some(next) = self.next.borrow().clone() else { return };
        for place in 0..next.workers() {
            let is_there = self.members.borrow().get(place).is_some_and(Option::is_some);
            if is_there {
                continue;
            }
            let number = self.next_ticket();
            let me = self.me.clone();
            let hear = move |heard| {
                if let Some(shared) = me.upgrade() {
                    shared.hear(place, number, heard);
                }
            };
            match Program::start(hear) {
                Ok(program) => {
                    let mut members = self.members.borrow_mut();
                    if members.len() <= place {
                        members.resize_with(place + 1, || None);
                    }
                    members[place] = Some(Member { program, busy: None, number });
                }
                Err(failure) => return self.fail(failure),
            }
        }
        let me = self.me.clone();
        self.slow.replace(Some(Timeout::new(SLOW_MS, move || {
            if let Some(shared) = me.upgrade() {
                shared.slow.take();
                shared.tell_start(true);
            }
        })));
    }

    fn next_ticket(&self) -> u32 {
        self.ticket.set(self.ticket.get().wrapping_add(1));
        self.ticket.get()
    }

    fn hear(&self, place: usize, number: u32, heard: Heard) {
        // One that has been ended has nothing to say any more.
        let is_there =
            self.members.borrow().get(place).and_then(Option::as_ref).map(|it| it.number);
        if is_there != Some(number) {
            return;
        }
        match heard {
            Heard::Listens => self.go_on(),
            Heard::Reply(Reply { ticket, .. }) => {
                if let Some(Some(member)) = self.members.borrow_mut().get_mut(place) {
                    member.busy = None;
                }
                self.has_done(ticket);
            }
            Heard::Failed(failure) => {
                let ended = self.members.borrow_mut().get_mut(place).and_then(Option::take);
                drop(ended);
                self.fail(failure);
            }
        }
    }

    /// How many of the next team's workers are there and free.
    fn ready(&self, workers: usize) -> usize {
        let members = self.members.borrow();
        let is_ready = |member: &Member| member.busy.is_none() && member.program.is_listening();
        members.iter().take(workers).flatten().filter(|member| is_ready(member)).count()
    }

    fn tell_start(&self, is_slow: bool) {
        let next = self.next.borrow().clone();
        if let Some(next) = next {
            let of = next.workers();
            next.tell(Told::Starting { ready: self.ready(of), of, is_slow });
        }
    }

    /// Lets the next team begin if it can.
    fn go_on(&self) {
        let Some(next) = self.next.borrow().clone() else { return };
        let workers = next.workers();
        if self.current.borrow().is_some() || self.ready(workers) < workers {
            // Slow from when on it was told so, until they are there.
            return self.tell_start(self.slow.borrow().is_none());
        }
        self.next.take();
        self.slow.take();
        let ticket = self.next_ticket();
        self.current.replace(Some(Current { run: next.clone(), ticket, left: workers }));
        next.begin();
        let said = {
            let mut members = self.members.borrow_mut();
            let mut said = (0..).zip(members.iter_mut().flatten().take(workers));
            said.try_for_each(|(worker, member)| {
                member.busy = Some(ticket);
                member.program.say(&next.part(worker, ticket), Some(next.words()))
            })
        };
        match said {
            Ok(()) => next.tell(Told::Began),
            Err(failure) => self.fail(failure),
        }
    }

    /// One more has done its part.
    fn has_done(&self, ticket: u32) {
        let ended = {
            let mut current = self.current.borrow_mut();
            match &mut *current {
                Some(it) if it.ticket == ticket => {
                    it.left -= 1;
                    current.take_if(|it| it.left == 0)
                }
                _ => None,
            }
        };
        if let Some(Current { run, .. }) = ended {
            self.grace.take();
            run.tell(Told::Ended);
            self.start_missing();
            self.go_on();
        }
    }

    /// Ends all that are still at work.
    fn end_busy(&self) {
        self.grace.take();
        let busy: Vec<Member> = {
            let mut members = self.members.borrow_mut();
            members.iter_mut().filter_map(|it| it.take_if(|it| it.busy.is_some())).collect()
        };
        drop(busy);
        if let Some(Current { run, .. }) = self.current.take() {
            run.tell(Told::Ended);
        }
        self.start_missing();
        self.go_on();
    }

    /// Whoever is at work, or was to begin, hears why it does not go on. Workers may wait for the one that is missing,
    /// so all of them are ended; the next team gets new ones.
    fn fail(&self, failure: WorkerFailure) {
        let (current, next) = (self.current.take(), self.next.take());
        self.slow.take();
        self.grace.take();
        let busy: Vec<Member> = {
            let mut members = self.members.borrow_mut();
            members.iter_mut().filter_map(|it| it.take_if(|it| it.busy.is_some())).collect()
        };
        drop(busy);
        for run in current.map(|current| current.run).into_iter().chain(next) {
            run.tell(Told::Failed(failure.clone()));
        }
    }
}
