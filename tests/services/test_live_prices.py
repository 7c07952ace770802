"""What a refresh fetches, and what it takes from the cache."""

import dataclasses
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from stockapp.caching.policy import SingleFlight
from stockapp.caching.tally import Tally
from stockapp.domain.attempt import Attempt, Failure, Outcome, Reason
from stockapp.domain.event import Event, EventType
from stockapp.domain.freshness import Lifetime
from stockapp.domain.quote import Quote
from stockapp.domain.task import Item, ItemState, Progress, Task, TaskStatus
from stockapp.fetching.news import Fetched, News
from stockapp.ports import StoreTrouble
from stockapp.services.live_prices import LivePrices
from stockapp.services.profiles import Profiles
from stockapp.services.quotes import Quotes
from stockapp.tasks.cancellation import CancelToken
from stockapp.tasks.kinds import Limits
from tests.contract.backends import Backends, SetClock
from tests.contract.embedded import open_embedded


class Market:
    """A race that gives each symbol what the test says, and remembers what it was asked for."""

    def __init__(self, clock: SetClock) -> None:
        self._clock = clock
        self.asked: list[str] = []
        self.unknown: set[str] = set()
        self.dear: set[str] = set()
        self.defect = False
        self.trouble = ""

    def run(
        self,
        symbols: Sequence[str],
        tell: Callable[[News], None],
        on_cancel: Callable[[Callable[[], None]], None],
        *,
        sparing: bool,
    ) -> None:
        del on_cancel
        self.asked += symbols
        if self.trouble:
            raise StoreTrouble(self.trouble)
        if self.defect:
            raise ZeroDivisionError
        tell(News((), [self._fetched(symbol, sparing) for symbol in symbols]))

    def _fetched(self, symbol: str, sparing: bool) -> Fetched:
        if symbol in self.dear and sparing:
            spared = Attempt("few", "quote", self._clock.now(), 0, Outcome.SKIPPED)
            return Fetched(symbol, None, Failure(Reason.TIMEOUT, "late"), (spared,))
        if symbol in self.unknown:
            return Fetched(symbol, None, Failure(Reason.NOT_FOUND, "unknown"), ())
        now = self._clock.now()
        return Fetched(symbol, Quote(symbol, 1.5, "USD", now, "test", "quote", now), None, ())


class Run:
    """One task, with what is recorded of it."""

    def __init__(self, clock: SetClock, symbols: str, **params: Any) -> None:
        items = tuple(Item(symbol, ItemState.QUEUED) for symbol in symbols.split(","))
        self.task = Task(
            id="t",
            kind="live_prices",
            status=TaskStatus.RUNNING,
            progress=Progress(0, len(items)),
            params={"force": False, "watchlist": None, **params},
            created_at=clock.now(),
            items=items,
        )
        self.token = CancelToken()
        self.items: dict[str, Item] = {}
        self._lock = threading.Lock()

    def begin(self, keys: Iterable[str]) -> None:
        """How long items take is not looked at here."""

    def record(self, items: Sequence[Item], message: str) -> None:
        del message
        with self._lock:
            self.items.update({item.key: item for item in items})

    def states(self) -> dict[str, str]:
        return {key: item.state.value for key, item in self.items.items()}


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def backends(tmp_path: Path, clock: SetClock) -> Iterator[Backends]:
    opened = open_embedded(tmp_path, clock)
    yield opened
    opened.close()


@pytest.fixture
def market(clock: SetClock) -> Market:
    return Market(clock)


@pytest.fixture
def live_prices(backends: Backends, clock: SetClock, market: Market) -> LivePrices:
    flight = SingleFlight(backends.flights, backends.executor, clock, Tally(), patience_seconds=60)
    return LivePrices(
        market,  # type: ignore[arg-type]
        flight,
        Quotes(backends.cache, Lifetime(900, 7 * 86_400), clock),
        Profiles(backends.cache),
        backends.tasks,
        backends.watchlists,
        clock,
        fresh_for_watchlist=300,
        limits=Limits(8, 300),
    )


def refreshed(live_prices: LivePrices, run: Run) -> dict[str, str]:
    live_prices.run(run)
    return run.states()


def test_what_was_fetched_since_the_task_was_made_is_not_fetched_again(
    live_prices: LivePrices, clock: SetClock, market: Market
) -> None:
    later = Run(clock, "A,B", force=True)
    clock.advance(1)
    refreshed(live_prices, Run(clock, "A", force=True))
    assert refreshed(live_prices, later) == {"A": "ok", "B": "ok"}
    assert market.asked == ["A", "B"]


def test_a_forced_refresh_fetches_what_is_fresh(
    live_prices: LivePrices, clock: SetClock, market: Market
) -> None:
    for _ in range(2):
        refreshed(live_prices, Run(clock, "A", force=True))
        clock.advance(1)
    assert market.asked == ["A", "A"]


@pytest.mark.parametrize(
    ("age", "watchlist", "asked"),
    [(299, "default", 1), (300, "default", 2), (300, None, 1), (899, None, 1), (900, None, 2)],
)
def test_others_fetch_what_is_older_than_it_may_be(
    live_prices: LivePrices,
    clock: SetClock,
    market: Market,
    age: float,
    watchlist: str | None,
    asked: int,
) -> None:
    refreshed(live_prices, Run(clock, "A"))
    clock.advance(age)
    assert refreshed(live_prices, Run(clock, "A", watchlist=watchlist)) == {"A": "ok"}
    assert market.asked == ["A"] * asked


@pytest.mark.parametrize(("age", "asked"), [(40, 1), (41, 2)])
def test_live_mode_fetches_what_is_no_younger_than_what_it_saw(
    live_prices: LivePrices, clock: SetClock, market: Market, age: float, asked: int
) -> None:
    refreshed(live_prices, Run(clock, "A"))
    clock.advance(age)
    run = Run(clock, "A", watchlist="default", live=True, max_age_seconds=41)
    assert refreshed(live_prices, run) == {"A": "ok"}
    assert market.asked == ["A"] * asked


def test_who_asks_is_not_content_with_a_failure_of_live_mode_that_spared_a_source(
    live_prices: LivePrices, clock: SetClock, market: Market
) -> None:
    market.dear = {"A"}
    asking = Run(clock, "A", watchlist="default")
    live = Run(clock, "A", watchlist="default", live=True, max_age_seconds=60)
    assert refreshed(live_prices, live) == {"A": "failed"}
    assert refreshed(live_prices, live) == {"A": "failed"}
    assert market.asked == ["A"]
    assert refreshed(live_prices, asking) == {"A": "ok"}


def test_an_unknown_symbol_is_remembered_for_five_minutes_unless_somebody_insists(
    live_prices: LivePrices, clock: SetClock, market: Market
) -> None:
    market.unknown = {"A"}
    for _ in range(3):
        assert refreshed(live_prices, Run(clock, "A")) == {"A": "failed"}
        clock.advance(100)
    assert market.asked == ["A"]
    assert refreshed(live_prices, Run(clock, "A", force=True)) == {"A": "failed"}
    assert market.asked == ["A", "A"]
    clock.advance(300)
    refreshed(live_prices, Run(clock, "A"))
    assert market.asked == ["A", "A", "A"]


def test_a_defect_is_the_answer_of_those_who_waited_and_not_met_by_each_of_them(
    live_prices: LivePrices, clock: SetClock, market: Market
) -> None:
    waiting = Run(clock, "A")
    market.defect = True
    with pytest.raises(ZeroDivisionError):
        live_prices.run(Run(clock, "A"))
    assert refreshed(live_prices, waiting) == {"A": "failed"}
    result = waiting.items["A"].result
    assert result is not None
    assert result["error"]["code"] == "internal"
    assert market.asked == ["A"]


def test_trouble_with_a_store_is_no_answer_and_the_symbols_are_asked_for_again_after_it(
    live_prices: LivePrices, clock: SetClock, market: Market
) -> None:
    run = Run(clock, "A")
    market.trouble = "Redis does not answer"
    with pytest.raises(StoreTrouble):
        live_prices.run(run)
    market.trouble = ""
    assert refreshed(live_prices, run) == {"A": "ok"}
    assert market.asked == ["A", "A"]


def test_an_item_that_had_ended_when_the_task_was_taken_over_stays_as_it_is(
    live_prices: LivePrices, clock: SetClock, market: Market
) -> None:
    run = Run(clock, "A,B")
    done = Item("A", ItemState.OK, {"success": True})
    run.task = dataclasses.replace(run.task, items=(done, run.task.items[1]))
    assert refreshed(live_prices, run) == {"B": "ok"}
    assert market.asked == ["B"]


def test_a_worker_that_hears_of_an_item_knows_its_new_quote_at_once(
    live_prices: LivePrices, backends: Backends, clock: SetClock, tmp_path: Path
) -> None:
    other = open_embedded(tmp_path, clock)
    quotes = Quotes(other.cache, Lifetime(900, 7 * 86_400), clock)
    assert quotes.known(["A"])["A"].quote is None
    refreshed(live_prices, Run(clock, "A"))
    for state, known in ("running", False), ("ok", True):
        data = {"key": "A", "state": state}
        quotes.on_event(Event(1, "task:t", EventType.ITEM, data, clock.now()))
        assert (quotes.known(["A"])["A"].quote is not None) == known
    other.close()
