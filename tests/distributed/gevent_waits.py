"""Waiting for PostgreSQL and Redis under gevent: tells how late other greenlets woke meanwhile.

Run as a process of its own, with the addresses of both.
"""

from gevent import monkey

monkey.patch_all()
import json  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402

import gevent  # noqa: E402

from stockapp.backends.distributed.events import RedisEventLog  # noqa: E402
from stockapp.backends.distributed.link import RedisLink  # noqa: E402
from stockapp.backends.distributed.postgres import PostgresDatabase  # noqa: E402
from stockapp.backends.embedded.clock import SystemClock  # noqa: E402
from stockapp.services.vitals import HubLagMeter  # noqa: E402


def main(greenlets: int, redis_url: str, database_url: str) -> None:
    link = RedisLink(redis_url, "gevent_waits:")
    log = RedisEventLog(link)
    database = PostgresDatabase(database_url, log)
    # Connecting and importing are no waiting.
    database.read(lambda transaction: transaction.execute("SELECT 1"))
    log.last_id()
    told = {
        "postgres": _waited(
            greenlets,
            lambda: database.read(lambda transaction: transaction.execute("SELECT pg_sleep(1)")),
        ),
        "redis": _waited(greenlets, lambda: log.wait(1.0)),
    }
    print(json.dumps(told))


def _waited(greenlets: int, wait: Callable[[], object]) -> dict[str, float]:
    """Have several greenlets wait: the hub's median lag in seconds, and how often it was taken."""
    meter = HubLagMeter(SystemClock())
    meter.start()
    gevent.joinall([gevent.spawn(wait) for _ in range(greenlets)], raise_error=True)
    meter.stop()
    return {"lag": meter.summary()["p50"] / 1000, "samples": len(meter._lags)}


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
