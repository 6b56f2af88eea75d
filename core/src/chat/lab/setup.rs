//! What the nodes of the lab are told before they start.

use super::{LOBBY, Scenario, action};
use crate::chat::client::Patience;
use crate::chat::node::{ChatConfig, Transport};
use crate::chat::server::ServerConfig;
use crate::chat::tab::TabConfig;
use crate::chat::{Limits, Rate, Settings};
use crate::sim::{NodeId, Span};
use std::sync::Arc;

/// How long the tabs of the lab wait, in which a packet takes a third of a second or more.
fn patience(scenario: &Scenario) -> Patience {
    let (_, longest) = scenario.latency();
    let tries = match scenario.transport {
        Transport::Stream => 1,
        Transport::Raw => 4,
    };
    Patience {
        answer: Span::from_ms(3_000) + longest * 2,
        tries,
        idle: Span::from_ms(8_000) + longest * 2,
        first_delay: Span::from_ms(600),
        longest_delay: Span::from_ms(8_000),
        received_every: Span::from_ms(1_500),
        typing_every: Span::from_ms(2_500),
        typing_for: Span::from_ms(4_000),
    }
}

/// The names of the tabs, and what each node is told.
pub(super) fn configs(scenario: &Scenario) -> (Vec<Arc<str>>, Vec<ChatConfig>) {
    let (_, longest) = scenario.latency();
    let gap = Span::from_ms(1_500) + longest * 2;
    let limits = Limits {
        page_messages: scenario.page.clamp(1, 100),
        messages: Rate { per_second: 2, burst: 10 },
        ..Limits::default()
    };
    let settings = Settings {
        limits,
        window_messages: scenario.window.clamp(1, 1_000),
        inbox_window_messages: scenario.window.clamp(1, 1_000),
        without: scenario.without,
        ..Settings::default()
    };
    let server = ServerConfig {
        settings: Arc::new(settings),
        transport: scenario.transport,
        queue: scenario.queue.clamp(4, 1_000),
        hello: Span::from_ms(5_000) + longest * 2,
        ping: Span::from_ms(10_000) + longest * 2,
        gap,
    };
    let mut names: Vec<Arc<str>> = Vec::new();
    for name in scenario.tabs.iter().take(action::MOST_TABS) {
        let is_name = server.settings.limits.check_name(name).is_ok();
        names.push(if is_name { name.as_str().into() } else { "Nobody".into() });
    }
    let tab = |(index, name): (usize, &Arc<str>)| {
        ChatConfig::Tab(TabConfig {
            node: NodeId(index as u16 + 1),
            name: name.clone(),
            rooms: vec![LOBBY.into()],
            transport: scenario.transport,
            patience: patience(scenario),
            gap,
            without: scenario.without,
        })
    };
    let tabs: Vec<ChatConfig> = names.iter().enumerate().map(tab).collect();
    (names, std::iter::once(ChatConfig::Server(server)).chain(tabs).collect())
}
