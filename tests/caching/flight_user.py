"""A process under gevent's patches whose greenlets all want the same missing key.

Arguments: the folder, the number of greenlets, how long the fetch takes in seconds, and whether
it succeeds (ok) or not (fails). Each fetch leaves a line in `fetches`. Prints what they got.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402

from stockapp.backends.embedded.clock import SystemClock  # noqa: E402
from stockapp.backends.embedded.executor import EmbeddedExecutor  # noqa: E402
from stockapp.backends.embedded.flights import FileFlights  # noqa: E402
from stockapp.caching.gate import StoreGate  # noqa: E402
from stockapp.caching.layered import LayeredCache  # noqa: E402
from stockapp.caching.lru_filesystem import LruFileSystemCache  # noqa: E402
from stockapp.caching.memory import Memory  # noqa: E402
from stockapp.caching.policy import Landed, SingleFlight  # noqa: E402
from stockapp.caching.tally import Tally  # noqa: E402
from stockapp.domain.freshness import Lifetime  # noqa: E402

KEY, FAILED = "quote:A", "failure:A"
LIFETIME = Lifetime(60, 600)


class User:
    """What the greenlets of this process share."""

    def __init__(self, folder: Path, seconds: float, succeeds: bool) -> None:
        self.folder, self.seconds, self.succeeds = folder, seconds, succeeds
        executor, clock, tally = EmbeddedExecutor(16), SystemClock(), Tally()
        gate = StoreGate(LruFileSystemCache(str(folder / "cache")), executor, clock)
        self.cache = LayeredCache(gate, Memory(1_000_000), tally, clock)
        flights = FileFlights(folder / "flights", executor)
        self.flight = SingleFlight(flights, executor, clock, tally, patience_seconds=60)

    def known(self, keys: Sequence[str]) -> list[str]:
        return list(keys) if self.cache.get_many([KEY, FAILED]) else []

    def fetch(self, keys: Sequence[str], landed: Landed) -> None:
        with (self.folder / "fetches").open("a") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(self.seconds)
        self.cache.put_many({KEY if self.succeeds else FAILED: {"by": os.getpid()}}, LIFETIME)
        landed(keys)

    def want(self) -> str:
        self.flight.run([KEY], self.known, self.fetch, lambda: False)
        found = self.cache.get_many([KEY, FAILED])
        return next(iter(found), "nothing")


def main() -> None:
    """Begin when the file `go` is there, so that all processes do at once."""
    folder, greenlets = Path(sys.argv[1]), int(sys.argv[2])
    user = User(folder, float(sys.argv[3]), sys.argv[4] == "ok")
    print("ready", flush=True)
    while not (folder / "go").exists():
        time.sleep(0.005)
    wanting = [gevent.spawn(user.want) for _ in range(greenlets)]
    gevent.joinall(wanting)
    user.cache.flush()
    print(json.dumps([greenlet.get() for greenlet in wanting]))


if __name__ == "__main__":
    main()
