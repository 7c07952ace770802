"""Asks servers for a path at a steady rate, whatever they answer; a process of its own.

Arguments: path, requests a second of each server, seconds, ports. Prints a line of JSON: how many
were answered, their latencies in milliseconds, and the seconds of CPU that this took.
"""

import http.client
import json
import sys
import threading
import time

from bench.figures import percentile

_CONNECTIONS = 4


def ask(port: int, path: str, interval: float, until: float, took: list[float]) -> None:
    """One connection's share of the requests."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    due = time.monotonic()
    while due < until:
        time.sleep(max(0.0, due - time.monotonic()))
        # From when it was due: a server that is late must not slow the count down.
        client.request("GET", path)
        answer = client.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path} answered {answer.status}")
        took.append(1000 * (time.monotonic() - due))
        due += interval


def main() -> None:
    path, rate, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    ports = [int(port) for port in sys.argv[4:]]
    took: list[float] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=ask, args=(port, path, _CONNECTIONS / rate, until, took))
        for port in ports
        for _ in range(_CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
        # Not all in one moment.
        time.sleep(1 / rate / len(ports))
    for thread in threads:
        thread.join()
    if len(took) < rate * seconds * len(ports) / 2:
        sys.exit(f"only {len(took)} were answered: these are costs of a crowd, not of a read")
    told = {"count": len(took), "p50": percentile(took, 0.5), "p99": percentile(took, 0.99)}
    print(json.dumps({**told, "cpu": time.process_time()}))


if __name__ == "__main__":
    main()
