"""The kind `source_test`: asking every method of a source for a symbol that it surely knows."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, as_completed
from typing import Any

from stockapp.domain.attempt import Attempt, Failure, Outcome, Reason
from stockapp.domain.task import Item, ItemState, Task
from stockapp.fetching.breaker import Breakers
from stockapp.fetching.lane import Lane, Sent
from stockapp.ports import Created, Executor, TaskStore
from stockapp.services.board import failure_to_json
from stockapp.services.sources import Sources
from stockapp.tasks.engine import TaskEngine
from stockapp.tasks.kinds import Kind, Limits, TaskRun

KIND = "source_test"
_REMEMBERED = 50


class SourceTests:
    """Runs tests past the breakers; a method that answers has its breaker closed."""

    def __init__(
        self,
        sources: Sources,
        breakers: Breakers,
        executor: Executor,
        timeout_seconds: float,
        limits: Limits,
    ) -> None:
        self._limits = limits
        self._sources = sources
        self._breakers = breakers
        self._executor = executor
        self._timeout_seconds = timeout_seconds

    def kind(self) -> Kind:
        """The kind, for the engine."""
        return Kind(KIND, self.run, result_of, closing_words, self._limits)

    def run(self, run: TaskRun) -> None:
        """Ask the methods beside each other."""
        source = run.task.params["source"]
        wanted = {item.key for item in run.task.items if not item.state.ended}
        lanes = [lane for lane in self._sources.lanes(source) if lane.method.name in wanted]
        futures = {self._ask(lane): lane for lane in lanes}
        for future in as_completed(futures):
            lane = futures[future]
            run.record([self._item(lane, future.result())], f"{lane.label} has answered")

    def _ask(self, lane: Lane) -> "Future[Sent | Failure]":
        symbol = lane.provider.self_test
        obstacle = lane.unusable(symbol)
        if obstacle is None and not lane.room.take(_nobody):
            lane.room.leave(_nobody)
            obstacle = Failure(Reason.TIMEOUT, f"{lane.label} is busy; test it again soon.")
        if obstacle is not None:
            done: Future[Sent | Failure] = Future()
            done.set_result(obstacle)
            return done
        asked: Future[Any] = self._executor.submit(
            lane.ask, [symbol], self._timeout_seconds, _nobody
        )
        return asked

    def _item(self, lane: Lane, sent: Sent | Failure) -> Item:
        if isinstance(sent, Failure):
            return _failed(lane, sent, None)
        outcome = sent.parsed[lane.provider.self_test]
        if isinstance(outcome, Failure):
            return _failed(lane, outcome, sent)
        self._breakers.close(lane.label)
        attempt = _attempt(lane, sent, None)
        result = {"success": True, "quote": outcome.to_json(), "attempts": [attempt]}
        return Item(lane.method.name, ItemState.OK, result)


class SourceTesting:
    """Starting tests."""

    def __init__(self, engine: TaskEngine, tasks: TaskStore, sources: Sources) -> None:
        self._engine = engine
        self._tasks = tasks
        self._sources = sources

    def start(self, source: str) -> Created:
        """Test the source, or join the test that runs. Raises NoSuchSource."""
        methods = [lane.method.name for lane in self._sources.lanes(source)]
        items = [Item(method, ItemState.QUEUED) for method in methods]
        params = {"source": source, "symbol": self._sources.provider(source).self_test}
        return self._engine.submit(KIND, params, items, f"{KIND} {source}")

    def latest(self) -> dict[str, Task]:
        """The last test of each source that is remembered, running or ended."""
        tests: dict[str, Task] = {}
        for task in self._tasks.recent(kind=KIND, limit=_REMEMBERED):
            tests.setdefault(task.params["source"], task)
        return tests


def result_of(items: Sequence[Item]) -> Mapping[str, Any]:
    """The result of a task from its items."""
    return {"methods": {item.key: item.result for item in items if item.result is not None}}


def closing_words(items: Sequence[Item]) -> str:
    """What to say when all is done."""
    answered = sum(item.state is ItemState.OK for item in items)
    return f"{answered} of {len(items)} methods answered"


def _failed(lane: Lane, failure: Failure, sent: Sent | None) -> Item:
    result = {
        "success": False,
        "error": failure_to_json(failure),
        "attempts": [_attempt(lane, sent, failure)] if sent else [],
    }
    return Item(lane.method.name, ItemState.FAILED, result)


def _attempt(lane: Lane, sent: Sent, failure: Failure | None) -> dict[str, Any]:
    outcome = Outcome.OK if failure is None else Outcome.FAILED if sent.asked else Outcome.SKIPPED
    return Attempt(
        lane.source,
        lane.method.name,
        sent.started_at,
        sent.elapsed_seconds * 1000,
        outcome,
        failure.reason if failure else None,
        failure.detail if failure else None,
        failure.retry_after_seconds if failure else None,
    ).to_json()


def _nobody() -> None:
    """Called when a request leaves; nobody waits for that here."""
