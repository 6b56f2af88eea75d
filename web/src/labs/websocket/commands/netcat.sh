# The request; then "Hello" as a masked text frame; then a close frame with code 1000. Bytes in octal.
{
  printf 'GET /ws/echo HTTP/1.1\r\n'
  printf 'Host: localhost:3000\r\n'
  printf 'Upgrade: websocket\r\n'
  printf 'Connection: Upgrade\r\n'
  printf 'Sec-WebSocket-Version: 13\r\n'
  printf 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
  printf 'Origin: http://localhost:3000\r\n'
  printf '\r\n'
  sleep 1
  printf '\201\205\067\372\041\075\177\237\115\121\130'
  printf '\210\202\067\372\041\075\064\022'
  sleep 1
} | nc localhost 3000 | hexdump -C
