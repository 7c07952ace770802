"""A change and its event are one: where the event cannot be written, nothing has changed."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stockapp.domain.task import Item, ItemState, Progress, TaskStatus
from stockapp.domain.watchlist import WatchlistItem

from .access import a_session, a_token
from .backends import Backends, SetClock
from .embedded import open_embedded
from .tasks import LEASE, new_task

CHANGED = (
    *("tasks", "task_items", "watchlists", "watchlist_items"),
    *("passwords", "sessions", "tokens"),
)
Change = Callable[[Backends], object]

CHANGES: dict[str, Change] = {
    "create": lambda b: b.tasks.create(new_task("t9")),
    "claim": lambda b: b.tasks.claim("w2", LEASE, "waits"),
    "record": lambda b: b.tasks.record(
        "runs", "w", [Item("A", ItemState.OK, {"success": True})], Progress(1, 3)
    ),
    "finish": lambda b: b.tasks.finish("runs", "w", TaskStatus.COMPLETED, Progress(3, 3)),
    "fail": lambda b: b.tasks.finish("runs", "w", TaskStatus.FAILED, Progress(1, 3)),
    "cancel": lambda b: b.tasks.cancel("runs"),
    "release": lambda b: b.tasks.release("w"),
    "add": lambda b: b.watchlists.add("default", [WatchlistItem("B", SetClock().at)]),
    "update": lambda b: b.watchlists.update("default", "A", {"note": "another"}),
    "remove": lambda b: b.watchlists.remove("default", ["A"]),
    "move": lambda b: b.watchlists.move(["A"], "default", "tech"),
    "place": lambda b: b.watchlists.place("default", ["A"], None),
    "create a list": lambda b: b.watchlists.create("Fonds"),
    "delete a list": lambda b: b.watchlists.delete("tech"),
    "end a session": lambda b: b.sessions.end_sessions(["s"]),
    "revoke a token": lambda b: b.tokens.revoke_token("t"),
    "change the password": lambda b: b.sessions.change_password("new", instead_of="old"),
}


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Backends]:
    worker = open_embedded(tmp_path, SetClock())
    worker.tasks.create(new_task("runs"))
    worker.tasks.claim("w", LEASE, "runs")
    worker.tasks.create(new_task("waits"))
    worker.watchlists.create("Tech")
    worker.sessions.change_password("old", instead_of=None)
    worker.sessions.open_session(a_session("s"), "digest")
    worker.tokens.create_token(a_token("t"), "digest")
    worker.watchlists.add("default", [WatchlistItem(symbol, SetClock().at) for symbol in "AC"])
    yield worker
    worker.close()


def everything(path: Path) -> list[list[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    try:
        return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in CHANGED]
    finally:
        connection.close()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_without_its_event_there_is_no_change(
    worker: Backends, tmp_path: Path, change: Change
) -> None:
    path = tmp_path / "stockapp.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON events"
        " BEGIN SELECT RAISE(ABORT, 'no event today'); END"
    )
    connection.close()
    before = everything(path)
    with pytest.raises(sqlite3.IntegrityError, match="no event today"):
        change(worker)
    assert everything(path) == before
