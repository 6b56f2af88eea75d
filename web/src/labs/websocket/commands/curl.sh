# The handshake alone: curl prints the response and then waits for 2 seconds.
curl --http1.1 --include --no-buffer --max-time 2 \
  --header 'Upgrade: websocket' \
  --header 'Connection: Upgrade' \
  --header 'Sec-WebSocket-Version: 13' \
  --header 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \
  --header 'Origin: http://localhost:3000' \
  http://localhost:3000/ws/echo
