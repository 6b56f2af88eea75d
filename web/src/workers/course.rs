//! How a job stands, for the section that shows it: once, for every lab whose answers each tell the whole.

use super::client::{Answer, Worker, use_worker};
use super::program::WorkerFailure;
use super::protocol::Job;
use std::rc::Rc;
use yew::prelude::*;

/// What is being done.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// Nothing was asked for yet.
    Idle,
    /// The worker is at it, or on its way.
    Running,
    /// It was told to stop.
    Stopped,
    /// Everything is done.
    Done,
    /// There will be no further answer.
    Failed(WorkerFailure),
}

/// How a job stands.
#[derive(Debug, PartialEq)]
pub struct Course<A> {
    /// What is being done.
    pub phase: Phase,
    /// The last answer to this job, whatever has become of it since.
    pub answer: Option<Rc<A>>,
}

impl<A> Course<A> {
    /// Nothing was asked for yet.
    const IDLE: Self = Course { phase: Phase::Idle, answer: None };
}

/// What changes a course.
pub enum Step<A> {
    /// A job is given.
    Begin,
    /// The worker says how far it is, what came of it, or why there is nothing more.
    Hear(Result<Answer<A>, WorkerFailure>),
    /// The job is taken back.
    Stop,
}

impl<A> Reducible for Course<A> {
    type Action = Step<A>;

    fn reduce(self: Rc<Self>, step: Step<A>) -> Rc<Self> {
        let (phase, answer) = match step {
            Step::Begin => (Phase::Running, None),
            Step::Hear(Ok(Answer::SoFar(answer))) => (Phase::Running, Some(Rc::new(answer))),
            Step::Hear(Ok(Answer::Done(answer))) => (Phase::Done, Some(Rc::new(answer))),
            Step::Hear(Err(failure)) => (Phase::Failed(failure), self.answer.clone()),
            Step::Stop => (Phase::Stopped, self.answer.clone()),
        };
        Rc::new(Course { phase, answer })
    }
}

/// Jobs of one kind and how the last of them stands, for as long as the component lives.
pub struct Runner<J: Job> {
    course: UseReducerHandle<Course<J::Answer>>,
    worker: Worker<J>,
}

impl<J: Job> Runner<J> {
    /// How the last job stands.
    pub fn course(&self) -> &Course<J::Answer> {
        &self.course
    }

    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        self.course.phase == Phase::Running
    }

    /// Begins a job, instead of one that is not done.
    pub fn on_start(&self) -> Callback<J> {
        let (course, worker) = (self.course.dispatcher(), self.worker.clone());
        Callback::from(move |job: J| {
            course.dispatch(Step::Begin);
            worker.start(&job);
        })
    }

    /// Lets the worker do nothing more; what it has told stays.
    pub fn on_stop(&self) -> Callback<MouseEvent> {
        let (course, worker) = (self.course.dispatcher(), self.worker.clone());
        Callback::from(move |_| {
            worker.cancel();
            course.dispatch(Step::Stop);
        })
    }
}

/// A worker of one's own, and how its last job stands.
#[hook]
pub fn use_runner<J: Job>() -> Runner<J> {
    let course = use_reducer(|| Course::<J::Answer>::IDLE);
    let worker = use_worker::<J>({
        let course = course.dispatcher();
        Callback::from(move |answer| course.dispatch(Step::Hear(answer)))
    });
    Runner { course, worker }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_stays_until_the_next_job_begins() {
        let idle = Rc::new(Course::<u32>::IDLE);
        let running = idle.reduce(Step::Begin).reduce(Step::Hear(Ok(Answer::SoFar(5))));
        assert_eq!(*running, Course { phase: Phase::Running, answer: Some(Rc::new(5)) });
        let stopped = running.reduce(Step::Stop);
        assert_eq!(*stopped, Course { phase: Phase::Stopped, answer: Some(Rc::new(5)) });
        let failed = stopped.reduce(Step::Hear(Err(WorkerFailure::Garbled)));
        assert_eq!(failed.answer, Some(Rc::new(5)));
        assert_eq!(failed.reduce(Step::Begin).answer, None);
    }
}
