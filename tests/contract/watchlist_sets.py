"""What every WatchlistStore does with several lists, their order, and what was removed."""

import dataclasses
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from stockapp.domain.event import WATCHLISTS_TOPIC
from stockapp.domain.watchlist import (
    DEFAULT_WATCHLIST,
    ListExists,
    Merged,
    Moved,
    NoSuchList,
    NotListed,
    TooManyLists,
    Watchlist,
    WatchlistFull,
    WatchlistItem,
)
from stockapp.ports import EventLog, WatchlistStore

from .backends import Backends, SetClock
from .watchlist_store import told

LIST = DEFAULT_WATCHLIST
LETTERS = ("A", "B", "C", "D", "E")


def fill(store: WatchlistStore, clock: SetClock, *symbols: str, watchlist: str = LIST) -> None:
    store.add(watchlist, [WatchlistItem(symbol, clock.at) for symbol in symbols])


def order(store: WatchlistStore, watchlist: str = LIST) -> list[str]:
    return [item.symbol for item in store.items(watchlist)]


def told_of_lists(log: EventLog) -> list[tuple[str, str]]:
    events = log.since(0, topic=WATCHLISTS_TOPIC)
    return [(event.data["action"], event.data["watchlist"]) for event in events]


class SetOfListsContract:
    def test_one_list_is_always_there_and_cannot_be_deleted(
        self, watchlists: WatchlistStore
    ) -> None:
        assert watchlists.lists() == [Watchlist(LIST, "Watchlist", 0)]
        with pytest.raises(ValueError, match="cannot be deleted"):
            watchlists.delete(LIST)

    def test_lists_are_made_renamed_and_deleted_and_pages_are_told(
        self, watchlists: WatchlistStore, log: EventLog, clock: SetClock
    ) -> None:
        made = watchlists.create("Tech & Co")
        assert made == Watchlist("tech-co", "Tech & Co", 0)
        fill(watchlists, clock, "A", "B", watchlist="tech-co")
        assert watchlists.rename("tech-co", "Chips") == Watchlist("tech-co", "Chips", 2)
        assert watchlists.find("tech-co") == Watchlist("tech-co", "Chips", 2)
        assert [one.name for one in watchlists.lists()] == [LIST, "tech-co"]
        removal = watchlists.delete("tech-co")
        assert removal is not None
        assert (removal.title, removal.symbols) == ("Chips", ("A", "B"))
        assert watchlists.find("tech-co") is None
        assert watchlists.delete("tech-co") is None
        assert watchlists.items("tech-co") == []
        actions = ("created", "renamed", "deleted")
        assert told_of_lists(log) == [(action, "tech-co") for action in actions]
        assert told(log, "tech-co")[-1] == ("removed", "B")

    def test_a_title_is_there_once_whatever_its_case(self, watchlists: WatchlistStore) -> None:
        watchlists.create("Straße")
        with pytest.raises(ListExists, match="Straße"):
            watchlists.create("STRASSE")
        with pytest.raises(ListExists):
            watchlists.rename("strasse", "watchlist")
        assert watchlists.rename("strasse", "STRASSE").title == "STRASSE"
        with pytest.raises(NoSuchList):
            watchlists.rename("none", "Other")

    def test_of_workers_that_make_the_same_list_one_does(
        self, watchlists: WatchlistStore, other: Backends, threads: ThreadPoolExecutor
    ) -> None:
        def make(store: WatchlistStore) -> bool:
            try:
                store.create("Tech", most_lists=3)
            except ListExists:
                return False
            return True

        assert sum(threads.map(make, (watchlists, other.watchlists) * 4)) == 1
        with pytest.raises(TooManyLists):
            watchlists.create("Third", most_lists=2)

    def test_what_can_be_no_name_names_no_list(self, watchlists: WatchlistStore) -> None:
        for name in ("", "\x00", "default\x00", "%", "%s", "?"):
            assert watchlists.find(name) is None
            assert watchlists.items(name) == []

    def test_nothing_is_put_on_a_list_that_is_not_there(
        self, watchlists: WatchlistStore, clock: SetClock
    ) -> None:
        fill(watchlists, clock, "A")
        with pytest.raises(NoSuchList):
            fill(watchlists, clock, "A", watchlist="none")
        with pytest.raises(NoSuchList):
            watchlists.move(["A"], LIST, "none")
        assert order(watchlists) == ["A"]


class OrderContract:
    @pytest.mark.parametrize(
        ("symbols", "before", "after"),
        [
            (["D"], "B", "ADBCE"),
            (["D", "A"], "C", "BDACE"),
            (["A", "B"], None, "CDEAB"),
            (["C", "none", "C"], "A", "CABDE"),
            (["B", "C"], "B", "ABCDE"),
            (["B", "D"], "B", "ABDCE"),
        ],
    )
    def test_items_go_before_another_in_the_order_given(
        self,
        watchlists: WatchlistStore,
        clock: SetClock,
        symbols: Sequence[str],
        before: str | None,
        after: str,
    ) -> None:
        fill(watchlists, clock, *LETTERS)
        placed = watchlists.place(LIST, symbols, before)
        assert "".join(order(watchlists)) == after
        assert placed == [symbol for symbol in dict.fromkeys(symbols) if symbol in LETTERS]

    def test_a_new_order_is_told_once_and_new_items_come_last(
        self, watchlists: WatchlistStore, log: EventLog, clock: SetClock
    ) -> None:
        fill(watchlists, clock, *LETTERS)
        watchlists.place(LIST, ["E"], "A")
        watchlists.place(LIST, ["E"], "A")
        assert told(log)[len(LETTERS) :] == [("moved", "E")]
        fill(watchlists, clock, "F")
        assert order(watchlists) == ["E", "A", "B", "C", "D", "F"]

    def test_what_is_not_on_the_list_is_no_place(
        self, watchlists: WatchlistStore, clock: SetClock
    ) -> None:
        fill(watchlists, clock, "A", "B")
        with pytest.raises(NotListed, match="Z"):
            watchlists.place(LIST, ["A"], "Z")


class MovingContract:
    def test_notes_and_targets_go_along_and_fill_in_what_is_empty(
        self, watchlists: WatchlistStore, log: EventLog, clock: SetClock
    ) -> None:
        watchlists.create("Tech")
        mine = WatchlistItem("A", clock.at, "Alpha", "mine", 5.0, sample=True)
        watchlists.add(LIST, [mine, WatchlistItem("B", clock.at, note="kept", target_price=7.0)])
        watchlists.add("tech", [WatchlistItem("B", clock.at, note="kept")])
        assert watchlists.move(["B", "A", "none"], LIST, "tech") == Moved(("A", "B"), ())
        assert order(watchlists) == []
        assert watchlists.items("tech") == [
            WatchlistItem("B", clock.at, note="kept", target_price=7.0),
            dataclasses.replace(mine, sample=False),
        ]
        assert told(log)[-2:] == [("removed", "A"), ("removed", "B")]
        assert told(log, "tech")[-2:] == [("added", "A"), ("changed", "B")]

    def test_what_would_lose_its_note_or_target_stays_where_it_is(
        self, watchlists: WatchlistStore, clock: SetClock
    ) -> None:
        watchlists.create("Tech")
        here = [
            WatchlistItem("A", clock.at, note="old", target_price=7.0),
            WatchlistItem("B", clock.at, target_price=8.0),
            WatchlistItem("C", clock.at),
        ]
        there = [WatchlistItem(s, clock.at, note="other", target_price=9.0) for s in "ABC"]
        watchlists.add(LIST, here)
        watchlists.add("tech", there)
        assert watchlists.move(LETTERS, LIST, "tech") == Moved(("C",), ("A", "B"))
        assert watchlists.items(LIST) == here[:2]
        assert watchlists.items("tech") == there

    def test_a_full_list_takes_nothing_and_says_how_many_fit(
        self, watchlists: WatchlistStore, clock: SetClock
    ) -> None:
        watchlists.create("Tech")
        fill(watchlists, clock, *LETTERS)
        fill(watchlists, clock, "A", "Z", watchlist="tech")
        with pytest.raises(WatchlistFull) as full:
            watchlists.move(LETTERS, LIST, "tech", most_items=4)
        assert full.value.room == 2
        assert order(watchlists) == list(LETTERS)
        with pytest.raises(WatchlistFull):
            watchlists.add("tech", [WatchlistItem("Y", clock.at)], most_items=2)
        watchlists.move(["A", "B"], LIST, "tech", most_items=3)
        assert order(watchlists, "tech") == ["A", "Z", "B"]

    def test_merging_overwrites_only_when_told_to(
        self, watchlists: WatchlistStore, clock: SetClock
    ) -> None:
        watchlists.add(
            LIST, [WatchlistItem("A", clock.at, note="old"), WatchlistItem("B", clock.at)]
        )
        news = [
            WatchlistItem("A", clock.at, note="new", target_price=2.0),
            WatchlistItem("B", clock.at),
            WatchlistItem("C", clock.at, note="c"),
        ]
        assert watchlists.merge(LIST, news) == Merged(("C",), ("A",))
        first = watchlists.get(LIST, "A")
        assert first == WatchlistItem("A", clock.at, note="old", target_price=2.0)
        assert watchlists.merge(LIST, news, overwrite=True) == Merged((), ("A",))
        assert watchlists.items(LIST)[0].note == "new"


class RestoringContract:
    def test_items_come_back_as_they_were_and_where_they_were(
        self, watchlists: WatchlistStore, log: EventLog, clock: SetClock
    ) -> None:
        full = WatchlistItem("C", clock.at, "Gamma", "a note", 3.5, sample=True)
        fill(watchlists, clock, "A", "B")
        watchlists.add(LIST, [full])
        fill(watchlists, clock, "D", "E")
        clock.advance(100)
        removal = watchlists.remove(LIST, ["D", "A", "C"])
        assert removal.symbols == ("A", "C", "D")
        fill(watchlists, clock, "F", "D")
        restored = watchlists.restore(removal)
        assert restored.symbols == ("A", "C")
        assert restored.watchlist.size == 6
        assert order(watchlists) == ["A", "B", "C", "E", "F", "D"]
        assert watchlists.get(LIST, "C") == full
        assert told(log)[-2:] == [("added", "A"), ("added", "C")]

    def test_what_was_added_again_meanwhile_gets_what_it_lacks_and_keeps_what_is_new(
        self, watchlists: WatchlistStore, clock: SetClock
    ) -> None:
        olds = [WatchlistItem(s, clock.at, note="old", target_price=3.5) for s in ("A", "B")]
        watchlists.add(LIST, olds)
        removal = watchlists.remove(LIST, ["A", "B"])
        watchlists.add(LIST, [WatchlistItem("A", clock.at), WatchlistItem("B", clock.at, note="n")])
        assert watchlists.restore(removal).symbols == ("A", "B")
        assert watchlists.items(LIST) == [olds[0], dataclasses.replace(olds[1], note="n")]

    def test_a_deleted_list_comes_back_beside_one_that_took_its_title(
        self, watchlists: WatchlistStore, clock: SetClock
    ) -> None:
        watchlists.create("Tech")
        fill(watchlists, clock, "B", "A", watchlist="tech")
        removal = watchlists.delete("tech")
        assert removal is not None
        watchlists.create("tech")
        restored = watchlists.restore(removal)
        assert restored.watchlist == Watchlist("tech-2", "Tech 2", 2)
        assert order(watchlists, "tech-2") == ["B", "A"]
        with pytest.raises(TooManyLists):
            watchlists.restore(removal, most_lists=3)

    def test_what_does_not_fit_does_not_come_back_in_part(
        self, watchlists: WatchlistStore, clock: SetClock
    ) -> None:
        fill(watchlists, clock, *LETTERS)
        removal = watchlists.remove(LIST, ["A", "B"])
        with pytest.raises(WatchlistFull):
            watchlists.restore(removal, most_items=4)
        assert order(watchlists) == ["C", "D", "E"]
        watchlists.create("Tech")
        gone = watchlists.remove("tech", [])
        watchlists.delete("tech")
        with pytest.raises(NoSuchList):
            watchlists.restore(gone)


class SetsOfWatchlistsContract(
    SetOfListsContract, OrderContract, MovingContract, RestoringContract
): ...
