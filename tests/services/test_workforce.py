"""What nobody is there to do is told, where others than web nodes have to do it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stockapp.services.workforce import MISSED, Job, Workforce
from tests.contract.backends import Backends, SetClock
from tests.contract.embedded import open_embedded

ALL = frozenset(Job)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def backends(tmp_path: Path, clock: SetClock) -> Iterator[Backends]:
    backends = open_embedded(tmp_path, clock)
    yield backends
    backends.close()


def test_what_nobody_does_is_told_in_words(backends: Backends) -> None:
    workforce = Workforce(backends.state, ALL)
    assert workforce.lacking() == tuple(MISSED[job] for job in Job)
    workforce.tell(Job.TASKS, "one")
    workforce.tell(Job.TASKS, "other")
    workforce.tell(Job.SCHEDULE, "beat")
    assert workforce.lacking() == (MISSED[Job.COMPUTING],)
    assert workforce.at_work() == {Job.TASKS: 2, Job.COMPUTING: 0, Job.SCHEDULE: 1}


def test_who_leaves_or_tells_no_more_does_nothing(backends: Backends, clock: SetClock) -> None:
    workforce = Workforce(backends.state, frozenset({Job.TASKS}))
    workforce.tell(Job.TASKS, "one")
    workforce.leave(Job.TASKS, "one")
    assert workforce.lacking() == (MISSED[Job.TASKS],)
    workforce.tell(Job.TASKS, "one")
    clock.advance(60)
    assert workforce.lacking() == (MISSED[Job.TASKS],)


def test_where_the_server_does_all_itself_nothing_lacks(backends: Backends) -> None:
    assert Workforce(backends.state, frozenset()).lacking() == ()
