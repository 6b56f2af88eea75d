//! Light or dark, moving or still: what the reader prefers, and who has to know.
//!
//! Style sheets follow by themselves. Canvases do not, so [`EffectiveTheme`] is a context: whoever draws
//! with colours read from the style sheet draws again when it changes.

use gloo::events::EventListener;
use gloo::utils::{document_element, window};
use web_sys::{MediaQueryList, Storage};
use yew::prelude::*;

const STORAGE_KEY: &str = "playground/theme";
const DARK: &str = "(prefers-color-scheme: dark)";
const REDUCED_MOTION: &str = "(prefers-reduced-motion: reduce)";

/// What the reader has chosen.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Theme {
    /// As the operating system has it.
    #[default]
    System,
    /// Dark ink on paper.
    Light,
    /// Light ink on a dark ground.
    Dark,
}

impl Theme {
    fn attribute(self) -> Option<&'static str> {
        match self {
            Theme::System => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Theme::System => "as the system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    fn next(self) -> Self {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Theme::System => "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.5v11a5.5 5.5 0 0 1 0-11z",
            Theme::Light => {
                "M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM7.3 0h1.4v3H7.3zM7.3 13h1.4v3H7.3zM0 7.3h3v1.4H0zM13 \
                 7.3h3v1.4h-3zM1.8 2.8l1-1 2.1 2.1-1 1zM11.1 12.1l1-1 2.1 2.1-1 1zM13.2 1.8l1 1-2.1 2.1-1-1zM3.9 \
                 11.1l1 1-2.1 2.1-1-1z"
            }
            Theme::Dark => "M6 1a7 7 0 1 0 9 9A6 6 0 0 1 6 1z",
        }
    }

    fn stored() -> Self {
        let value =
            local_storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten());
        match value.as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// Where storage is blocked, the choice lasts as long as the page.
    fn store(self) {
        let Some(storage) = local_storage() else { return };
        let _ = match self.attribute() {
            Some(value) => storage.set_item(STORAGE_KEY, value),
            None => storage.remove_item(STORAGE_KEY),
        };
    }

    /// Done at once rather than in an effect: children that read colours when they are mounted must find the
    /// right ones, and the effects of children run first.
    fn apply(self) {
        let root = document_element();
        // Neither fails for an attribute with this name.
        let _ = match self.attribute() {
            Some(value) => root.set_attribute("data-theme", value),
            None => root.remove_attribute("data-theme"),
        };
    }
}

/// The context of everybody who draws with colours: the choice, and what comes of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EffectiveTheme {
    /// What the reader has chosen.
    pub theme: Theme,
    /// Whether the ground is dark now.
    pub is_dark: bool,
}

/// The other half of the context, apart from the first because it never changes.
#[derive(Clone, PartialEq)]
struct ThemeChooser(Callback<Theme>);

/// What a theme provider needs.
#[derive(Properties, PartialEq)]
pub struct ThemeProviderProps {
    /// Everything that may ask for the theme.
    #[prop_or_default]
    pub children: Html,
}

/// Keeps the reader's choice in localStorage and in `data-theme` of the root, and provides
/// [`EffectiveTheme`] as a context.
#[component]
pub fn ThemeProvider(props: &ThemeProviderProps) -> Html {
    let theme = use_state(|| {
        let theme = Theme::stored();
        theme.apply();
        theme
    });
    let is_system_dark = use_media_query(DARK);
    let chooser = use_memo((), |()| {
        let theme = theme.setter();
        ThemeChooser(Callback::from(move |choice: Theme| {
            choice.apply();
            choice.store();
            theme.set(choice);
        }))
    });
    let is_dark = match *theme {
        Theme::System => is_system_dark,
        Theme::Light => false,
        Theme::Dark => true,
    };
    html! {
        <ContextProvider<ThemeChooser> context={(*chooser).clone()}>
            <ContextProvider<EffectiveTheme> context={EffectiveTheme { theme: *theme, is_dark }}>
                { props.children.clone() }
            </ContextProvider<EffectiveTheme>>
        </ContextProvider<ThemeChooser>>
    }
}

/// The reader's choice, and how to change it.
///
/// # Panics
///
/// Outside of a [`ThemeProvider`].
#[hook]
pub fn use_theme() -> (Theme, Callback<Theme>) {
    let effective = use_context::<EffectiveTheme>().expect("a ThemeProvider around the page");
    let chooser = use_context::<ThemeChooser>().expect("a ThemeProvider around the page");
    (effective.theme, chooser.0)
}

/// A button that goes through the themes.
#[component]
pub fn ThemeToggle() -> Html {
    let (theme, choose) = use_theme();
    let onclick = choose.reform(move |_: MouseEvent| theme.next());
    let label = format!("Theme: {}. Switch to {}", theme.name(), theme.next().name());
    html! {
        <button type="button" class="theme-toggle" {onclick} title={label.clone()}>
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d={theme.icon()} /></svg>
            <span class="visually-hidden">{ label }</span>
        </button>
    }
}

/// Whether the reader has asked for less motion, at this moment.
pub fn prefers_reduced_motion() -> bool {
    media_query(REDUCED_MOTION).is_some_and(|query| query.matches())
}

/// The same, rendered again when it changes.
#[hook]
pub fn use_reduced_motion() -> bool {
    use_media_query(REDUCED_MOTION)
}

/// `None` where the reader's settings block storage: the browser then throws at the mere mention of it.
fn local_storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn media_query(query: &str) -> Option<MediaQueryList> {
    window().match_media(query).ok().flatten()
}

#[hook]
fn use_media_query(query: &'static str) -> bool {
    let is_match = use_state(|| media_query(query).is_some_and(|query| query.matches()));
    let setter = is_match.setter();
    use_effect_with(query, move |query| {
        let listener = media_query(query).map(|list| {
            let again = list.clone();
            EventListener::new(&list, "change", move |_| setter.set(again.matches()))
        });
        move || drop(listener)
    });
    *is_match
}
