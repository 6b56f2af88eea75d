//! The figures of the edges in Prometheus' text format, for `/metrics`.

use std::sync::Arc;

use metrics::{Key, Label, Level, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use playground_core::cdn::wire::EdgeStats;

use super::api::cdn;
use crate::app::AppState;
use crate::problem::AppError;

const METADATA: Metadata<'static> = Metadata::new("cdn", Level::INFO, Some(module_path!()));
const REQUESTS: &str = "cdn_requests_total";

/// How a figure of an edge is read.
type Read = fn(&EdgeStats) -> u64;
/// A figure of an edge that only grows: its name, what it is, and how it is read.
type Counter = (&'static str, &'static str, Read);
/// A figure of an edge that comes and goes.
type Gauge = Counter;

/// How requests were answered: the values of the label `result`.
const RESULTS: [(&str, Read); 7] = [
    ("hit", |stats| stats.hits),
    ("stale", |stats| stats.stale),
    ("miss", |stats| stats.misses),
    ("joined", |stats| stats.joined),
    ("revalidated", |stats| stats.revalidated),
    ("passed", |stats| stats.passed),
    ("failed", |stats| stats.failed),
];

const COUNTERS: [Counter; 3] = [
    ("cdn_origin_requests_total", "Requests sent to the origin.", |stats| stats.origin_requests),
    ("cdn_served_bytes_total", "Bytes of bodies given to readers.", |stats| stats.bytes_served),
    ("cdn_fetched_bytes_total", "Bytes of bodies taken from the origin.", |stats| {
        stats.bytes_fetched
    }),
];

const GAUGES: [Gauge; 3] = [
    ("cdn_entries", "Copies there are.", |stats| stats.entries),
    ("cdn_stored_bytes", "Bytes of the copies' bodies.", |stats| stats.stored_bytes),
    ("cdn_memory_bytes", "Bytes of bodies in memory.", |stats| stats.memory_bytes),
];

/// The figures, as they were told last.
#[derive(Clone)]
pub(super) struct Figures(Arc<PrometheusRecorder>);

impl Figures {
    pub(super) fn new() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let text = |text: &'static str| SharedString::const_str(text);
        let help =
            "Requests by edge and by how they were answered; one may count as a miss and as more.";
        recorder.describe_counter(REQUESTS.into(), None, text(help));
        for (name, help, _) in COUNTERS {
            recorder.describe_counter(name.into(), None, text(help));
        }
        for (name, help, _) in GAUGES {
            recorder.describe_gauge(name.into(), Some(Unit::Count), text(help));
        }
        Self(Arc::new(recorder))
    }

    fn render(&self, edges: &[EdgeStats]) -> String {
        for stats in edges {
            let edge = Label::new("edge", stats.name.clone());
            for (result, read) in RESULTS {
                let labels = vec![edge.clone(), Label::from_static_parts("result", result)];
                let key = Key::from_parts(REQUESTS, labels);
                self.0.register_counter(&key, &METADATA).absolute(read(stats));
            }
            for (name, _, read) in COUNTERS {
                let key = Key::from_parts(name, vec![edge.clone()]);
                self.0.register_counter(&key, &METADATA).absolute(read(stats));
            }
            for (name, _, read) in GAUGES {
                let key = Key::from_parts(name, vec![edge.clone()]);
                self.0.register_gauge(&key, &METADATA).set(read(stats) as f64);
            }
        }
        self.0.handle().render()
    }
}

impl std::fmt::Debug for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Figures").finish_non_exhaustive()
    }
}

/// The figures of all edges.
pub(crate) fn metrics(state: &AppState) -> Result<String, AppError> {
    let cdn = cdn(state)?;
    let stats: Vec<EdgeStats> = cdn.edges().iter().map(|edge| edge.stats()).collect();
    Ok(cdn.figures().render(&stats))
}
