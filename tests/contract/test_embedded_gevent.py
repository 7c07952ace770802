"""The embedded set under gevent's patches, where a wrong lock hangs for ever."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from .gevent_load import EVENTS_PER_TASK, GREENLETS, ROUNDS

ROOT = Path(__file__).parents[2]
# Against a hang; the load itself takes a few seconds.
TIMEOUT_SECONDS = 240


def run_workers(folder: Path, count: int) -> list[dict[str, Any]]:
    """Run that many workers at once on the folder; what each of them reports."""
    command = [sys.executable, "-m", "tests.contract.gevent_worker", str(folder)]
    workers = [
        subprocess.Popen(
            [*command, f"w{number}", str(count)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    try:
        outputs = [worker.communicate(timeout=TIMEOUT_SECONDS) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    for output, errors in outputs:
        assert output, errors
    return [json.loads(output) for output, _ in outputs]


def test_two_workers_full_of_greenlets_lose_nothing_and_never_hang(tmp_path: Path) -> None:
    reports = run_workers(tmp_path, 2)
    ids = {
        f"w{worker}-{number}-{count}"
        for worker in range(2)
        for number in range(GREENLETS)
        for count in range(ROUNDS)
    }
    for report in reports:
        assert set(report["tasks"]) == ids
        assert report["events"] == len(ids) * EVENTS_PER_TASK
        assert report["increasing"]
        assert report["off_the_hub"]
        # The hub kept turning meanwhile.
        assert report["ticks"] > 0
