"""The project's gunicorn configuration, with every sample of hub lag written to a file.

BENCH_LAGS names the folder; each worker writes `PID.csv`: time since the epoch, lag in seconds.
"""

import os
import runpy
import time
from pathlib import Path
from typing import Any

import gevent

_config = runpy.run_path("gunicorn.conf.py")
globals().update({k: v for k, v in _config.items() if not k.startswith("__")})

_STEP = 0.005


def post_worker_init(worker: Any) -> None:
    """Sample beside what the project does at that point."""
    _config["post_worker_init"](worker)
    folder = os.environ["BENCH_LAGS"]
    gevent.spawn(_sample, Path(folder) / f"{os.getpid()}.csv")


def _sample(path: Path) -> None:
    with path.open("w", buffering=1 << 16) as file:
        before, flushed = time.monotonic(), time.monotonic()
        while True:
            gevent.sleep(_STEP)
            now = time.monotonic()
            file.write(f"{time.time():.4f},{max(0.0, now - before - _STEP):.6f}\n")
            if now - flushed > 0.5:
                file.flush()
                flushed = now
            before = time.monotonic()
