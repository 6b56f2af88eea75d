//! The classical mistakes with condition variables, each in a queue that is right but for it, and each caught by loom.

use loom::sync::{Condvar, Mutex, MutexGuard};
use loom::thread;
// Not loom's, which is at a loss when it is dropped by a panic.
use std::collections::VecDeque;
use std::sync::Arc;

/// What is wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mistake {
    None,
    /// The condition is not looked at again after waking up.
    IfInsteadOfWhile,
    /// Producers and consumers wait on one condition variable, and one of all is notified.
    OneConditionForBoth,
    /// The notification goes out before there is anything to see.
    NotifyBeforeTheChange,
}

/// A queue for one item.
struct Queue {
    mistake: Mistake,
    items: Mutex<VecDeque<u32>>,
    not_full: Condvar,
    not_empty: Condvar,
}

impl Queue {
    fn new(mistake: Mistake) -> Arc<Self> {
        let items = Mutex::new(VecDeque::new());
        Arc::new(Queue { mistake, items, not_full: Condvar::new(), not_empty: Condvar::new() })
    }

    /// Where producers wait.
    fn not_full(&self) -> &Condvar {
        match self.mistake {
            Mistake::OneConditionForBoth => &self.not_empty,
            _ => &self.not_full,
        }
    }

    fn wait_while<'a>(
        &self,
        condition: &Condvar,
        mut items: MutexGuard<'a, VecDeque<u32>>,
        has_to_wait: impl Fn(&VecDeque<u32>) -> bool,
    ) -> MutexGuard<'a, VecDeque<u32>> {
        while has_to_wait(&items) {
            items = condition.wait(items).unwrap();
            if self.mistake == Mistake::IfInsteadOfWhile {
                break;
            }
        }
        items
    }

    fn put(&self, item: u32) {
        if self.mistake == Mistake::NotifyBeforeTheChange {
            self.not_empty.notify_one();
        }
        let items = self.items.lock().unwrap();
        let mut items = self.wait_while(self.not_full(), items, |items| items.len() == 1);
        items.push_back(item);
        drop(items);
        if self.mistake != Mistake::NotifyBeforeTheChange {
            self.not_empty.notify_one();
        }
    }

    fn take(&self) -> u32 {
        let items = self.items.lock().unwrap();
        let mut items = self.wait_while(&self.not_empty, items, VecDeque::is_empty);
        let item = items.pop_front().expect("woken beside an empty queue");
        drop(items);
        self.not_full().notify_one();
        item
    }
}

/// One thread puts two items, and two take one each: enough for each of the mistakes.
fn run(mistake: Mistake) {
    loom::model(move || {
        let queue = Queue::new(mistake);
        let consumers = [(), ()].map(|()| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || queue.take())
        });
        queue.put(1);
        queue.put(2);
        assert_eq!(consumers.map(|consumer| consumer.join().unwrap()).iter().sum::<u32>(), 3);
    });
}

#[test]
fn without_a_mistake_everybody_is_served() {
    run(Mistake::None);
}

#[test]
#[should_panic(expected = "woken beside an empty queue")]
fn if_instead_of_while_takes_what_another_has_taken() {
    run(Mistake::IfInsteadOfWhile);
}

#[test]
#[should_panic(expected = "deadlock")]
fn one_condition_for_both_wakes_the_wrong_one() {
    run(Mistake::OneConditionForBoth);
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_notification_before_the_change_is_lost() {
    run(Mistake::NotifyBeforeTheChange);
}
