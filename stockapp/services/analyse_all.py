"""The kind `analysis_all`: many symbols in one task, each an item, a few at a time."""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import datetime
from typing import Any

from stockapp.domain.analysis import Verdict
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.choices import Choices
from stockapp.domain.task import Item, ItemState
from stockapp.ports import Executor, StoreTrouble
from stockapp.services.analysing import Analysed, Analysing, NothingKnown, Wanted
from stockapp.services.analysis_store import line_of
from stockapp.services.board import failure_to_json
from stockapp.services.stages import Origin, Stage
from stockapp.tasks.kinds import Kind, Limits, Superseded, TaskRun

KIND = "analysis_all"
_AT_ONCE = 4
_LOOK_SECONDS = 0.1
_DEFECT = Failure(Reason.INTERNAL, "stockapp failed while it analysed this; its log has the error.")

logger = logging.getLogger(__name__)


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
        self._analysing.prepare()
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
            done = self._analysing.analyse(wanted, _Quiet(run), run.token.on_cancel)
        except NothingKnown as nothing:
            run.record([_failed(symbol, nothing.failure)], f"Nothing is known of {symbol}")
        except (Superseded, StoreTrouble):
            raise
        except Exception:
            # One symbol that stockapp stumbles over must not fail the whole list.
            logger.exception("analysis failed", extra={"symbol": symbol})
            run.record([_failed(symbol, _DEFECT)], f"{symbol} could not be analysed")
        else:
            if done:
                run.record([_item(symbol, done)], f"{symbol} was analysed")


def _item(symbol: str, done: Analysed) -> Item:
    if not done.kept:
        why = done.analysis.report.caveats[0].message
        return _failed(symbol, Failure(Reason.INTERNAL, why))
    told = line_of(done.analysis).to_json()
    return Item(symbol, ItemState.OK, {"success": True, "analysed": symbol, "attempts": [], **told})


class _Quiet:
    """Watches one of many: its end says enough."""

    def __init__(self, run: TaskRun) -> None:
        self._run = run

    def begun(self, stage: Stage) -> None:
        """Not told."""

    def asking(self, stage: Stage, source: str) -> None:
        """Not told."""

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
