$client = New-Object System.Net.Sockets.TcpClient("localhost", 3000)
$stream = $client.GetStream()
$stream.ReadTimeout = 5000

# The request. Every line ends with CRLF, and so does the empty line at its end.
$request = "GET /ws/echo HTTP/1.1`r`n" +
  "Host: localhost:3000`r`n" +
  "Upgrade: websocket`r`n" +
  "Connection: Upgrade`r`n" +
  "Sec-WebSocket-Version: 13`r`n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==`r`n" +
  "Origin: http://localhost:3000`r`n" +
  "`r`n"
$bytes = [System.Text.Encoding]::ASCII.GetBytes($request)
$stream.Write($bytes, 0, $bytes.Length)

# The response. Sec-WebSocket-Accept must be s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
$buffer = New-Object byte[] 4096
$count = $stream.Read($buffer, 0, $buffer.Length)
[System.Text.Encoding]::ASCII.GetString($buffer, 0, $count)

# "Hello" as a masked text frame, and what comes back: 81-05-48-65-6C-6C-6F
[byte[]]$hello = 0x81,0x85,0x37,0xFA,0x21,0x3D,0x7F,0x9F,0x4D,0x51,0x58
$stream.Write($hello, 0, $hello.Length)
$count = $stream.Read($buffer, 0, $buffer.Length)
[System.BitConverter]::ToString($buffer, 0, $count)

# A close frame with code 1000, and the server's: 88-02-03-E8
[byte[]]$close = 0x88,0x82,0x37,0xFA,0x21,0x3D,0x34,0x12
$stream.Write($close, 0, $close.Length)
$count = $stream.Read($buffer, 0, $buffer.Length)
[System.BitConverter]::ToString($buffer, 0, $count)
$client.Close()
