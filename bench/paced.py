"""Asks servers for a path at a steady rate, whatever they answer; a process of its own.

Arguments: path, requests a second of each server, seconds, ports. Prints a line of JSON: how many
were answered, and the seconds of CPU that this took.
"""

import http.client
import json
import sys
import threading
import time

_CONNECTIONS = 4


def ask(port: int, path: str, interval: float, until: float, answered: list[int]) -> None:
    """One connection's share of the requests."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    due = time.monotonic()
    while due < until:
        time.sleep(max(0.0, due - time.monotonic()))
        client.request("GET", path)
        answer = client.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path} answered {answer.status}")
        answered.append(answer.status)
        due += interval


def main() -> None:
    path, rate, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    ports = [int(port) for port in sys.argv[4:]]
    answered: list[int] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=ask, args=(port, path, _CONNECTIONS / rate, until, answered))
        for port in ports
        for _ in range(_CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
        # Not all in one moment.
        time.sleep(1 / rate / len(ports))
    for thread in threads:
        thread.join()
    if len(answered) < rate * seconds * len(ports) / 2:
        sys.exit(f"only {len(answered)} were answered: these are costs of a crowd, not of a read")
    print(json.dumps({"count": len(answered), "cpu": time.process_time()}))


if __name__ == "__main__":
    main()
