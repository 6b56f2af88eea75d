// Bun's built-in publish: everybody subscribes to one topic, the sender too.
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request, server) {
    return server.upgrade(request) ? undefined : new Response("WebSockets only", { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 0,
    sendPings: false,
    // So much that nothing is ever dropped for a client that is slow for a moment.
    backpressureLimit: 256 * 1024 * 1024,
    open(socket) {
      socket.subscribe("room");
    },
    message(socket, message) {
      server.publish("room", message);
    },
  },
});
console.log(`listening on http://127.0.0.1:${server.port}`);
