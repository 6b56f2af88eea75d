// socket.io over WebSocket alone: a room, and every message to everybody in it, the sender too.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, {
  transports: ["websocket"],
  serveClient: false,
  perMessageDeflate: false,
  httpCompression: false,
  connectTimeout: 120_000,
  pingInterval: 120_000,
  pingTimeout: 120_000,
});
io.on("connection", (socket) => {
  socket.join("room");
  socket.on("m", (message) => io.to("room").emit("m", message));
});
http.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () =>
  console.log(`listening on http://127.0.0.1:${http.address().port}`),
);
