"""The whole application in this process, on a folder of its own, with simulated companies."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from stockapp import create_app
from stockapp.settings import Settings


def _app(data_dir: Path, **changes: object) -> Flask:
    values: dict[str, object] = {
        "data_dir": data_dir,
        "sample": "simulated",
        "simulated_latency_ms": 5,
        "stream_heartbeat_seconds": 0.2,
        "log_level": "ERROR",
        **changes,
    }
    return create_app(Settings.model_validate(values))


@pytest.fixture
def new_app(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Builds the application; each call is one more worker on the same data."""
    apps: list[Flask] = []

    def make(**changes: object) -> Flask:
        apps.append(_app(tmp_path, **changes))
        return apps[-1]

    yield make
    for app in apps:
        app.extensions["stockapp"].close()


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client for tests that change nothing but by analyses; so all can share its process pool."""
    app = _app(tmp_path_factory.mktemp("reader"))
    yield app.test_client()
    app.extensions["stockapp"].close()


@pytest.fixture
def client(new_app: Callable[..., Flask]) -> FlaskClient:
    """A client of one worker."""
    return new_app().test_client()
