//! What there is to achieve in a lab, ticked by the model's own events and remembered by the browser.

use gloo::utils::window;
use std::collections::BTreeSet;
use std::rc::Rc;
use web_sys::Storage;
use yew::prelude::*;

/// Something that a reader can make happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Goal {
    /// Its name in storage; unique in its lab.
    pub id: &'static str,
    /// What to make happen.
    pub text: &'static str,
}

/// The ids of the goals reached in a lab. None, if storage is blocked or holds something else.
pub fn load_done(lab: &str) -> BTreeSet<String> {
    let text =
        local_storage().and_then(|storage| storage.get_item(&storage_key(lab)).ok().flatten());
    text.map(|text| parse(&text)).unwrap_or_default()
}

/// How many of `goals` have been reached in a lab. Goals that the lab no longer has do not count.
pub fn done_count(lab: &str, goals: &[Goal]) -> usize {
    count(goals, &load_done(lab))
}

fn count(goals: &[Goal], done: &BTreeSet<String>) -> usize {
    goals.iter().filter(|goal| done.contains(goal.id)).count()
}

fn parse(text: &str) -> BTreeSet<String> {
    serde_json::from_str(text).unwrap_or_default()
}

/// `None` where the reader's settings block storage: the browser then throws at the mere mention of it.
fn local_storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Where storage is blocked or full, the goals last as long as the page.
fn store_done(lab: &str, done: &BTreeSet<String>) {
    if let (Some(storage), Ok(text)) = (local_storage(), serde_json::to_string(done)) {
        let _ = storage.set_item(&storage_key(lab), &text);
    }
}

fn storage_key(lab: &str) -> String {
    format!("playground/goals/{lab}")
}

#[derive(Clone, PartialEq)]
struct Done(Rc<BTreeSet<String>>);

impl Reducible for Done {
    type Action = &'static str;

    fn reduce(self: Rc<Self>, id: &'static str) -> Rc<Self> {
        if self.0.contains(id) {
            return self;
        }
        let mut done = (*self.0).clone();
        done.insert(id.to_owned());
        Rc::new(Done(Rc::new(done)))
    }
}

/// The goals of a lab, and which of them have been reached.
#[derive(Clone, PartialEq)]
pub struct Goals {
    goals: &'static [Goal],
    done: UseReducerHandle<Done>,
}

impl Goals {
    /// Marks a goal as reached and remembers it. Once is enough; again does nothing, also through a handle
    /// from an earlier rendering.
    pub fn reach(&self, id: &'static str) {
        debug_assert!(self.goals.iter().any(|goal| goal.id == id), "no goal is called {id}");
        self.done.dispatch(id);
    }

    /// Whether a goal has been reached.
    pub fn is_done(&self, id: &str) -> bool {
        self.done.0.contains(id)
    }

    /// All that have been reached, for [`GoalList`].
    pub fn done(&self) -> Rc<BTreeSet<String>> {
        self.done.0.clone()
    }
}

/// The goals of a lab, as its page left them the last time.
#[hook]
pub fn use_goals(lab: &'static str, goals: &'static [Goal]) -> Goals {
    let done = use_reducer_eq(|| Done(Rc::new(load_done(lab))));
    use_effect_with(done.0.clone(), move |done| {
        // The same lab may be open in another tab: what has been reached there stays reached.
        let stored = load_done(lab);
        if !done.is_subset(&stored) {
            store_done(lab, &stored.union(done).cloned().collect());
        }
    });
    Goals { goals, done }
}

/// What a list of goals needs.
#[derive(Properties, PartialEq)]
pub struct GoalListProps {
    /// The goals, in the order of the story.
    pub goals: &'static [Goal],
    /// The ids of those that have been reached.
    pub done: Rc<BTreeSet<String>>,
}

/// A list that ticks itself and says so once.
#[component]
pub fn GoalList(props: &GoalListProps) -> Html {
    let GoalListProps { goals, done } = props;
    let said = use_state(AttrValue::default);
    let known = use_mut_ref(|| done.clone());
    {
        let (goals, said) = (*goals, said.setter());
        use_effect_with(done.clone(), move |done| {
            let before = known.replace(done.clone());
            let is_new = |goal: &&Goal| done.contains(goal.id) && !before.contains(goal.id);
            let reached: Vec<_> = goals.iter().filter(is_new).map(|goal| goal.text).collect();
            if !reached.is_empty() {
                said.set(format!("Goal reached: {}", reached.join(" ")).into());
            }
        });
    }
    let items = goals.iter().map(|goal| {
        let is_done = done.contains(goal.id);
        let (mark, word) = if is_done { ("✓", "Reached: ") } else { ("", "Open: ") };
        html! {
            <li key={goal.id} class={classes!("goal", is_done.then_some("is-done"))}>
                <span class="goal-mark" aria-hidden="true">{ mark }</span>
                <span><span class="visually-hidden">{ word }</span>{ goal.text }</span>
            </li>
        }
    });
    html! {
        <div class="goals">
            <p class="goals-count">{ format!("{} of {} reached", count(goals, done), goals.len()) }</p>
            <ul class="goal-list" role="list">{ for items }</ul>
            <p class="visually-hidden" role="status">{ &*said }</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOALS: &[Goal] = &[Goal { id: "a", text: "A." }, Goal { id: "b", text: "B." }];

    #[test]
    fn a_goal_is_reached_once() {
        let none = Rc::new(Done(Rc::default()));
        let one = none.reduce("a");
        let again = one.clone().reduce("a");
        assert!(Rc::ptr_eq(&one, &again));
        assert_eq!(count(GOALS, &again.0), 1);
    }

    #[test]
    fn garbage_in_storage_is_nothing_reached() {
        for text in ["", "{", "null", "3", "[1, 2]", "{\"a\": true}"] {
            assert_eq!(parse(text), BTreeSet::new(), "{text}");
        }
        assert_eq!(parse(r#"["a","b"]"#), ["a", "b"].map(String::from).into());
    }

    #[test]
    fn goals_that_no_longer_exist_do_not_count() {
        let done = ["a", "gone"].map(String::from).into();
        assert_eq!(count(GOALS, &done), 1);
    }
}
