//! WebSockets: the RFC's examples and tables, every rule broken, and tungstenite at the other end.

#[path = "websocket/annotate.rs"]
mod annotate;
#[path = "websocket/decoder.rs"]
mod decoder;
#[path = "websocket/endpoint.rs"]
mod endpoint;
#[path = "websocket/golden.rs"]
mod golden;
#[path = "websocket/handshake.rs"]
mod handshake;
#[path = "websocket/lab.rs"]
mod lab;
#[cfg(not(target_arch = "wasm32"))]
#[path = "websocket/oracle.rs"]
mod oracle;
#[cfg(not(target_arch = "wasm32"))]
#[path = "websocket/peer.rs"]
mod peer;
#[cfg(not(target_arch = "wasm32"))]
#[path = "websocket/properties.rs"]
mod properties;
#[path = "websocket/rfc.rs"]
mod rfc;
#[path = "websocket/storm.rs"]
mod storm;
