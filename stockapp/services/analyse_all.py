"""The kind `analysis_all`: many symbols in one task, each an item, a few at a time."""

from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import datetime
from typing import Any

from stockapp.domain.analysis import Verdict
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.choices import Choices
from stockapp.domain.task import Item, ItemState
from stockapp.ports import Executor
from stockapp.services.analysing import Analysing, NothingKnown, Wanted
from stockapp.services.analysis_store import line_of
from stockapp.services.board import failure_to_json
from stockapp.services.stages import Origin, Stage
from stockapp.tasks.kinds import Kind, Limits, TaskRun

KIND = "analysis_all"
_AT_ONCE = 4
_LOOK_SECONDS = 0.1


class AnalysingAll:
    """Runs such tasks."""

    def __init__(self, analysing: Analysing, executor: Executor, limits: Limits) -> None:
        self._analysing = analysing
        self._executor = executor
        self._limits = limits

    def kind(self) -> Kind:
        """The kind, for the engine."""
        return Kind(KIND, self.run, result_of, closing_words, self._limits)

    def run(self, run: TaskRun) -> None:
        """Analyse what has not ended, a few at a time."""
        since = run.task.created_at if run.task.params.get("force") else None
        waiting = [item.key for item in run.task.items if not item.state.ended]
        running: set[Future[None]] = set()
        while (waiting or running) and not run.token.cancelled:
            while waiting and len(running) < _AT_ONCE:
                running.add(self._executor.submit(self._one, run, waiting.pop(0), since))
            done, running = wait(running, _LOOK_SECONDS, FIRST_COMPLETED)
            for future in done:
                future.result()

    def _one(self, run: TaskRun, symbol: str, since: datetime | None) -> None:
        run.begin([symbol])
        run.record([Item(symbol, ItemState.RUNNING)], f"Analysing {symbol}")
        wanted = Wanted(symbol, Choices(), since, of_many=True)
        try:
            analysis = self._analysing.analyse(wanted, _Quiet(run, symbol), run.token.on_cancel)
        except NothingKnown as nothing:
            run.record([_failed(symbol, nothing.failure)], f"Nothing is known of {symbol}")
            return
        except TimeoutError as error:
            failure = Failure(Reason.INTERNAL, f"The computation was stopped: {error}.")
            run.record([_failed(symbol, failure)], f"{symbol} could not be computed")
            return
        if analysis:
            told = line_of(analysis).to_json()
            result = {"success": True, "analysed": symbol, "attempts": [], **told}
            run.record([Item(symbol, ItemState.OK, result)], f"{symbol} was analysed")


class _Quiet:
    """Watches one of many: only who is being asked is told."""

    def __init__(self, run: TaskRun, symbol: str) -> None:
        self._run = run
        self._symbol = symbol

    def begun(self, stage: Stage) -> None:
        """Not told."""

    def asking(self, stage: Stage, source: str) -> None:
        """Not told either: the items' ends say enough."""

    def ended(self, origin: Origin) -> None:
        """Not told."""

    def stopped(self) -> bool:
        """Whether the task is to stop."""
        return self._run.token.cancelled


def result_of(items: Sequence[Item]) -> Mapping[str, Any]:
    """The result of a task from its items."""
    done = sum(item.state is ItemState.OK for item in items)
    failed = sum(item.state is ItemState.FAILED for item in items)
    return {
        "analyses": {item.key: item.result for item in items if item.result is not None},
        "summary": {"ok": done, "failed": failed},
    }


def closing_words(items: Sequence[Item]) -> str:
    """What to say when all is done: 11 analysed, 2 of them to buy, 1 failed."""
    summary = result_of(items)["summary"]
    bought = (Verdict.BUY, Verdict.STRONG_BUY)
    buys = sum(item.result is not None and item.result.get("verdict") in bought for item in items)
    parts = [f"{summary['ok']} analysed"]
    if buys:
        parts.append(f"{buys} with the verdict buy")
    if summary["failed"]:
        parts.append(f"{summary['failed']} failed")
    return ", ".join(parts)


def _failed(symbol: str, failure: Failure) -> Item:
    error = failure_to_json(failure)
    return Item(symbol, ItemState.FAILED, {"success": False, "error": error, "attempts": []})
