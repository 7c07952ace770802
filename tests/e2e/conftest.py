"""Servers, shared by the tests of one process."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.upstream.client import UpstreamServer

from . import gallery as sights
from .bureau import Bureau, opened
from .gallery import Gallery
from .server import DISTRIBUTED, Server, serving
from .shelf import Shelf


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, not skip, what is about the embedded set where that is not what runs."""
    if DISTRIBUTED:
        left_out = [item for item in items if "embedded" in item.keywords]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers; the simulated exchange takes about half a second."""
    folder: Path = tmp_path_factory.mktemp("simulated")
    with serving(folder, STOCKAPP_SIMULATED_LATENCY_MS=400) as server:
        yield server


@pytest.fixture(scope="session")
def yahoo_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Server, UpstreamServer]]:
    """Two workers, and the simulated upstream that is all of Yahoo to them."""
    folder: Path = tmp_path_factory.mktemp("yahoo")
    with (
        UpstreamServer() as upstream,
        serving(
            folder,
            STOCKAPP_SOURCES="yahoo",
            STOCKAPP_YAHOO_BASE_URL=upstream.url,
            STOCKAPP_REQUEST_TIMEOUT_SECONDS=1.5,
            STOCKAPP_SYMBOL_DEADLINE_SECONDS=6,
            STOCKAPP_HEDGE_MAX_SECONDS=1.2,
        ) as server,
    ):
        yield server, upstream


@pytest.fixture
def yahoo(
    yahoo_server: tuple[Server, UpstreamServer],
) -> Iterator[tuple[Server, UpstreamServer]]:
    """The same, behaving, and no method left alone."""
    server, upstream = yahoo_server
    upstream.reset()
    server.close_breakers()
    yield yahoo_server
    upstream.reset()


@pytest.fixture(scope="session")
def open_bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """Two workers that analyse, and three services that tell of companies."""
    with opened(tmp_path_factory.mktemp("bureau")) as bureau:
        yield bureau


@pytest.fixture
def bureau(open_bureau: Bureau) -> Iterator[Bureau]:
    """The same, as if it had just been opened."""
    open_bureau.reset()
    yield open_bureau
    open_bureau.upstream.reset()


@pytest.fixture
def shelf(bureau: Bureau) -> Iterator[Callable[..., Shelf]]:
    """Makes lists on the server of the bureau, of symbols that are given, or of so many new ones.

    Their prices are known unless `priced=False`. They are gone after the test.
    """
    made: list[Shelf] = []

    def make(wanted: Sequence[str] | int = (), *, priced: bool = True) -> Shelf:
        symbols = [bureau.new() for _ in range(wanted)] if isinstance(wanted, int) else wanted
        made.append(Shelf(bureau, symbols, priced=priced))
        return made[-1]

    yield make
    for one in made:
        one.clear()


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """Servers that stand still, in the states that are to be seen."""
    with sights.opened(tmp_path_factory.mktemp("gallery")) as gallery:
        yield gallery
