"""The kind `analysis`: one symbol, stage by stage; and how one symbol is analysed at all."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from stockapp.domain.analysis import Caveat, Severity, Soundness, Valuation, Verdict
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.choices import Choices
from stockapp.domain.report import Report
from stockapp.domain.task import Item, ItemState, TaskError
from stockapp.fetching.course import OnCancel
from stockapp.services.analysis_store import (
    Analysis,
    AnalysisStore,
    Chart,
    choices_from_json,
)
from stockapp.services.analyst import Analyst, NotComputed
from stockapp.services.gathered import Gathered
from stockapp.services.gathering import Gatherer
from stockapp.services.stages import PLAN, TITLES, Origin, Stage, Watcher
from stockapp.tasks.kinds import Kind, Limits, TaskRun, Undoable

KIND = "analysis"
_COMPUTED = "computed here"
# What is computed from what was gathered: by each run anew, as it is kept nowhere until the end.
_COMPUTED_STAGES = frozenset({Stage.TECHNICALS, Stage.VALUATION, Stage.SOUNDNESS, Stage.STORE})


class NothingKnown(Exception):
    """Neither a price nor a statement could be had; `failure` is why not."""

    def __init__(self, symbol: str, failure: Failure) -> None:
        super().__init__(f"There is neither a price nor a statement of {symbol}: {failure.detail}")
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Analysed:
    """An analysis, and whether it was kept: not where its value could not be computed."""

    analysis: Analysis
    kept: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be analysed, and with data not older than `since` where that is given.

    `of_many`: the indicators, which are large and which only its own page shows, are not kept.
    """

    symbol: str
    choices: Choices
    since: datetime | None
    of_many: bool = False


class Analysing:
    """Analyses symbols within tasks."""

    def __init__(
        self, gatherer: Gatherer, analyst: Analyst, store: AnalysisStore, limits: Limits
    ) -> None:
        self._gatherer = gatherer
        self._analyst = analyst
        self._store = store
        self._limits = limits

    def kind(self) -> Kind:
        """The kind, for the engine."""
        return Kind(KIND, self.run, result_of, closing_words, self._limits, PLAN)

    def run(self, run: TaskRun) -> None:
        """Analyse the task's symbol. What another worker had done by then is in the cache."""
        if any(item.key == Stage.STORE and item.state is ItemState.OK for item in run.task.items):
            # All was done but to say so.
            return
        params = run.task.params
        since = run.task.created_at if params.get("force") else None
        wanted = Wanted(params["symbol"], choices_from_json(params["choices"]), since)
        watcher = _TaskWatcher(run)
        try:
            self.prepare()
            done = self.analyse(wanted, watcher, run.token.on_cancel)
        except NothingKnown as nothing:
            watcher.give_up()
            code = "unknown_symbol" if nothing.failure.reason is Reason.NOT_FOUND else "no_data"
            raise Undoable(TaskError(code, str(nothing))) from None
        if done:
            watcher.finish(done)

    def prepare(self) -> None:
        """Have what computes ready by the time it is needed."""
        self._analyst.prepare()

    def analyse(self, wanted: Wanted, watcher: Watcher, on_cancel: OnCancel) -> Analysed | None:
        """Gather, compute and store; None when stopped. Raises NothingKnown."""
        recorder = _Recorder(watcher)
        gathered = self._gatherer.gather(wanted.symbol, wanted.since, recorder, on_cancel)
        if gathered is None:
            return None
        if gathered.is_nothing:
            raise NothingKnown(wanted.symbol, _why(recorder.origins))
        chart = self._chart(gathered, recorder, keep=not wanted.of_many)
        if watcher.stopped():
            return None
        report = self._report(gathered, wanted.choices, recorder)
        if watcher.stopped():
            return None
        recorder.begun(Stage.STORE)
        told = tuple(recorder.in_order())
        if report is None:
            failed = _report_of_nothing(gathered.symbol)
            analysis = self._analyst.analysis(gathered, wanted.choices, failed, chart, told)
            why = "Without a valuation there is nothing to keep; the last one that worked stays."
            recorder.failed(Stage.STORE, why)
            return Analysed(analysis, kept=False)
        analysis = self._analyst.analysis(gathered, wanted.choices, report, chart, told)
        self._store.put(analysis)
        self._renew_own(gathered, wanted, chart, told)
        return Analysed(analysis, kept=True)

    def _renew_own(
        self, gathered: Gathered, wanted: Wanted, chart: Chart | None, told: tuple[Origin, ...]
    ) -> None:
        """The analysis by the symbol's own assumptions must not stay behind one by others."""
        if wanted.choices != Choices():
            with suppress(NotComputed):
                report = self._analyst.report(gathered, Choices())
                own = self._analyst.analysis(gathered, Choices(), report, chart, told)
                self._store.put(own)

    def _chart(self, gathered: Gathered, recorder: "_Recorder", *, keep: bool) -> Chart | None:
        bars = gathered.bars
        recorder.begun(Stage.TECHNICALS)
        if bars is None:
            recorder.failed(Stage.TECHNICALS, "There is no price history to compute from.")
            return None
        try:
            chart = self._analyst.chart(gathered.symbol, bars, gathered.benchmark_bars, keep=keep)
        except NotComputed as error:
            recorder.failed(Stage.TECHNICALS, str(error), Reason.INTERNAL)
            return None
        recorder.computed(Stage.TECHNICALS, f"indicators of {len(bars)} days")
        return chart

    def _report(self, gathered: Gathered, choices: Choices, recorder: "_Recorder") -> Report | None:
        recorder.begun(Stage.VALUATION)
        recorder.begun(Stage.SOUNDNESS)
        try:
            report = self._analyst.report(gathered, choices)
        except NotComputed as error:
            for stage in (Stage.VALUATION, Stage.SOUNDNESS):
                recorder.failed(stage, str(error), Reason.INTERNAL)
            return None
        none = "no statements: nothing to value"
        recorder.computed(Stage.VALUATION, _verdict_words(report.valuation) or none)
        recorder.computed(Stage.SOUNDNESS, _soundness_words(report.soundness) or none)
        return report


class _Recorder:
    """Passes on what happens, and remembers how each stage came out."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self.origins: dict[Stage, Origin] = {}

    def begun(self, stage: Stage) -> None:
        self._watcher.begun(stage)

    def asking(self, stage: Stage, source: str) -> None:
        self._watcher.asking(stage, source)

    def ended(self, origin: Origin) -> None:
        self.origins[origin.stage] = origin
        self._watcher.ended(origin)

    def stopped(self) -> bool:
        return self._watcher.stopped()

    def computed(self, stage: Stage, note: str) -> None:
        """A stage that no source has a part in."""
        self.ended(Origin(stage, ItemState.OK, method=_COMPUTED, note=note))

    def failed(self, stage: Stage, why: str, reason: Reason = Reason.NO_DATA) -> None:
        """A stage that could not be done here."""
        self.ended(Origin(stage, ItemState.FAILED, note=why, error=Failure(reason, why)))

    def in_order(self) -> list[Origin]:
        """How the stages came out, in their order."""
        return [self.origins[stage] for stage in Stage if stage in self.origins]


class _TaskWatcher:
    """Makes items of a task of what happens; those that ended on another worker stay, unless what
    is computed comes out otherwise now.
    """

    def __init__(self, run: TaskRun) -> None:
        self._run = run
        self._symbol = run.task.params["symbol"]
        self._lock = threading.Lock()
        self._ended = {item.key: item for item in run.task.items if item.state.ended}

    def begun(self, stage: Stage) -> None:
        if stage.value not in self._ended:
            self._run.begin([stage.value])
            item = Item(stage.value, ItemState.RUNNING)
            self._run.record([item], f"{self._symbol}: {TITLES[stage].lower()}")

    def asking(self, stage: Stage, source: str) -> None:
        if stage.value not in self._ended:
            self._run.record([], f"{self._symbol}: {TITLES[stage].lower()} from {source}")

    def ended(self, origin: Origin) -> None:
        told = origin.item()
        item = replace(told, result={**(told.result or {}), "of": self._symbol})
        with self._lock:
            before = self._ended.get(item.key)
            if before == item or (before and origin.stage not in _COMPUTED_STAGES):
                return
            self._ended[item.key] = item
        self._run.record([item], f"{self._symbol}: {TITLES[origin.stage].lower()}")

    def give_up(self) -> None:
        """There is nothing to compute from."""
        why = "There is neither a price nor a statement to compute from."
        for stage in sorted(_COMPUTED_STAGES):
            self.ended(Origin(stage, ItemState.FAILED, error=Failure(Reason.NO_DATA, why)))

    def finish(self, done: Analysed) -> None:
        """The last stage's item carries the analysis; `analysed` says that it was kept."""
        state = ItemState.OK if done.kept else ItemState.FAILED
        result = {"success": done.kept, "analysis": done.analysis.to_json(), "attempts": []}
        if done.kept:
            result["analysed"] = self._symbol
        item = Item(Stage.STORE.value, state, result)
        self._run.record([item], closing_words([item]))

    def stopped(self) -> bool:
        return self._run.token.cancelled


def items() -> list[Item]:
    """The items of a new task."""
    return [Item(stage.value, ItemState.QUEUED) for stage in Stage]


def result_of(items: Sequence[Item]) -> Mapping[str, Any]:
    """The result of a task from its items: the analysis, and how each stage came out."""
    results = {item.key: item.result for item in items if item.result is not None}
    stored = results.pop(Stage.STORE.value, None) or {}
    return {"analysis": stored.get("analysis"), "stages": results}


def closing_words(items: Sequence[Item]) -> str:
    """What to say when all is done: the verdict."""
    analysis = result_of(items)["analysis"]
    if not analysis:
        return "Not analysed"
    worth = analysis["report"]["valuation"]
    return f"{analysis['symbol']}: {Verdict(worth['verdict']).words if worth else 'price only'}"


def _report_of_nothing(symbol: str) -> Report:
    """The report of a symbol that could not be computed."""
    message = "The valuation could not be computed; the stages say why."
    caveat = Caveat(Severity.HIGH, "valuation", message, "value and soundness")
    return Report(symbol, None, None, None, (), (caveat,))


def _why(origins: Mapping[Stage, Origin]) -> Failure:
    price = origins.get(Stage.PRICE)
    if price and price.error:
        return price.error
    return Failure(Reason.NO_DATA, "No source gave anything.")


def _verdict_words(worth: Valuation | None) -> str:
    return worth.verdict.words if worth else ""


def _soundness_words(sound: Soundness | None) -> str:
    if sound is None:
        return ""
    if sound.quality.percent is None:
        return "quality unknown"
    return f"quality {sound.quality.percent:.0f} of 100"
