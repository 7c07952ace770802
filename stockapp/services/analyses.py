"""Analyses as people and programs ask for them: started, looked at, made anew by other choices."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from stockapp.analysis.business_type import weights_of
from stockapp.analysis.valuation import fair_value
from stockapp.domain.choices import BusinessType, Choices
from stockapp.domain.symbol import parse_symbol
from stockapp.domain.task import Item, ItemState, Task
from stockapp.ports import EventLog, QueueFull, RateLimited, StoreTrouble, TaskStore, WatchlistStore
from stockapp.services import analyse_all, analysing, origins
from stockapp.services.aged import Aged
from stockapp.services.analysing import Analysing
from stockapp.services.analysis_store import Analysis, AnalysisStore, Chart, choices_to_json
from stockapp.services.analyst import Analyst, NotComputed
from stockapp.services.dossier import Dossier
from stockapp.services.findings import statement_to_json
from stockapp.services.gathered import STATEMENTS, Gathered
from stockapp.services.gathering import Gatherer
from stockapp.services.histories import History, HistoryInterval, HistoryRange, history
from stockapp.tasks.engine import TaskEngine

_RECENT = 30
# For so long after the end of a task, looking at its symbol starts no other one.
_REST = timedelta(minutes=1)
# What each is called, its least and its greatest value.
RATES = {
    "growth": ("The growth", -0.5, 0.5),
    "discount_rate": ("The discount rate", 0.01, 0.5),
    "terminal_growth": ("The terminal growth", -0.1, 0.1),
}


class BadChoice(ValueError):
    """What was chosen cannot be used; `field` names it, the message says what to enter instead."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Begun:
    """A task that was started or joined; or none, and then the analysis, as all is fresh."""

    task: Task | None
    joined: bool
    analysis: Aged[Analysis] | None = None


class Analyses:
    """Asks no source itself: what others wait for is a task."""

    def __init__(
        self,
        engine: TaskEngine,
        tasks: TaskStore,
        log: EventLog,
        watchlists: WatchlistStore,
        gatherer: Gatherer,
        analyst: Analyst,
        store: AnalysisStore,
        analysing: Analysing,
    ) -> None:
        self._engine = engine
        self._tasks = tasks
        self._log = log
        self._watchlists = watchlists
        self._gatherer = gatherer
        self._analyst = analyst
        self._store = store
        self._analysing = analysing

    def start(self, symbol: str, choices: Choices, *, force: bool) -> Begun:
        """Analyse the symbol. What is fresh is not asked for again, unless with `force`.

        Raises InvalidSymbol, BadChoice, QueueFull, RateLimited and StoreTrouble.
        """
        wanted = parse_symbol(symbol)
        check(choices)
        if not force:
            kept = self.kept(wanted, choices)
            if kept and kept.recent:
                return Begun(None, False, kept)
            gathered = self._gatherer.held(wanted)
            if choices != Choices() and self._is_current(gathered):
                made = self._made(gathered, choices)
                self._store.put(made.value)
                return Begun(None, False, made)
        params = {"symbol": wanted, "choices": choices_to_json(choices), "force": force}
        created = self._engine.submit(
            analysing.KIND, params, analysing.items(), _dedupe_key(analysing.KIND, params)
        )
        return Begun(created.task, created.joined)

    def start_behind(self, symbol: str, choices: Choices) -> Task | None:
        """Analyse what is looked at; None where all is fresh, or no task is taken at present."""
        try:
            return self.start(symbol, choices, force=False).task
        except (QueueFull, RateLimited, StoreTrouble):
            return None

    def start_all(
        self, watchlist: str, *, force: bool, only: Collection[str] | None = None
    ) -> Begun | None:
        """Analyse a whole list, or only some of it; None when there is nothing of it.

        Raises QueueFull, RateLimited and StoreTrouble.
        """
        listed = (item.symbol for item in self._watchlists.items(watchlist))
        symbols = [symbol for symbol in listed if only is None or symbol in only]
        if not symbols:
            return None
        params = {"watchlist": watchlist, "symbols": symbols, "force": force}
        items = [Item(symbol, ItemState.QUEUED) for symbol in symbols]
        created = self._engine.submit(
            analyse_all.KIND, params, items, _dedupe_key(analyse_all.KIND, params)
        )
        return Begun(created.task, created.joined)

    def kept(self, symbol: str, choices: Choices) -> Aged[Analysis] | None:
        """The last analysis by these choices, fresh or old.

        None where the symbol was analysed of other data since: what was chosen applies to that.
        """
        kept = self._store.get(symbol, choices)
        own = self._store.get(symbol, Choices()) if kept and choices != Choices() else None
        return None if kept and own and own.value.basis != kept.value.basis else kept

    def dossier(self, symbol: str, choices: Choices, *, computing: bool = True) -> Dossier:
        """All that the symbol's page shows; by other choices than none it may be computed now.

        What is computed here is not kept: somebody is typing. Raises BadChoice.
        """
        event_id = self._log.last_id()
        check(choices)
        gathered = self._gatherer.held(symbol)
        # What has no accounts is the same by any assumptions.
        kept = self.kept(symbol, choices if gathered.statements else Choices())
        trouble = ""
        if computing and kept is None and choices != Choices() and gathered.statements:
            try:
                kept = self._made(gathered, choices)
            except (NotComputed, StoreTrouble) as error:
                trouble = str(error)
        task = self.running(symbol)
        stages = self._tasks.items(task.id) if task else ()
        return Dossier(symbol, choices, event_id, gathered, kept, task, stages, trouble)

    def start_due(self, dossier: Dossier) -> Task | None:
        """Analyse what is looked at, if that is due; not right after another analysis of it.

        So one that was cancelled, or failed, is not started again by the page that says so.
        """
        task, kept = dossier.task, self._store.get(dossier.symbol, Choices())
        if task and (not task.status.ended or self._is_recent(task)):
            return None
        if kept and kept.recent:
            return None
        try:
            return self.start(dossier.symbol, Choices(), force=False).task
        except (QueueFull, RateLimited, StoreTrouble):
            return None

    def _is_recent(self, task: Task) -> bool:
        ended = task.finished_at
        return ended is not None and self._analyst.now() - ended < _REST

    def held(self, symbol: str) -> Gathered:
        """All parts that are held of a symbol."""
        return self._gatherer.held(symbol)

    def weights(self, symbol: str, kind: BusinessType | None) -> dict[str, float]:
        """The weights of a type of business; of the symbol's own where none is given."""
        if kind is None:
            kept = self._store.get(symbol, Choices())
            worth = kept.value.report.valuation if kept else None
            kind = BusinessType(worth.detected_type) if worth else BusinessType.MATURE
        return weights_of(kind)

    def chart(self, gathered: Gathered) -> Chart | None:
        """Figures and indicators of the history that is held."""
        bars = gathered.bars
        if bars is None:
            return None
        return self._analyst.chart(gathered.symbol, bars, gathered.benchmark_bars)

    def history(self, symbol: str, span: str, interval: str) -> History | None:
        """That part of the price history that is held; None where none is.

        `span` is one of HistoryRange, `interval` of HistoryInterval.
        """
        held = self._gatherer.held(symbol)
        return history(held, self._analyst, HistoryRange(span), HistoryInterval(interval))

    def statements(self, symbol: str) -> list[dict[str, Any]]:
        """The statements that are held, each in its own currency, as the JSON interface shows them.

        Each says whether it is fresh.
        """
        parts = self._gatherer.held(symbol).parts
        return [told for part in STATEMENTS if (told := statement_to_json(parts[part]))]

    def running(self, symbol: str) -> Task | None:
        """The task that analyses the symbol now, else the last one that is remembered."""
        ended = None
        for task in self._tasks.recent(kind=analysing.KIND, limit=_RECENT):
            if task.params.get("symbol") == symbol:
                if not task.status.ended:
                    return task
                ended = ended or task
        return ended

    def _made(self, gathered: Gathered, choices: Choices) -> Aged[Analysis]:
        """The analysis of what is held, however old. Raises NotComputed."""
        report = self._analyst.report(gathered, choices)
        chart = self.chart(gathered)
        made = self._analyst.analysis(gathered, choices, report, chart, origins.of_all(gathered))
        age = (made.made_at - made.data_at).total_seconds()
        freshness, fresh_until = self._store.freshness(age), self._store.fresh_until(made.data_at)
        return Aged(made, age, freshness, fresh_until, self._is_current(gathered))

    def _is_current(self, gathered: Gathered) -> bool:
        """Whether nobody need be asked: all is fresh, or was asked for a short while ago.

        In the latter case what is lacking could not be had.
        """
        own = self._store.get(gathered.symbol, Choices())
        return gathered.is_complete_and_fresh or bool(own and own.recent)


def _dedupe_key(kind: str, params: Mapping[str, Any]) -> str:
    told = orjson.dumps(params, option=orjson.OPT_SORT_KEYS)
    return f"{kind} {hashlib.sha256(told).hexdigest()}"


def check(choices: Choices) -> None:
    """Raises BadChoice for what cannot be used."""
    for name, (what, least, most) in RATES.items():
        value = getattr(choices, name)
        if value is not None and not least <= value <= most:
            limits = f"{100 * least:g} % and {100 * most:g} %"
            raise BadChoice(name, f"{what} must be between {limits}, not {100 * value:.6g} %.")
    if choices.weights is not None:
        try:
            fair_value.checked(choices.weights)
        except fair_value.BadWeights as error:
            raise BadChoice("analysis_weights", str(error)) from None
