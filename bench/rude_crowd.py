"""Holds connections without getting on, until its input ends; a process of its own.

Argument: port. Prints `open` when all are. Half of the half-open ones say nothing at all; the slow
ones say a byte a second. Whoever is let go comes again. It ends by itself after two minutes.
"""

import select
import sys
import time

from tests.e2e.rude import HOST, Crowd, request

_AT_MOST_SECONDS = 120.0
HALF_A_HEAD = b"GET / HTTP/1.1\r\n" + HOST + b"X-Slow: "
HALF_A_BODY = request(
    b"POST /api/watchlist", b"Content-Type: application/json", b"Content-Length: 900000", body=b'{"'
)
WORDS = ((500, b""), (500, HALF_A_HEAD), (100, HALF_A_BODY))


def main() -> None:
    port = int(sys.argv[1])
    crowds = [(Crowd(), words) for _, words in WORDS]
    for (crowd, words), (count, _) in zip(crowds, WORDS, strict=True):
        crowd.join(port, count, words)
    print("open", flush=True)
    until = time.monotonic() + _AT_MOST_SECONDS
    while time.monotonic() < until and not select.select([sys.stdin], [], [], 1)[0]:
        for crowd, words in crowds:
            if words:
                crowd.say(b"a")
            crowd.come_again(port, words)


if __name__ == "__main__":
    main()
