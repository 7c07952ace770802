"""The whole application in this process, on a folder of its own, with simulated companies."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, StrictUndefined
from jinja2.bccache import Bucket

from stockapp import create_app
from stockapp.places import ROOT
from stockapp.settings import Settings
from stockapp.web.guard import logged_in
from stockapp.web.list_screen import item_path
from stockapp.web.present_stock import stock_path

from .browsers import Browser
from .lists import AList
from .logins import HASH


class _Compiled(BytecodeCache):
    """Templates are compiled once for all applications of this process."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


def _app(data_dir: Path, **changes: object) -> Flask:
    values: dict[str, object] = {
        "data_dir": data_dir,
        "sample": "simulated",
        "simulated_latency_ms": 5,
        "stream_heartbeat_seconds": 0.2,
        "log_level": "ERROR",
        # All tests come from one address.
        "limit_starts": "",
        "limit_searches": "",
        **changes,
    }
    app = create_app(Settings.model_validate(values))
    app.jinja_env.bytecode_cache = _compiled
    app.test_client_class = Browser
    return app


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


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """For tests that each have a list of their own. No source but the simulated one is asked."""
    app = _app(tmp_path_factory.mktemp("shared"), sample="none", sources="google")
    yield app
    app.extensions["stockapp"].close()


@pytest.fixture(scope="session")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """With a password; for tests that know who they are by `logins`."""
    app = _app(tmp_path_factory.mktemp("locked"), password=HASH, sources="google")
    yield app
    app.extensions["stockapp"].close()


_numbers = itertools.count(1)


@pytest.fixture
def a_list(shared: Flask) -> Iterator[AList]:
    """An empty list, and a browser without cookies."""
    client = shared.test_client()
    title = f"List {next(_numbers)}"
    made = client.post("/api/watchlists", json={"title": title}).get_json()
    yield AList(client, made["name"])
    client.delete(f"/api/watchlists/{made['name']}")


@pytest.fixture(scope="session")
def _templates() -> Flask:
    app = Flask("templates", template_folder=str(ROOT / "templates"))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["stock_path"] = stock_path
    app.jinja_env.globals |= {"item_path": item_path, "token": "", "logged_in": logged_in}
    return app


@pytest.fixture
def rendering(_templates: Flask) -> Iterator[None]:
    """The partials can be rendered, outside of a request."""
    with _templates.app_context():
        yield


@pytest.fixture
def client(new_app: Callable[..., Flask]) -> FlaskClient:
    """A client of one worker."""
    return new_app().test_client()
