"""The kind `live_prices`: fetching quotes for the symbols of a task."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from stockapp.caching.policy import Landed, SingleFlight
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.task import Item, ItemState, Task
from stockapp.fetching.news import Fetched, News
from stockapp.fetching.race import Race
from stockapp.ports import Clock, StoreTrouble, TaskStore, WatchlistStore
from stockapp.services.board import QuoteView, SymbolReport, failure_to_json
from stockapp.services.profiles import Profiles
from stockapp.services.quotes import Known, Quotes, key_of
from stockapp.tasks.kinds import Kind, Limits, Superseded, TaskRun
from stockapp.tasks.slots import SMALL_ITEMS

KIND = "live_prices"


class LivePrices:
    """Runs the race for the items of a task, keeping each quote as it arrives.

    What another task is asking for already is waited for instead. `fresh_for_watchlist`: seconds
    for which a quote is good enough for a list's refresh that is not forced.
    """

    def __init__(
        self,
        race: Race,
        flight: SingleFlight,
        quotes: Quotes,
        profiles: Profiles,
        tasks: TaskStore,
        watchlists: WatchlistStore,
        clock: Clock,
        *,
        fresh_for_watchlist: float,
        limits: Limits,
    ) -> None:
        self._limits = limits
        self._race = race
        self._flight = flight
        self._quotes = quotes
        self._profiles = profiles
        self._tasks = tasks
        self._watchlists = watchlists
        self._clock = clock
        self._fresh_for_watchlist = fresh_for_watchlist

    def kind(self) -> Kind:
        """The kind, for the engine."""
        return Kind(KIND, self.run, result_of, closing_words, self._limits)

    def run(self, run: TaskRun) -> None:
        """Fetch what has not ended, and nobody else is fetching."""
        symbols = {key_of(item.key): item.key for item in run.task.items if not item.state.ended}
        asked = _Asked()

        def known(keys: Sequence[str]) -> list[str]:
            settled = self._settle(run, [symbols[key] for key in keys])
            return [key_of(symbol) for symbol in settled]

        def fetch(keys: Sequence[str], landed: Landed) -> None:
            self._fetch(run, [symbols[key] for key in keys], asked, landed)

        def unbegun(keys: Sequence[str]) -> list[str]:
            states = self._tasks.active_states(KIND, [symbols[key] for key in keys])
            return [key for key in keys if states.get(symbols[key]) is ItemState.QUEUED]

        # A large one that overtook others would hold them up in turn.
        is_small = len(run.task.items) <= SMALL_ITEMS
        self._flight.run(
            list(symbols),
            known,
            fetch,
            lambda: run.token.cancelled,
            unbegun if is_small else None,
        )

    def _settle(self, run: TaskRun, symbols: Sequence[str]) -> list[str]:
        """End the items that need no fetching. Returns their symbols."""
        now = self._clock.now()
        items = []
        for symbol, known in self._quotes.known(symbols).items():
            if known.report and self._is_good(run.task, known, known.report, now):
                items.append(_known_item(symbol, known.quote, known.report))
        if items:
            last = f"{items[-1].key} was fetched a moment ago"
            run.record(items, last)
        return [item.key for item in items]

    def _is_good(self, task: Task, known: Known, report: SymbolReport, now: datetime) -> bool:
        """Whether what is known answers the task."""
        if report.error and any(a.spared for a in report.attempts) and not _is_live(task):
            # Live mode asked only some of the sources.
            return False
        if report.at >= task.created_at:
            return True
        if task.params.get("force"):
            return False
        if report.error:
            return report.rest_seconds(now) > 0
        good_for = self._fresh_for_watchlist if task.params.get("watchlist") else math.inf
        good_for = task.params.get("max_age_seconds", good_for)
        return known.quote is not None and known.quote.is_younger_than(good_for)

    def _fetch(self, run: TaskRun, symbols: Sequence[str], asked: "_Asked", landed: Landed) -> None:
        told: set[str] = set()

        def tell(news: News) -> None:
            try:
                self._keep(run, news, asked)
            finally:
                told.update(entry.symbol for entry in news.fetched)
                landed([key_of(entry.symbol) for entry in news.fetched])

        try:
            sparing = _is_live(run.task)
            self._race.run(symbols, tell, run.token.on_cancel, sparing=sparing)
        except (Superseded, StoreTrouble):
            # Nothing is known of the symbols: the run waits, and asks again.
            raise
        except Exception:
            # Those who wait must not run into the same defect one after the other.
            self._quotes.store([_defect(symbol) for symbol in symbols if symbol not in told])
            raise

    def _keep(self, run: TaskRun, news: News, asked: "_Asked") -> None:
        """Cache first, then record: whoever hears of an item finds its quote."""
        news = News(news.started, self._profiles.complete(news.fetched))
        failed = [entry.symbol for entry in news.fetched if entry.quote is None]
        older = self._quotes.cached(failed)
        self._quotes.store(news.fetched)
        self._fill_names(news)
        for started in news.started:
            run.begin(started.symbols)
        items = {symbol: Item(symbol, ItemState.RUNNING) for symbol in asked.first_time(news)}
        items.update(
            {
                entry.symbol: _item(entry, older.get(entry.symbol), self._quotes)
                for entry in news.fetched
            }
        )
        if items or asked.elsewhere(news):
            run.record(list(items.values()), _message(news))

    def _fill_names(self, news: News) -> None:
        names = {
            entry.symbol: entry.quote.name
            for entry in news.fetched
            if entry.quote and entry.quote.name
        }
        if names:
            # Prices must not wait for them: lists may be kept elsewhere, and the next one brings
            # the names as well.
            with suppress(StoreTrouble):
                self._watchlists.fill_names(names)


class _Asked:
    """What a task has told of asking: a symbol is running once, however many lanes it takes."""

    def __init__(self) -> None:
        self._symbols: set[str] = set()
        self._label = ""

    def first_time(self, news: News) -> list[str]:
        """The symbols that are asked for now, and were not before."""
        symbols = {symbol: None for started in news.started for symbol in started.symbols}
        fresh = [symbol for symbol in symbols if symbol not in self._symbols]
        self._symbols.update(fresh)
        return fresh

    def elsewhere(self, news: News) -> bool:
        """Whether another method is being asked than the last that was told."""
        before = self._label
        self._label = news.started[-1].label if news.started else before
        return self._label != before


def _is_live(task: Task) -> bool:
    """Whether live mode made it, and nobody asked for it."""
    return bool(task.params.get("live"))


def _defect(symbol: str) -> Fetched:
    detail = "stockapp failed while it asked; its log has the error."
    return Fetched(symbol, None, Failure(Reason.INTERNAL, detail), ())


def fresh_item(view: QuoteView) -> Item:
    """An item that needs no fetching, as its quote is fresh."""
    result = {"success": True, "quote": view.to_json(), "attempts": []}
    return Item(view.quote.symbol, ItemState.OK, result)


def result_of(items: Sequence[Item]) -> Mapping[str, Any]:
    """The result of a task from its items."""
    counts = {state: sum(item.state is state for item in items) for state in ItemState}
    return {
        "live_prices": {item.key: item.result for item in items if item.result is not None},
        "summary": {
            "ok": counts[ItemState.OK],
            "stale": counts[ItemState.STALE],
            "failed": counts[ItemState.FAILED],
        },
    }


def closing_words(items: Sequence[Item]) -> str:
    """What to say when all is done: 48 updated, 1 stale, 1 unknown, 2 failed."""
    counts = Counter(_closing_word(item) for item in items if item.result is not None)
    told = (f"{counts[word]} {word}" for word in _CLOSING_WORDS if counts[word])
    return ", ".join(told) or "Nothing to do"


_CLOSING_WORDS = ("updated", "stale", "unknown", "failed")


def _closing_word(item: Item) -> str:
    if item.state is ItemState.OK:
        return "updated"
    if item.state is ItemState.STALE:
        return "stale"
    error = (item.result or {}).get("error") or {}
    return "unknown" if error.get("code") == Reason.NOT_FOUND.value else "failed"


def _known_item(symbol: str, quote: QuoteView | None, report: SymbolReport) -> Item:
    """The item as the last fetch left the symbol."""
    attempts = [attempt.to_json() for attempt in report.attempts]
    if report.error is None and quote:
        result = {"success": True, "quote": quote.to_json(), "attempts": attempts}
        return Item(symbol, ItemState.OK, result)
    return _failed_item(symbol, report.error, attempts, quote)


def _failed_item(
    symbol: str, error: Failure | None, attempts: list[dict[str, Any]], older: QuoteView | None
) -> Item:
    result = {"success": False, "error": failure_to_json(error), "attempts": attempts}
    if older is None:
        return Item(symbol, ItemState.FAILED, result)
    return Item(symbol, ItemState.STALE, {**result, "quote": older.to_json()})


def _item(entry: Fetched, older: QuoteView | None, quotes: Quotes) -> Item:
    attempts = [attempt.to_json() for attempt in entry.attempts]
    if entry.quote:
        quote = quotes.new_view(entry.quote).to_json()
        return Item(
            entry.symbol,
            ItemState.OK,
            {"success": True, "quote": quote, "attempts": attempts},
        )
    return _failed_item(entry.symbol, entry.error, attempts, older)


def _message(news: News) -> str:
    """What to say is going on: the last quote that came, or what is being asked."""
    for entry in reversed(news.fetched):
        if entry.quote:
            return f"{entry.symbol} from {entry.quote.source}/{entry.quote.method}"
    if news.started:
        last = news.started[-1]
        rest = f" and {len(last.symbols) - 1} more" if len(last.symbols) > 1 else ""
        return f"Asking {last.label} for {last.symbols[0]}{rest}"
    return f"No price for {news.fetched[-1].symbol}"
