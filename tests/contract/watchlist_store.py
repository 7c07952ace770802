"""What every WatchlistStore does."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from stockapp.domain.event import watchlist_topic
from stockapp.domain.watchlist import DEFAULT_WATCHLIST, WatchlistItem
from stockapp.ports import EventLog, WatchlistStore

from .backends import Backends, SetClock

LIST = DEFAULT_WATCHLIST


def told(log: EventLog, watchlist: str = LIST) -> list[tuple[str, str]]:
    events = log.since(0, topic=watchlist_topic(watchlist))
    return [(event.data["action"], event.data["symbol"]) for event in events]


class WatchlistStoreContract:
    def test_an_item_is_kept_as_it_was_added(
        self, watchlists: WatchlistStore, clock: SetClock
    ) -> None:
        full = WatchlistItem("AAPL", clock.at, "Apple Inc.", "a note\nin lines", 250.5, sample=True)
        bare = WatchlistItem("^GSPC", clock.at)
        watchlists.add(LIST, [full, bare])
        assert watchlists.get(LIST, "AAPL") == full
        assert watchlists.get(LIST, "^GSPC") == bare
        assert watchlists.get(LIST, "MSFT") is None
        assert watchlists.get("other", "AAPL") is None

    def test_items_stay_in_the_order_in_which_they_were_added(
        self, watchlists: WatchlistStore, clock: SetClock
    ) -> None:
        watchlists.add(LIST, [WatchlistItem(symbol, clock.at) for symbol in ("Z", "A")])
        watchlists.add(LIST, [WatchlistItem("M", clock.at)])
        watchlists.remove(LIST, ["A"])
        watchlists.add(LIST, [WatchlistItem("A", clock.at)])
        assert [item.symbol for item in watchlists.items(LIST)] == ["Z", "M", "A"]
        assert watchlists.items("other") == []

    def test_only_what_is_new_is_added(
        self, watchlists: WatchlistStore, log: EventLog, clock: SetClock
    ) -> None:
        watchlists.add(LIST, [WatchlistItem("A", clock.at, note="mine")])
        again = [WatchlistItem(symbol, clock.at) for symbol in ("A", "B", "B")]
        assert watchlists.add(LIST, again) == ["B"]
        kept = watchlists.get(LIST, "A")
        assert kept is not None
        assert kept.note == "mine"
        assert told(log) == [("added", "A"), ("added", "B")]

    def test_of_two_workers_that_add_the_same_one_adds_it(
        self,
        watchlists: WatchlistStore,
        other: Backends,
        clock: SetClock,
        threads: ThreadPoolExecutor,
    ) -> None:
        stores = (watchlists, other.watchlists) * 4
        added = threads.map(lambda store: store.add(LIST, [WatchlistItem("A", clock.at)]), stores)
        assert sum(map(len, added)) == 1

    def test_given_fields_change_and_the_others_stay(
        self, watchlists: WatchlistStore, log: EventLog, clock: SetClock
    ) -> None:
        watchlists.add(LIST, [WatchlistItem("A", clock.at, "Name", "old", 1.0)])
        changed = watchlists.update(LIST, "A", {"note": "new", "target_price": None})
        assert changed == WatchlistItem("A", clock.at, "Name", "new", None)
        assert watchlists.get(LIST, "A") == changed
        assert told(log)[-1] == ("changed", "A")

    def test_a_change_of_nothing_is_not_told(
        self, watchlists: WatchlistStore, log: EventLog, clock: SetClock
    ) -> None:
        item = WatchlistItem("A", clock.at, note="same")
        watchlists.add(LIST, [item])
        assert watchlists.update(LIST, "A", {"note": "same"}) == item
        assert watchlists.update(LIST, "A", {}) == item
        assert told(log) == [("added", "A")]

    def test_an_absent_item_cannot_be_changed(
        self, watchlists: WatchlistStore, log: EventLog
    ) -> None:
        assert watchlists.update(LIST, "A", {"note": "new"}) is None
        assert told(log) == []

    def test_other_fields_cannot_be_changed(
        self, watchlists: WatchlistStore, clock: SetClock
    ) -> None:
        watchlists.add(LIST, [WatchlistItem("A", clock.at)])
        with pytest.raises(ValueError, match="symbol"):
            watchlists.update(LIST, "A", {"symbol": "B"})

    def test_names_are_filled_in_on_every_list_where_they_are_missing(
        self, watchlists: WatchlistStore, log: EventLog, clock: SetClock
    ) -> None:
        watchlists.add(LIST, [WatchlistItem("A", clock.at), WatchlistItem("B", clock.at, "Mine")])
        watchlists.create("v")
        watchlists.add("v", [WatchlistItem("A", clock.at)])
        assert watchlists.fill_names({"A": "Alpha", "B": "Beta", "C": "Gamma"}) == 2
        names = {item.symbol: item.name for item in watchlists.items(LIST)}
        assert names == {"A": "Alpha", "B": "Mine"}
        assert told(log)[-1] == ("changed", "A")
        assert told(log, "v")[-1] == ("changed", "A")
        assert watchlists.fill_names({"A": "Other"}) == 0
        assert watchlists.fill_names({}) == 0

    def test_removed_items_are_gone_and_told(
        self, watchlists: WatchlistStore, log: EventLog, clock: SetClock
    ) -> None:
        watchlists.add(LIST, [WatchlistItem(symbol, clock.at) for symbol in ("A", "B")])
        assert watchlists.remove(LIST, ["B", "C"]).symbols == ("B",)
        assert [item.symbol for item in watchlists.items(LIST)] == ["A"]
        assert told(log)[-1] == ("removed", "B")

    def test_the_symbols_of_all_lists_are_told_once_each_with_the_name_that_any_has(
        self, watchlists: WatchlistStore, clock: SetClock
    ) -> None:
        watchlists.create("v")
        watchlists.add("v", [WatchlistItem("C", clock.at, "Gamma"), WatchlistItem("A", clock.at)])
        watchlists.add(LIST, [WatchlistItem("B", clock.at), WatchlistItem("A", clock.at, "Alpha")])
        told_names = list(watchlists.names().items())
        assert told_names == [("B", None), ("A", "Alpha"), ("C", "Gamma")]

    def test_seeding_happens_once_ever(
        self, watchlists: WatchlistStore, other: Backends, clock: SetClock
    ) -> None:
        items = [WatchlistItem("A", clock.at, sample=True)]
        assert watchlists.seed(LIST, items)
        watchlists.remove(LIST, ["A"])
        assert not other.watchlists.seed(LIST, items)
        assert watchlists.items(LIST) == []

    def test_of_workers_that_start_at_once_one_seeds(
        self,
        watchlists: WatchlistStore,
        other: Backends,
        clock: SetClock,
        threads: ThreadPoolExecutor,
    ) -> None:
        stores = (watchlists, other.watchlists) * 4
        seeded = threads.map(lambda store: store.seed(LIST, [WatchlistItem("A", clock.at)]), stores)
        assert sum(seeded) == 1

    def test_no_items_is_no_work(self, watchlists: WatchlistStore, log: EventLog) -> None:
        assert watchlists.add(LIST, []) == []
        assert watchlists.remove(LIST, []).symbols == ()
        assert log.last_id() == 0
