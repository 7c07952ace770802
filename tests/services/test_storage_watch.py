"""What a worker tells of its storage, and of who is missing, while that was away and after it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from stockapp.ports import ServerLook
from stockapp.services.storage_watch import StorageWatch
from stockapp.services.workforce import MISSED, Job, Workforce
from tests.contract.backends import SetClock
from tests.contract.embedded import open_embedded
from tests.tasks.workers import eventually

NOBODY = (MISSED[Job.TASKS],)
AWAY = "Redis does not answer"


class Servers:
    """Storage that fares as a test wants."""

    trouble: str | None = None

    def set_aside(self) -> Sequence[str]:
        return ()

    def versions(self) -> tuple[int, int]:
        return 1, 1

    def servers(self) -> Sequence[ServerLook]:
        return ()

    def shrink(self) -> None:
        """There is nothing."""


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def servers() -> Servers:
    return Servers()


@pytest.fixture
def watch(tmp_path: Path, servers: Servers, clock: SetClock) -> Iterator[StorageWatch]:
    """Of a node for which others should do tasks; nobody does."""
    backends = open_embedded(tmp_path, clock)
    watch = StorageWatch(servers, Workforce(backends.state, frozenset({Job.TASKS})), clock)
    watch.start()
    yield watch
    watch.stop()
    backends.close()


def test_that_nobody_works_is_believed_only_a_while_after_storage_was_away(
    watch: StorageWatch, servers: Servers, clock: SetClock
) -> None:
    assert eventually(lambda: watch.report.lacking == NOBODY)
    servers.trouble = AWAY
    assert eventually(lambda: watch.report.trouble == AWAY)
    clock.advance(10)
    servers.trouble = None
    assert eventually(lambda: watch.report.trouble is None)
    assert watch.report.lacking == ()
    clock.advance(16)
    assert eventually(lambda: watch.report.lacking == NOBODY)
