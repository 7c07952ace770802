"""Whoever waits for a server lets other greenlets have their turn."""

import json
import subprocess
import sys
import uuid
from typing import Any

import pytest

from tests import nodes
from tests.e2e.server import ROOT

GREENLETS = 6


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    redis, postgres = nodes.servers()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.distributed.gevent_waits",
            str(GREENLETS),
            redis.url,
            postgres.make(uuid.uuid4().hex),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_the_hub_turns_while_many_wait(told: dict[str, Any], server: str) -> None:
    waited = told[server]
    # Each waits for a second. One that held the hub would leave room for a sample between two of
    # them at most, and that a second late.
    assert waited["samples"] > 2 * GREENLETS
    assert waited["lag"] < 0.5
