"""A process that sends requests to Yahoo as a worker does: `python -m tests.fetching.yahoo_probe`.

yfinance keeps its state for the whole process, so tests of it need processes of their own.
Reads a JSON list of questions a line and answers with a list of outcomes a line.
"""

import sys

if "--gevent" in sys.argv:
    from gevent import monkey

    monkey.patch_all()

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.domain.attempt import Failure
from stockapp.domain.quote import Quote
from stockapp.fetching.lane import Lane
from stockapp.fetching.latency import LateBounds
from stockapp.fetching.yfinance_client import YahooTransport
from stockapp.providers.yahoo.provider import Yahoo

from .scripted import gatekeepers


def outcome(found: Quote | Failure) -> dict[str, Any]:
    if isinstance(found, Quote):
        return {"price": found.price, "currency": found.currency}
    return {
        "reason": found.reason.value,
        "detail": found.detail,
        "retry_after": found.retry_after_seconds,
    }


def main() -> None:
    clock = SystemClock()
    provider = Yahoo(16)
    with tempfile.TemporaryDirectory() as folder:
        transport = YahooTransport(
            EmbeddedExecutor(32), clock, base_url=sys.argv[-1], cache_dir=Path(folder)
        )
        bounds = LateBounds(1, 4)
        lanes = {
            m.name: Lane(provider, m, transport, clock, gatekeepers(), bounds)
            for m in provider.methods
        }

        def ask(question: dict[str, Any]) -> dict[str, Any]:
            lane = lanes[question["method"]]
            assert lane.room.take(lambda: None)
            sent = lane.ask(question["symbols"], question["timeout"], lambda: None)
            return {symbol: outcome(found) for symbol, found in sent.parsed.items()}

        pool = ThreadPoolExecutor(32)
        for line in sys.stdin:
            print(json.dumps(list(pool.map(ask, json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
