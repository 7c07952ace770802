"""What every EventLog does. Events are written through the other stores, as in the application."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from stockapp.domain.event import Event, EventType, watchlist_topic
from stockapp.domain.watchlist import DEFAULT_WATCHLIST, WatchlistItem
from stockapp.ports import EventLog

from .backends import Backends, SetClock

LONG = 60.0


def write(
    backends: Backends, clock: SetClock, *symbols: str, watchlist: str = DEFAULT_WATCHLIST
) -> None:
    """Write one event a symbol."""
    backends.watchlists.add(watchlist, [WatchlistItem(symbol, clock.now()) for symbol in symbols])


def symbols(events: list[Event]) -> list[str]:
    return [event.data["symbol"] for event in events]


class EventLogContract:
    def test_an_empty_log_has_no_events(self, log: EventLog) -> None:
        assert log.since(0) == []
        assert (log.last_id(), log.trimmed_through()) == (0, 0)

    def test_events_come_oldest_first_and_complete(
        self, backends: Backends, log: EventLog, clock: SetClock
    ) -> None:
        write(backends, clock, "A")
        clock.advance(1.5)
        write(backends, clock, "B")
        first, second = log.since(0)
        assert second == Event(
            id=log.last_id(),
            topic=watchlist_topic(DEFAULT_WATCHLIST),
            type=EventType.WATCHLIST,
            data={"action": "added", "symbol": "B"},
            created_at=clock.at,
        )
        assert first.id < second.id
        assert log.since(first.id) == [second]
        assert log.since(second.id) == []

    def test_events_can_be_selected_by_topic_and_limited(
        self, backends: Backends, log: EventLog, clock: SetClock
    ) -> None:
        for name in ("one", "two"):
            backends.watchlists.create(name)
        made = log.last_id()
        write(backends, clock, "A", "B", watchlist="one")
        write(backends, clock, "C", watchlist="two")
        write(backends, clock, "D", watchlist="one")
        assert symbols(log.since(0, topic=watchlist_topic("one"))) == ["A", "B", "D"]
        assert symbols(log.since(0, topic=watchlist_topic("one"), limit=2)) == ["A", "B"]
        assert symbols(log.since(made, limit=3)) == ["A", "B", "C"]
        assert log.since(0, topic=watchlist_topic("three")) == []

    def test_ids_strictly_increase_in_the_order_of_two_writers(
        self, backends: Backends, other: Backends, log: EventLog, clock: SetClock
    ) -> None:
        for number in range(10):
            write((backends, other)[number % 2], clock, f"S{number}")
        events = log.since(0)
        ids = [event.id for event in events]
        assert ids == sorted(set(ids))
        assert symbols(events) == [f"S{number}" for number in range(10)]
        assert events == other.log.since(0)

    def test_a_reader_that_follows_two_busy_writers_misses_and_repeats_nothing(
        self,
        backends: Backends,
        new_worker: Callable[[], Backends],
        clock: SetClock,
        threads: ThreadPoolExecutor,
    ) -> None:
        workers = [new_worker(), new_worker()]

        def write_all(number: int) -> None:
            for count in range(100):
                write(workers[number], clock, f"{number}-{count}")

        writing = [threads.submit(write_all, number) for number in (0, 1)]
        found: list[Event] = []
        while len(found) < 200:
            over = all(part.done() for part in writing)
            batch = backends.log.since(found[-1].id if found else 0, limit=7)
            found += batch
            if over and not batch:
                break
        for part in writing:
            part.result()
        assert len(found) == 200
        for number in (0, 1):
            mine = [name for name in symbols(found) if name.startswith(f"{number}-")]
            assert mine == [f"{number}-{count}" for count in range(100)]

    def test_purging_deletes_old_events_and_tells_through_which_id(
        self, backends: Backends, log: EventLog, clock: SetClock
    ) -> None:
        write(backends, clock, "A", "B")
        trimmed = log.last_id()
        clock.advance(10)
        write(backends, clock, "C")
        assert log.purge(clock.at, 1000) == 2
        assert log.trimmed_through() == trimmed
        assert symbols(log.since(0)) == ["C"]
        assert log.purge(clock.at, 1000) == 0
        assert log.trimmed_through() == trimmed

    def test_purging_keeps_at_most_so_many_of_the_newest_events(
        self, backends: Backends, log: EventLog, clock: SetClock
    ) -> None:
        write(backends, clock, "A", "B", "C", "D")
        assert log.purge(clock.at, 3) == 1
        assert symbols(log.since(0)) == ["B", "C", "D"]
        assert log.trimmed_through() == log.last_id() - 3

    def test_ids_go_on_after_all_events_were_purged(
        self, backends: Backends, log: EventLog, clock: SetClock
    ) -> None:
        write(backends, clock, "A", "B")
        last = log.last_id()
        assert log.purge(clock.at + timedelta(seconds=1), 1000) == 2
        assert log.last_id() == last
        assert log.trimmed_through() == last
        write(backends, clock, "C")
        assert log.last_id() > last
        assert symbols(log.since(last)) == ["C"]

    def test_events_outlast_the_workers(
        self, new_worker: Callable[[], Backends], clock: SetClock
    ) -> None:
        worker = new_worker()
        write(worker, clock, "A")
        worker.close()
        again = new_worker()
        assert symbols(again.log.since(0)) == ["A"]
        write(again, clock, "B")
        assert symbols(again.log.since(0)) == ["A", "B"]


class WaitingContract:
    """A `wait` that overlooks an event lasts so long that the test gives up."""

    def test_wait_returns_when_another_worker_writes(
        self, log: EventLog, other: Backends, clock: SetClock, threads: ThreadPoolExecutor
    ) -> None:
        waiting = threads.submit(self.wait_for, log, 1)
        write(other, clock, "A")
        assert waiting.result(LONG / 2) == ["A"]

    def test_wait_returns_when_its_own_worker_writes(
        self, backends: Backends, log: EventLog, clock: SetClock, threads: ThreadPoolExecutor
    ) -> None:
        waiting = threads.submit(self.wait_for, log, 1)
        write(backends, clock, "A")
        assert waiting.result(LONG / 2) == ["A"]

    def test_wait_does_not_overlook_what_came_after_the_last_look(
        self, log: EventLog, other: Backends, clock: SetClock, threads: ThreadPoolExecutor
    ) -> None:
        def look_then_wait() -> list[str]:
            log.since(0)
            write(other, clock, "A")
            log.wait(LONG)
            return symbols(log.since(0))

        assert threads.submit(look_then_wait).result(LONG / 2) == ["A"]

    def test_all_waiters_hear_of_every_event(
        self, log: EventLog, other: Backends, clock: SetClock, threads: ThreadPoolExecutor
    ) -> None:
        waiting = [threads.submit(self.wait_for, log, 20) for _ in range(4)]
        for number in range(20):
            write(other, clock, f"S{number}")
        expected = [f"S{number}" for number in range(20)]
        assert [waiter.result(LONG / 2) for waiter in waiting] == [expected] * 4

    def test_wait_ends_with_its_time_out_when_nothing_happens(self, log: EventLog) -> None:
        before = log.last_id()
        log.wait(0.0)
        log.wait(0.05)
        assert log.since(before) == []

    @staticmethod
    def wait_for(log: EventLog, count: int) -> list[str]:
        found: list[Event] = []
        while len(found) < count:
            batch = log.since(found[-1].id if found else 0)
            found += batch
            if not batch:
                log.wait(LONG)
        return symbols(found)
