"""A process under gevent's patches that waits for a CPU worker, run by test_remote_computing.

Prints how often the hub turned while one thing was computed for seconds, and what many greenlets
got that waited at once.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402

import gevent  # noqa: E402

from tests.contract import computing  # noqa: E402
from tests.contract.cpu_worker import executor, here  # noqa: E402

GREENLETS = 50


def main() -> None:
    """Wait, and print the report."""
    remote = executor(*here())
    resting = gevent.spawn(remote.run_cpu, computing.rest, 3.0, timeout_seconds=60)
    turns = 0
    while not resting.ready():
        gevent.sleep(0.005)
        turns += 1
    many = [
        gevent.spawn(remote.run_cpu, computing.add, number, number, timeout_seconds=60)
        for number in range(GREENLETS)
    ]
    sums = [greenlet.get() for greenlet in many]
    print(json.dumps({"turns": turns, "rested": resting.get(), "sums": sums}), flush=True)
    remote.close()


if __name__ == "__main__":
    main()
