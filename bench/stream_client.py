"""Opens many streams and notes when each event came; a process of its own.

Arguments: port, number of streams, seconds to listen, path (`{}` in it is the stream's number),
file for what was heard. Prints `open` when all are. Each receipt is three numbers: the stream, the
event's id, and the time; read by `array`.
"""

import array
import select
import socket
import sys
import time
from collections.abc import Iterator

_OF_ONE_ADDRESS = 20_000


def connect(port: int, path: str, number: int) -> socket.socket:
    client = socket.socket()
    # An address has so many ports.
    client.bind((f"127.0.0.{2 + number // _OF_ONE_ADDRESS}", 0))
    client.connect(("127.0.0.1", port))
    client.sendall(f"GET {path.format(number)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return client


def ids(text: bytes) -> Iterator[float]:
    """Of the messages that begin in it. Were this slower than the sender, it would be measured."""
    at = 0
    while (at := text.find(b"id: ", at)) >= 0 and (end := text.find(b"\n", at)) >= 0:
        if at == 0 or text[at - 1] == 10:
            yield float(text[at + 4 : end])
        at = end


def main() -> None:
    port, count, seconds = (int(argument) for argument in sys.argv[1:4])
    path, out = sys.argv[4], sys.argv[5]
    poll, clients, tails = select.epoll(), {}, {}
    for number in range(count):
        client = connect(port, path, number)
        client.recv(4096)
        client.setblocking(False)
        clients[client.fileno()] = (client, number)
        tails[client.fileno()] = b""
        poll.register(client, select.EPOLLIN)
    print("open", flush=True)
    heard = array.array("d")
    room = bytearray(1 << 18)
    view = memoryview(room)
    until = time.time() + seconds
    while (left := until - time.time()) > 0:
        for file, _ in poll.poll(left):
            client, number = clients[file]
            size = client.recv_into(room)
            now = time.time()
            if not size:
                poll.unregister(file)
                continue
            text = tails[file] + view[:size]
            for event_id in ids(text):
                heard.extend((number, event_id, now))
            # What comes after the last whole line.
            tails[file] = text[text.rfind(b"\n") + 1 :][-64:]
    with open(out, "wb") as written:
        heard.tofile(written)


if __name__ == "__main__":
    main()
