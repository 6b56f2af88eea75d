//! WebSockets: the RFC's examples and tables, every rule broken, and tungstenite at the other end.

#[path = "websocket/decoder.rs"]
mod decoder;
#[path = "websocket/endpoint.rs"]
mod endpoint;
#[path = "websocket/handshake.rs"]
mod handshake;
#[path = "websocket/rfc.rs"]
mod rfc;
