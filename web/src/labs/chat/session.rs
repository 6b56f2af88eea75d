//! The real chat of this tab, for as long as the page is open.

use super::driver::{Driver, News};
use super::keep::{Kept, Person, Tab, introduce, person};
use super::view::{Ask, ChatView};
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use gloo::utils::document;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::VisibilityState;
use yew::prelude::*;

/// However much happens, it is drawn at most once in so many milliseconds.
const REDRAW_MS: u32 = 16;

/// What a component sees of the chat.
#[derive(Clone, PartialEq)]
pub struct Session {
    /// Who one is; none before one has said so.
    pub name: Option<AttrValue>,
    /// Why the name will not do.
    pub refused: Option<AttrValue>,
    /// What is drawn; none before there is a name.
    pub view: Option<Rc<ChatView>>,
    /// Where the reader's wishes go.
    pub on_ask: Callback<Ask>,
    /// Told who the reader wants to be in this tab.
    pub on_name: Callback<AttrValue>,
}

/// What has been drawn last.
#[derive(Clone, Default, PartialEq)]
struct Drawn {
    view: Option<Rc<ChatView>>,
    refused: Option<AttrValue>,
}

struct Shared {
    driver: RefCell<Option<Driver>>,
    inbox: RefCell<VecDeque<News>>,
    is_busy: Cell<bool>,
    redraw: RefCell<Option<Timeout>>,
    drawn: UseStateSetter<Drawn>,
}

impl Shared {
    /// Takes news; what comes while other news is handled waits for its turn.
    fn hear(self: &Rc<Self>, news: News) {
        self.inbox.borrow_mut().push_back(news);
        if self.is_busy.replace(true) {
            return;
        }
        while let Some(news) = self.next() {
            if let Some(driver) = &mut *self.driver.borrow_mut() {
                driver.hear(news);
            }
        }
        self.is_busy.set(false);
        self.schedule();
    }

    fn next(&self) -> Option<News> {
        self.inbox.borrow_mut().pop_front()
    }

    fn schedule(self: &Rc<Self>) {
        if self.redraw.borrow().is_some() {
            return;
        }
        let weak = Rc::downgrade(self);
        let redraw = Timeout::new(REDRAW_MS, move || {
            if let Some(shared) = weak.upgrade() {
                let _served = shared.redraw.take();
                shared.draw();
            }
        });
        self.redraw.replace(Some(redraw));
    }

    fn draw(&self) {
        let driver = self.driver.borrow();
        let view = driver.as_ref().map(|driver| Rc::new(driver.view()));
        let refused = driver.as_ref().and_then(Driver::rejected).map(AttrValue::from);
        self.drawn.set(Drawn { view, refused });
    }

    fn begin(self: &Rc<Self>, tab: Tab, kept: Kept, taken: usize) {
        let weak = Rc::downgrade(self);
        let inbox = Callback::from(move |news| {
            if let Some(shared) = weak.upgrade() {
                shared.hear(news);
            }
        });
        // What the connection says at once waits until the driver is where it belongs.
        self.is_busy.set(true);
        let driver = Driver::begin(tab, kept, taken, inbox);
        self.driver.replace(Some(driver));
        self.is_busy.set(false);
        let is_visible = document().visibility_state() == VisibilityState::Visible;
        self.hear(News::Visible(is_visible));
    }

    fn end(&self) {
        self.driver.replace(None);
        self.inbox.borrow_mut().clear();
        self.redraw.replace(None);
    }
}

/// The chat of this tab.
#[hook]
pub fn use_session() -> Session {
    let drawn = use_state_eq(Drawn::default);
    let who = use_state_eq(person);
    let shared = {
        let drawn = drawn.setter();
        use_memo((), move |()| {
            Rc::new(Shared {
                driver: RefCell::default(),
                inbox: RefCell::default(),
                is_busy: Cell::default(),
                redraw: RefCell::default(),
                drawn,
            })
        })
    };
    let shared = (*shared).clone();
    use_driver(&shared, (*who).clone());
    let on_ask = {
        let shared = shared.clone();
        use_callback((), move |ask: Ask, ()| shared.hear(News::Ask(ask)))
    };
    let on_name = {
        let who = who.setter();
        use_callback((), move |name: AttrValue, ()| who.set(Some(introduce(&name))))
    };
    let name = who.as_ref().map(|person| AttrValue::from(person.name.clone()));
    Session { name, refused: drawn.refused.clone(), view: drawn.view.clone(), on_ask, on_name }
}

/// Keeps a driver for a person.
#[hook]
fn use_driver(shared: &Rc<Shared>, person: Option<Person>) {
    let shared = shared.clone();
    use_effect_with(person, move |person| {
        let is_wanted = Rc::new(Cell::new(true));
        if let Some(person) = person.clone() {
            let (shared, is_wanted) = (shared.clone(), is_wanted.clone());
            spawn_local(async move {
                let (tab, kept, taken) = Tab::begin(&person).await;
                if is_wanted.get() {
                    shared.begin(tab, kept, taken);
                }
            });
        }
        let for_visibility = shared.clone();
        let on_visibility = EventListener::new(&document(), "visibilitychange", move |_| {
            let is_visible = document().visibility_state() == VisibilityState::Visible;
            for_visibility.hear(News::Visible(is_visible));
        });
        move || {
            is_wanted.set(false);
            drop(on_visibility);
            shared.end();
        }
    });
}
