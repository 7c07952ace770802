"""The kind `live_prices`: fetching quotes for the symbols of a task."""

from collections.abc import Mapping, Sequence
from typing import Any

from stockapp.domain.task import Item, ItemState
from stockapp.fetching.news import Fetched, News
from stockapp.fetching.race import Race
from stockapp.ports import WatchlistStore
from stockapp.services.board import QuoteView, failure_to_json
from stockapp.services.profiles import Profiles
from stockapp.services.quotes import Quotes
from stockapp.tasks.kinds import Kind, TaskRun

KIND = "live_prices"


class LivePrices:
    """Runs the race for the items of a task, keeping each quote as it arrives."""

    def __init__(
        self, race: Race, quotes: Quotes, profiles: Profiles, watchlists: WatchlistStore
    ) -> None:
        self._race = race
        self._quotes = quotes
        self._profiles = profiles
        self._watchlists = watchlists

    def kind(self) -> Kind:
        """The kind, for the engine."""
        return Kind(KIND, self.run, result_of, closing_words)

    def run(self, run: TaskRun) -> None:
        """Fetch what has not ended."""
        symbols = [item.key for item in run.task.items if not item.state.ended]
        asked = _Asked()
        self._race.run(symbols, lambda news: self._keep(run, news, asked), run.token.on_cancel)

    def _keep(self, run: TaskRun, news: News, asked: "_Asked") -> None:
        """Cache first, then record: whoever hears of an item finds its quote."""
        news = News(news.started, self._profiles.complete(news.fetched))
        failed = [entry.symbol for entry in news.fetched if entry.quote is None]
        older = self._quotes.cached(failed)
        self._quotes.store(news.fetched)
        self._fill_names(news)
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
    """What to say when all is done: 48 updated, 1 not updated, 1 failed."""
    summary = result_of(items)["summary"]
    words = {"ok": "updated", "stale": "not updated", "failed": "failed"}
    return ", ".join(f"{n} {words[state]}" for state, n in summary.items() if n) or "Nothing to do"


def _item(entry: Fetched, older: QuoteView | None, quotes: Quotes) -> Item:
    attempts = [attempt.to_json() for attempt in entry.attempts]
    if entry.quote:
        quote = quotes.new_view(entry.quote).to_json()
        return Item(
            entry.symbol,
            ItemState.OK,
            {"success": True, "quote": quote, "attempts": attempts},
        )
    result = {"success": False, "error": failure_to_json(entry.error), "attempts": attempts}
    if older is None:
        return Item(entry.symbol, ItemState.FAILED, result)
    return Item(entry.symbol, ItemState.STALE, {**result, "quote": older.to_json()})


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
