//! One idea of a story: prose, and the figure it is about.

use yew::prelude::*;

/// What a section needs.
#[derive(Properties, PartialEq)]
pub struct SectionProps {
    /// The fragment of its address.
    pub id: AttrValue,
    /// Its heading.
    pub title: AttrValue,
    /// What stands beside the prose where there is room, and under it elsewhere.
    #[prop_or_default]
    pub figure: Html,
    /// The prose.
    #[prop_or_default]
    pub children: Html,
}

/// A section of a story.
#[component]
pub fn Section(props: &SectionProps) -> Html {
    let SectionProps { id, title, figure, children } = props;
    let has_figure = *figure != Html::default();
    let heading = format!("{id}-title");
    html! {
        <section {id} class={classes!("story-section", has_figure.then_some("has-figure"))}
            aria-labelledby={heading.clone()}>
            <div class="prose">
                <h2 id={heading}>{ title }</h2>
                { children.clone() }
            </div>
            if has_figure {
                <div class="story-figure">{ figure.clone() }</div>
            }
        </section>
    }
}
