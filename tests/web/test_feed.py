"""One rendering for all who look at the same."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from stockapp.domain.event import Event
from stockapp.web.feed import Feed
from tests.tasks.workers import Work, Worker


class Scene:
    """Shows the ids of events; counts how often it is rendered."""

    def __init__(self, worker: Worker) -> None:
        self.rendered = 0
        self._worker = worker

    def everything(self) -> tuple[int, str]:
        self.rendered += 1
        return self._worker.log.last_id(), "everything"

    def changed(self, events: Sequence[Event]) -> str:
        self.rendered += 1
        return " ".join(str(event.id) for event in events)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    worker = Worker(tmp_path, Work())
    yield worker
    worker.close()


@pytest.fixture
def scene(worker: Worker) -> Scene:
    return Scene(worker)


@pytest.fixture
def feed(worker: Worker, scene: Scene) -> Feed:
    return Feed(Flask("test"), scene, worker.log, worker.fanout)


def test_a_change_is_rendered_once_for_all_pages(worker: Worker, scene: Scene, feed: Feed) -> None:
    pages = [feed.subscribe() for _ in range(50)]
    worker.submit("a")
    first = [page.get(20) for page in pages]
    assert first[0] is not None
    assert all(fragment is first[0] for fragment in first)
    told = 1 + max(len(page.drain()) for page in pages)
    assert scene.rendered <= told + 1


def test_what_many_missed_alike_is_rendered_once(worker: Worker, scene: Scene, feed: Feed) -> None:
    before = worker.log.last_id()
    worker.upkeep.stop()
    worker.engine.drain()
    worker.submit("a")
    with ThreadPoolExecutor(8) as pool:
        missed = list(pool.map(lambda _: feed.catch_up(before), range(40)))
    assert missed[0] is not None
    assert all(fragment is missed[0] for fragment in missed)
    assert scene.rendered == 1


def test_those_who_were_elsewhere_get_what_they_missed(
    worker: Worker, scene: Scene, feed: Feed
) -> None:
    worker.upkeep.stop()
    worker.engine.drain()
    before = worker.log.last_id()
    worker.submit("a")
    between = worker.log.last_id()
    worker.submit("b")
    all_of_it, the_rest = feed.catch_up(before), feed.catch_up(between)
    assert all_of_it is not None
    assert the_rest is not None
    assert all_of_it.html.endswith(the_rest.html)
    assert all_of_it.html != the_rest.html
    assert feed.catch_up(worker.log.last_id()) is None


def test_news_that_is_no_event_reaches_every_page(feed: Feed) -> None:
    pages = [feed.subscribe() for _ in range(3)]
    feed.announce("the disk is full")
    fragments = [page.get(20) for page in pages]
    assert [fragment and fragment.html for fragment in fragments] == ["the disk is full"] * 3


def test_after_trouble_pages_are_told_everything_also_without_news(
    worker: Worker, scene: Scene, feed: Feed
) -> None:
    page = feed.subscribe()
    feed.renew()
    told = page.get(20)
    assert told is not None
    assert (told.html, told.event_id) == ("everything", None)
