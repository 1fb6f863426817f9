"""Websocket frames (RFC 6455) by hand, as a client reads and writes them."""

from collections.abc import Iterator

HANDSHAKE = (
    "GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def taken(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """The whole frames that a buffer begins with, each by its kind and content, taken off it."""
    while len(buffer) >= 2:
        size, start = buffer[1], 2
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return
        kind, content = buffer[0] & 15, bytes(buffer[start : start + size])
        del buffer[: start + size]
        yield kind, content


def framed(kind: int, content: bytes) -> bytes:
    """A frame of up to 65,535 bytes."""
    size = len(content)
    head = bytes([128 + kind, 128 + size]) if size < 126 else bytes([128 + kind, 254])
    # Clients must mask what they send; a mask of zeros changes nothing.
    more = b"" if size < 126 else size.to_bytes(2, "big")
    return head + more + bytes(4) + content
