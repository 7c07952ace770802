"""What an import takes from a file, and how long a removal can be undone."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from stockapp import create_app
from stockapp.domain.watchlist import Removal, WatchlistItem
from stockapp.ports import SharedState, StoreTrouble
from stockapp.services.list_admin import ListAdmin, Removed
from stockapp.services.undo import KEPT_SECONDS, Removals
from stockapp.services.watchlists import Watchlists
from stockapp.settings import Settings
from tests.contract.backends import Backends, SetClock
from tests.contract.embedded import open_embedded


@pytest.fixture
def watchlists(tmp_path: Path) -> Iterator[Watchlists]:
    """Those of a worker whose sources take longer than any test."""
    values = {"data_dir": tmp_path, "sample": "none", "simulated_latency_ms": 60_000}
    app = create_app(Settings.model_validate({**values, "log_level": "ERROR"}))
    house = app.extensions["stockapp"]
    yield house._services.watchlists
    house.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def backends(tmp_path: Path, clock: SetClock) -> Iterator[Backends]:
    backends = open_embedded(tmp_path, clock)
    yield backends
    backends.close()


def test_the_name_that_a_file_tells_is_that_of_a_new_item_until_a_source_tells_one(
    watchlists: Watchlists,
) -> None:
    rows = watchlists.preview("default", "symbol,name\nnone.sim,Nobody  plc\nOLD.SIM,").rows
    watchlists.import_rows("default", rows)
    assert [item.name for item in watchlists.items("default")] == ["Nobody plc", None]
    again = watchlists.preview("default", "symbol,name\nOLD.SIM,Elder\x07" + "x" * 500).rows
    assert again[0].name == "Elder " + "x" * 94, "as long as names are, and with what can be seen"


def test_a_removal_is_kept_for_an_hour(backends: Backends, clock: SetClock) -> None:
    removals = Removals(backends.state)
    item = WatchlistItem("A", clock.at.replace(microsecond=0), "Alpha", "a note", 2.5)
    removal = Removal("default", (item,), ("A", "B"))
    soon, late = removals.keep(removal), removals.keep(removal)
    clock.advance(KEPT_SECONDS - 1)
    assert removals.take(soon) == removal
    assert removals.take(soon) is None
    clock.advance(2)
    assert removals.take(late) is None
    assert removals.take("guessed") is None


class FullState:
    """A shared state that takes nothing more."""

    def put_many(self, values: Mapping[str, Any], keep_seconds: float) -> None:
        raise StoreTrouble("the disk is full")


def test_what_was_removed_is_told_also_when_it_cannot_be_kept(
    backends: Backends, clock: SetClock
) -> None:
    backends.watchlists.add("default", [WatchlistItem("A", clock.at)])
    removals = Removals(cast(SharedState, FullState()))
    admin = ListAdmin(backends.watchlists, removals, 10)
    assert admin.remove("default", ["A"]) == Removed(("A",), "")
    assert backends.watchlists.items("default") == []
