// node's ws: every message to every client, the sender too. No compression, and texts are taken as valid:
// the fastest it can be set to.
import { WebSocketServer } from "ws";

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  backlog: 4096,
  perMessageDeflate: false,
  skipUTF8Validation: true,
  clientTracking: true,
});
const asText = { binary: false, compress: false };
server.on("connection", (socket) => {
  socket.on("message", (message) => {
    for (const client of server.clients) client.send(message, asText);
  });
});
server.on("listening", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
