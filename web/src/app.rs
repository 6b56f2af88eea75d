//! The frame around every page: header, routes, footer.

use crate::components::done_count;
use crate::labs::Lab;
use crate::live::{LiveBadge, PresenceProvider};
use crate::routes::Route;
use crate::theme::{ThemeProvider, ThemeToggle};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;
use yew_router::prelude::*;

/// The whole page.
#[component]
pub fn App() -> Html {
    html! {
        <ThemeProvider>
            <PresenceProvider>
                <BrowserRouter>
                    <a class="skip-link" href="#main" onclick={skip}>{ "Skip to the content" }</a>
                    <Arrival />
                    <header class="site-header">
                        <Link<Route> to={Route::Home} classes="site-name">{ "System Design Playground" }</Link<Route>>
                        <nav class="site-nav" aria-label="Labs">
                            { for Lab::ALL.iter().map(|lab| html! {
                                <Link<Route> to={lab.route()}>{ lab.title() }</Link<Route>>
                            }) }
                        </nav>
                        <LiveBadge />
                        <ThemeToggle />
                    </header>
                    <main id="main" class="site-main" tabindex="-1">
                        <Switch<Route> render={switch} />
                    </main>
                    <footer class="site-footer">
                        <p>{ "Nothing you do here leaves this page and its own server. Goals are kept in this browser." }</p>
                    </footer>
                </BrowserRouter>
            </PresenceProvider>
        </ThemeProvider>
    }
}

/// Goes to the content without a fragment of its own: the address may hold a run.
fn skip(event: MouseEvent) {
    event.prevent_default();
    focus_content();
}

fn focus_content() {
    if let Some(main) = gloo::utils::document().get_element_by_id("main")
        && let Ok(main) = main.dyn_into::<HtmlElement>()
    {
        // What cannot take the focus leaves it where it is.
        let _ = main.focus();
    }
}

/// Begins a page that a link has led to at its top, for eyes and for the keyboard.
#[component]
fn Arrival() -> Html {
    let route = use_route::<Route>();
    let here = use_mut_ref(|| None::<Route>);
    use_effect_with(route, move |route| {
        let before = here.replace(*route);
        if before.is_some() && before != *route {
            focus_content();
            gloo::utils::window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    });
    Html::default()
}

fn switch(route: Route) -> Html {
    let lab = Lab::ALL.iter().find(|lab| lab.route() == route);
    let title = match (route, lab) {
        (_, Some(lab)) => format!("{} · System Design Playground", lab.title()),
        (Route::NotFound, _) => "Not found · System Design Playground".to_owned(),
        _ => "System Design Playground".to_owned(),
    };
    gloo::utils::document().set_title(&title);
    match (route, lab) {
        (_, Some(lab)) => lab.page(),
        (Route::NotFound, _) => html! { <NotFound /> },
        _ => html! { <FrontDoor /> },
    }
}

/// What this is, what there is, where to go first, and what has been done so far.
#[component]
fn FrontDoor() -> Html {
    let done = |lab: &Lab| done_count(lab.name(), lab.goals());
    let first = Lab::ALL.iter().find(|lab| done(lab) < lab.goals().len());
    let started: usize = Lab::ALL.iter().map(done).sum();
    let next = if started == 0 { "Begin with " } else { "Go on with " };
    html! {
        <div class="front">
            <header class="prose">
                <h1>{ "Operate the ideas behind large systems" }</h1>
                <p class="lede">
                    { "Each lab is a working model that you can drag, crash, rewind and share. The code that moves the \
                       picture is the code that runs on the server, and a whole run fits into a link. Every figure \
                       says whether it was measured or modelled." }
                </p>
                if let Some(lab) = first {
                    <p>{ next }<Link<Route> to={lab.route()}>{ lab.title() }</Link<Route>>{ "." }</p>
                } else {
                    <p>{ "You have reached every goal there is." }</p>
                }
            </header>
            <ul class="card-grid" role="list">
                { for Lab::ALL.iter().map(|lab| html! {
                    <li class="card">
                        { lab.miniature() }
                        <h2><Link<Route> to={lab.route()}>{ lab.title() }</Link<Route>></h2>
                        <p>{ lab.idea() }</p>
                        <p class="card-progress">{ format!("{} of {} goals reached", done(lab), lab.goals().len()) }</p>
                    </li>
                }) }
            </ul>
        </div>
    }
}

#[component]
fn NotFound() -> Html {
    html! {
        <div class="prose">
            <h1>{ "There is nothing here" }</h1>
            <p>{ "The address leads to no lab. " }<Link<Route> to={Route::Home}>{ "All labs are on the front page" }</Link<Route>>{ "." }</p>
        </div>
    }
}
