//! The page: draws frames and sends actions, knows no algorithm.

mod app;
mod components;
mod labs;
mod live;
mod player;
mod routes;
mod theme;
mod workers;

fn main() {
    yew::Renderer::<app::App>::new().render();
}
