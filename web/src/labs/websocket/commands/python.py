import base64, hashlib, os, socket

HOST, PORT = "localhost", 3000
wire = socket.create_connection((HOST, PORT), timeout=10)
stream = wire.makefile("rb")

# The request: any 16 random bytes, in base64, are a key.
key = base64.b64encode(os.urandom(16)).decode()
wire.sendall(
    f"GET /ws/echo HTTP/1.1\r\n"
    f"Host: {HOST}:{PORT}\r\n"
    f"Upgrade: websocket\r\n"
    f"Connection: Upgrade\r\n"
    f"Sec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Key: {key}\r\n"
    f"Origin: http://{HOST}:{PORT}\r\n"
    f"\r\n".encode()
)

# The response ends with an empty line.
headers = {}
status = stream.readline().decode().strip()
while line := stream.readline().decode().strip():
    name, value = line.split(":", 1)
    headers[name.lower()] = value.strip()
digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
print(status)
print("accept key is right:", headers["sec-websocket-accept"] == base64.b64encode(digest).decode())


def send(opcode, payload):
    """One whole frame, masked, as a client's must be."""
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    frame = bytes([0x80 | opcode, 0x80 | len(payload)]) + mask + masked
    print("sent    ", frame.hex(" "))
    wire.sendall(frame)


def receive():
    """One frame of at most 125 bytes."""
    header = stream.read(2)
    payload = stream.read(header[1])
    print("received", (header + payload).hex(" "))
    return payload


send(0x1, b"Hello")
print("echo    ", receive().decode())
send(0x8, (1000).to_bytes(2, "big"))
print("closed  ", int.from_bytes(receive(), "big"))
