"""A worker under gevent's patches that writes to a full cache, and samples how its hub fares.

Argument: the folder, which holds many entries. Prints JSON.
"""

from gevent import monkey

monkey.patch_all()

import json
import sys
import time

import gevent

from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.caching.gate import StoreGate
from stockapp.caching.layered import LayeredCache
from stockapp.caching.lru_filesystem import LruFileSystemCache
from stockapp.caching.memory import Memory
from stockapp.caching.tally import Tally
from stockapp.domain.freshness import Lifetime

SECONDS = 6
STEP = 0.005
WRITERS = 4
LIFETIME = Lifetime(600, 6000)


def main() -> None:
    """Write as fast as it goes, by several greenlets, half of them large entries."""
    clock = SystemClock()
    used = sum(size for _, size in LruFileSystemCache(sys.argv[1]).statistics().totals.values())
    store = LruFileSystemCache(sys.argv[1], limit_bytes=used)
    gate = StoreGate(store, EmbeddedExecutor(8), clock)
    cache = LayeredCache(gate, Memory(4_000_000), Tally(), clock)
    before = sum(n for (_, what), n in store.statistics().counters.items() if what == "evictions")
    lags: list[float] = []
    written = [0]
    until = time.monotonic() + SECONDS

    def sample() -> None:
        while time.monotonic() < until:
            began = time.monotonic()
            gevent.sleep(STEP)
            lags.append(1000 * max(0.0, time.monotonic() - began - STEP))

    def write(writer: int) -> None:
        number = 0
        while time.monotonic() < until:
            number += 1
            size = 400 if writer % 2 else 30_000
            key = f"more:{writer}-{number}"
            cache.put_many({key: {"filling": "x" * size}}, LIFETIME)
            cache.get_many([key])
            written[0] += 1

    gevent.joinall([gevent.spawn(sample), *(gevent.spawn(write, n) for n in range(WRITERS))])
    after = sum(n for (_, what), n in store.statistics().counters.items() if what == "evictions")
    print(
        json.dumps(
            {
                "lags_ms": lags,
                "written": written[0],
                "evicted": after - before,
                "seconds": SECONDS,
            }
        )
    )


if __name__ == "__main__":
    main()
