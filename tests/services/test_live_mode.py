"""Lists that somebody watches: what is refreshed, when, and by whom."""

import pytest

from stockapp.services.live_rows import LiveStatus

from .live_house import SYMBOLS, House, Worker


def test_rows_without_a_quote_are_refreshed_at_once_while_somebody_watches(worker: Worker) -> None:
    assert worker.look() == []
    with worker.watchers.watching("default"):
        assert worker.look() == list(SYMBOLS)
        worker.clock.advance(61)
        assert worker.look() == list(SYMBOLS)
    worker.clock.advance(61)
    assert worker.look() == []


def test_a_page_that_polls_watches_for_a_few_seconds(worker: Worker) -> None:
    worker.watchers.polled("default")
    worker.clock.advance(9)
    assert worker.look() == list(SYMBOLS)
    worker.clock.advance(61)
    assert worker.look() == []


def test_an_open_market_is_asked_at_the_interval_an_unknown_one_seldom_a_closed_one_not_at_all(
    worker: Worker,
) -> None:
    asked: list[tuple[int, list[str]]] = []
    worker.fetched(SYMBOLS)
    with worker.watchers.watching("default"):
        for second in range(0, 331, 5):
            if symbols := worker.look():
                asked.append((second, symbols))
                worker.fetched(symbols)
            worker.clock.advance(5)
    assert asked == [
        (60, ["BTC-USD"]),
        (120, ["BTC-USD"]),
        (180, ["BTC-USD"]),
        (240, ["BTC-USD"]),
        (300, ["BTC-USD", "ABC.XX"]),
    ]


def test_a_market_that_closed_is_asked_once_more(worker: Worker, house: House) -> None:
    house.clock.at = house.clock.at.replace(hour=16, minute=29, second=0)
    worker.fetched(SYMBOLS)
    asked = []
    with worker.watchers.watching("default"):
        for _ in range(120):
            house.clock.advance(60)
            if "VOD.L" in (symbols := worker.look()):
                asked.append(f"{house.clock.at:%H:%M}")
            worker.fetched(symbols)
    # Ten minutes for the auction, and a quarter of an hour by which sources lag.
    assert asked == ["16:55"]


def test_what_will_be_due_soon_is_taken_along(worker: Worker) -> None:
    worker.put("ETH-USD", "SOL-USD")
    worker.fetched([*SYMBOLS, "ETH-USD"])
    worker.clock.advance(10)
    worker.fetched(["ETH-USD"])
    worker.clock.advance(30)
    worker.fetched(["SOL-USD"])
    worker.clock.advance(21)
    with worker.watchers.watching("default"):
        assert worker.look() == ["BTC-USD", "ETH-USD"]
    (task,) = worker.tasks()
    assert task.params["live"] is True
    assert task.params["watchlist"] == "default"
    assert task.params["max_age_seconds"] == pytest.approx(51), "the age of the youngest of them"


def test_of_two_workers_one_refreshes_and_not_before_the_interval_is_over(house: House) -> None:
    one, other = house.worker(), house.worker()
    one.put("BTC-USD")
    asked = []
    with one.watchers.watching("default"), other.watchers.watching("default"):
        for second in range(0, 121, 2):
            asked += [(second, name) for w in (one, other) for name in w.look()]
            house.clock.advance(2)
    assert asked == [(0, "BTC-USD"), (60, "BTC-USD"), (120, "BTC-USD")]


def test_rows_under_way_are_left_alone(worker: Worker) -> None:
    worker.refreshes.start(["BTC-USD"], force=True)
    with worker.watchers.watching("default"):
        assert worker.look() == ["VOD.L", "ABC.XX"]


def test_a_row_rests_after_a_failure(worker: Worker) -> None:
    worker.fetched(SYMBOLS)
    worker.clock.advance(1)
    worker.fetched(["BTC-USD"], failed=True)
    with worker.watchers.watching("default"):
        worker.clock.advance(298)
        assert worker.look() == []
        worker.clock.advance(16)
        assert worker.look() == ["BTC-USD", "ABC.XX"]


def test_a_row_that_only_sources_with_few_requests_know_waits_for_people(worker: Worker) -> None:
    worker.dear = {"BTC-USD"}
    with worker.watchers.watching("default"):
        assert worker.look() == ["VOD.L", "ABC.XX"]


def test_a_row_that_is_added_is_seen_at_the_next_look(worker: Worker) -> None:
    worker.fetched(SYMBOLS)
    with worker.watchers.watching("default"):
        assert worker.look() == []
        worker.put("SOL-USD")
        for event in worker.backends.log.since(0):
            worker.live.on_event(event)
        assert worker.look() == ["SOL-USD"]


def test_a_list_that_is_watched_again_is_looked_at_at_once(worker: Worker) -> None:
    worker.fetched(SYMBOLS)
    with worker.watchers.watching("default"):
        assert worker.look() == []
    assert worker.look() == []
    worker.put("SOL-USD")
    with worker.watchers.watching("default"):
        assert worker.look() == ["SOL-USD"]


def test_it_says_how_the_list_fares(worker: Worker) -> None:
    assert worker.rows.status("default") == LiveStatus(True, 60, 1, 1, 1)


def test_the_lines_of_a_page_kept_open_are_renewed_every_hour_once_for_all_workers(
    house: House,
) -> None:
    workers = (house.worker(), house.worker())
    workers[0].put("VOD.L")
    begun = []
    with workers[0].watchers.watching("default"), workers[1].watchers.watching("default"):
        for minute in range(0, 121, 10):
            for worker in workers:
                worker.look()
                for task in worker.backends.tasks.recent(kind="trends"):
                    if not task.status.ended:
                        begun.append((minute, task.params["symbols"]))
                        worker.backends.tasks.cancel(task.id)
            house.clock.advance(600)
    assert begun == [(0, ["VOD.L"]), (60, ["VOD.L"]), (120, ["VOD.L"])]
