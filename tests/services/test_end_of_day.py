"""Lists that nobody watches: what is refreshed after markets have closed, and by whom."""

from collections.abc import Sequence

import pytest

from .live_house import SYMBOLS, House, Worker


def asked(worker: Worker) -> list[str]:
    """What is asked for when this worker gets the call."""
    return worker.asked_by(worker.end_of_day.refresh)


def a_while(
    house: House, workers: Sequence[Worker], minutes: int, *, failed: bool = False
) -> list[str]:
    """What is asked for, and when, while all are called every minute and sources answer."""
    told = []
    for _ in range(minutes):
        for worker in workers:
            for symbol in asked(worker):
                told.append(f"{house.clock.at:%a %H:%M} {symbol}")
                house.fetched([symbol], failed=failed)
        house.clock.advance(60)
    return told


def test_a_row_is_refreshed_once_after_each_close_when_its_closing_price_is_there(
    worker: Worker, house: House
) -> None:
    house.at(16, 0)
    house.fetched(SYMBOLS)
    # Ten minutes for the auction, and a quarter of an hour by which sources lag. BTC-USD never
    # closes, and of ABC.XX nobody knows.
    assert a_while(house, [worker], 27 * 60) == ["Mon 16:55 VOD.L", "Tue 16:55 VOD.L"]


def test_who_starts_late_makes_up_for_it(worker: Worker, house: House) -> None:
    house.at(12, 0)
    house.fetched(["VOD.L"])
    worker.put("NEW.L")
    house.at(23, 0)
    assert a_while(house, [worker], 30) == ["Mon 23:00 VOD.L", "Mon 23:00 NEW.L"]


def test_what_somebody_fetched_since_is_left_alone(worker: Worker, house: House) -> None:
    house.at(16, 56)
    house.fetched(SYMBOLS)
    assert a_while(house, [worker], 120) == []


def test_of_several_workers_one_does_it_whoever_is_called(house: House) -> None:
    workers = [house.worker(), house.worker()]
    workers[0].put("VOD.L")
    house.at(16, 50)
    told = []
    for minute in range(30):
        told += a_while(house, workers if minute % 2 else workers[::-1], 1)
    assert told == ["Mon 16:55 VOD.L"]


def test_one_of_those_called_at_a_time_looks(worker: Worker, house: House) -> None:
    other = house.worker()
    assert asked(worker) == ["VOD.L"]
    worker.put("BARC.L")
    assert asked(other) == []
    house.clock.advance(60)
    assert asked(other) == ["BARC.L"]


def test_a_failure_is_tried_again_every_hour_for_some_hours(worker: Worker, house: House) -> None:
    house.at(16, 56)
    told = a_while(house, [worker], 14 * 60, failed=True)
    assert told == [f"Mon {hour}:56 VOD.L" for hour in range(16, 22)]


def test_what_was_cancelled_is_left_alone_for_an_hour(worker: Worker, house: House) -> None:
    told = []
    for _ in range(70):
        told += [f"{house.clock.at:%H:%M} {symbol}" for symbol in asked(worker)]
        house.clock.advance(60)
    assert told == ["18:00 VOD.L", "19:00 VOD.L"]


def test_the_refresh_is_a_live_one_of_the_list(worker: Worker) -> None:
    worker.end_of_day.refresh()
    (task,) = worker.tasks()
    assert task.params["symbols"] == ["VOD.L"]
    assert (task.params["live"], task.params["watchlist"]) == (True, "default")


def test_a_symbol_on_several_lists_is_fetched_with_the_first(worker: Worker) -> None:
    second = worker.backends.watchlists.create("Second").name
    worker.put("BARC.L", "VOD.L", watchlist=second)
    assert asked(worker) == ["VOD.L", "BARC.L"]
    assert [task.params["watchlist"] for task in worker.tasks()] == [second, "default"]


def test_a_list_that_is_deleted_meanwhile_does_not_hold_up_the_others(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = worker.backends.watchlists
    gone, kept = store.create("Gone").name, store.create("Kept").name
    worker.put("BARC.L", watchlist=gone)
    worker.put("TSCO.L", watchlist=kept)
    lists, names = store.lists(), store.names()
    store.delete(gone)
    monkeypatch.setattr(store, "lists", lambda: lists)
    monkeypatch.setattr(store, "names", lambda: names)
    assert asked(worker) == ["VOD.L", "TSCO.L"]


def test_a_row_that_only_sources_with_few_requests_know_waits_for_people(worker: Worker) -> None:
    worker.put("BARC.L")
    worker.dear = {"VOD.L"}
    assert asked(worker) == ["BARC.L"]


def test_rows_under_way_are_left_alone(worker: Worker) -> None:
    worker.put("BARC.L")
    worker.refreshes.start(["VOD.L"], force=True)
    assert asked(worker) == ["BARC.L"]


def test_what_a_refresh_that_was_joined_leaves_out_follows_it(worker: Worker, house: House) -> None:
    joined = worker.refreshes.start_live("default", ["BTC-USD"], 0)
    assert joined is not None
    assert asked(worker) == []
    worker.backends.tasks.cancel(joined.id)
    house.clock.advance(60)
    assert asked(worker) == ["VOD.L"]


def test_a_worker_that_does_not_know_the_hours_yet_waits_for_them(house: House) -> None:
    worker = house.worker(knows_hours=False)
    worker.put("VOD.L")
    assert asked(worker) == ["VOD.L"]


def test_rows_of_which_nothing_is_wanted_are_read_every_ten_minutes_only(
    worker: Worker, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.fetched(SYMBOLS)
    reads: list[str] = []
    known = worker.quotes.known

    def note(symbols: Sequence[str]) -> object:
        reads.extend(symbols)
        return known(symbols)

    monkeypatch.setattr(worker.quotes, "known", note)
    assert a_while(house, [worker], 60) == []
    assert reads == ["VOD.L"] * 6
