"""The whole application in this process, on a folder of its own, with simulated companies."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from stockapp import create_app
from stockapp.settings import Settings


@pytest.fixture
def new_app(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Builds the application; each call is one more worker on the same data."""
    apps: list[Flask] = []

    def make(**changes: object) -> Flask:
        values: dict[str, object] = {
            "data_dir": tmp_path,
            "sample": "simulated",
            "simulated_latency_ms": 5,
            "stream_heartbeat_seconds": 0.2,
            "log_level": "ERROR",
            **changes,
        }
        apps.append(create_app(Settings.model_validate(values)))
        return apps[-1]

    yield make
    for app in apps:
        app.extensions["stockapp"].close()


@pytest.fixture
def client(new_app: Callable[..., Flask]) -> FlaskClient:
    """A client of one worker."""
    return new_app().test_client()
