//! What can be clicked in the picture: the queue, the workers, and the visitor's own commands that wait.

use crate::components::Subject;
use playground_core::blocking_queue::lab::Worker;
use playground_core::sim::NodeId;

/// The queue.
pub const QUEUE: Subject = Subject::Node(NodeId(0));
/// From here on, numbers are those of consumers.
const CONSUMERS: u16 = 100;

/// What a worker is to the popup.
pub fn subject_of(worker: Worker) -> Subject {
    Subject::Node(NodeId(match worker {
        Worker::Producer(number) => 1 + u16::from(number),
        Worker::Consumer(number) => CONSUMERS + u16::from(number),
    }))
}

/// Who that is again; none if it is the queue.
pub fn worker_of(id: NodeId) -> Option<Worker> {
    match id.0.checked_sub(CONSUMERS) {
        Some(number) => u8::try_from(number).ok().map(Worker::Consumer),
        None => id.0.checked_sub(1).and_then(|it| u8::try_from(it).ok()).map(Worker::Producer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_found_again() {
        for worker in [0, 7].into_iter().flat_map(|it| [Worker::Producer(it), Worker::Consumer(it)])
        {
            let Subject::Node(id) = subject_of(worker) else { panic!("{worker} is no node") };
            assert_eq!(worker_of(id), Some(worker));
        }
        let Subject::Node(queue) = QUEUE else { panic!("the queue is no node") };
        assert_eq!(worker_of(queue), None);
    }
}
