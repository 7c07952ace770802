"""Who watches through one process."""

from stockapp.services.watchers import Watchers
from tests.contract.backends import SetClock


def test_a_list_is_watched_until_its_last_stream_ends() -> None:
    watchers = Watchers(SetClock())
    with watchers.watching("a"):
        with watchers.watching("a"), watchers.watching("b"):
            assert watchers.watched() == {"a", "b"}
        assert watchers.watched() == {"a"}
    assert watchers.watched() == set()


def test_who_polls_is_there_for_some_seconds_each_time() -> None:
    clock = SetClock()
    watchers = Watchers(clock)
    for _ in range(3):
        watchers.polled("a")
        clock.advance(9)
        assert watchers.watched() == {"a"}
    clock.advance(2)
    assert watchers.watched() == set()


def test_there_is_news_when_a_list_is_newly_watched_and_when_its_last_stream_ends() -> None:
    clock = SetClock()
    watchers = Watchers(clock)
    news: list[set[str]] = []
    watchers.on_news.append(lambda: news.append(watchers.watched()))
    with watchers.watching("a"), watchers.watching("a"):
        pass
    assert news == [{"a"}, set()]
    watchers.polled("b")
    watchers.polled("b")
    assert news[2:] == [{"b"}]
    clock.advance(11)
    assert watchers.watched() == set()
    watchers.polled("b")
    assert news[3:] == [{"b"}]
