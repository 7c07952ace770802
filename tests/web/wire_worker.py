"""A stream under gevent's patches, whose client reads late: prints "whole" when all was right."""

from gevent import monkey

monkey.patch_all()

import gevent  # noqa: E402
import gevent.socket  # noqa: E402

from stockapp.tasks.mailbox import Closed, Mailbox  # noqa: E402
from stockapp.web.wire import Delivery, Wire  # noqa: E402


def main() -> None:
    ours, theirs = gevent.socket.socketpair()
    mailbox: Mailbox[bytes] = Mailbox()
    wire = Wire({"gunicorn.socket": ours, "SERVER_PROTOCOL": "HTTP/1.1"})
    past: list[bytes] = []
    delivery = Delivery(mailbox, wire, lambda message: message, past.append)
    took: list[bytes] = []

    def stream() -> None:
        try:
            while True:
                took.append(delivery.next(20) or b"")
        except Closed:
            return

    streaming = gevent.spawn(stream)
    gevent.sleep(0.05)
    large = b"x" * 3_000_000
    mailbox.put(large)
    # By now the stream sends the rest of it, and cannot.
    gevent.sleep(0.05)
    mailbox.put(b"after it")
    gevent.sleep(0.05)
    if took:
        raise AssertionError("sent before what came before it")
    frame = b"%X\r\n%b\r\n" % (len(large), large)
    heard = b""
    while len(heard) < len(frame):
        heard += theirs.recv(1 << 20)
    mailbox.close()
    streaming.join(20)
    if (heard, took, past) != (frame, [b"after it"], [large]):
        raise AssertionError((len(heard), took, len(past)))
    print("whole")


if __name__ == "__main__":
    main()
