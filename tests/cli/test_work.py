"""Commands that have work done: prices, analyses, sources, tasks."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from stockapp.cli.following import line
from stockapp.domain.task import Progress, Task
from stockapp.services.errands import Errands

from .conftest import Run, app_on, group_of, runner_of


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Flask]:
    """An application whose exchange takes longer than a test."""
    app = app_on(tmp_path, simulated_latency_ms=20_000, symbol_deadline_seconds=60)
    yield app
    app.extensions["stockapp"].close()


def test_a_quote_is_fetched_once_and_then_fresh(run: Run) -> None:
    first = run("quote", "PYRE.SIM", "--json").document
    assert first["task"]["status"] == "completed"
    second = run("quote", "PYRE.SIM", "--json").document
    assert (second["cached"], second["task"]) == (True, None)
    assert second["live_prices"].keys() == {"PYRE.SIM"}
    forced = run("quote", "PYRE.SIM", "--force", "--json").document
    assert forced["cached"] is False


def test_what_fails_is_told_beside_what_does_not(run: Run) -> None:
    done = run("quote", "LARK.SIM", "NOPE.SIM")
    assert done.exit == 1
    lark, nope = done.out.splitlines()
    assert lark.startswith("LARK.SIM") and "simulated/quote" in lark
    assert "does not list NOPE.SIM" in nope
    assert done.err in ("1 updated, 0 stale, 1 failed\n",)


def test_with_cached_nobody_is_asked(run: Run) -> None:
    done = run("quote", "ZEPH.SIM", "--cached", "--json")
    assert (done.exit, done.document["summary"]["failed"]) == (1, 1)
    run("quote", "ZEPH.SIM")
    assert run("quote", "ZEPH.SIM", "--cached").exit == 0


def test_a_list_is_refreshed_or_some_of_it(run: Run, a_list: str) -> None:
    run("watchlist", "add", "LARK.SIM", "QUIL.SIM", "-l", a_list)
    every = run("refresh", "-l", a_list, "--force", "--json").document
    assert every["summary"] == {"ok": 2, "stale": 0, "failed": 0}
    one = run("refresh", "QUIL.SIM", "-l", a_list, "--json").document
    assert one["live_prices"].keys() == {"QUIL.SIM"}
    assert run("refresh", "-l", a_list).err == "Fresh already; --force asks anew.\n"
    assert run("refresh", "-l", "nowhere").exit == 4


def test_trends_are_shown_as_lines(run: Run) -> None:
    done = run("trends", "LARK.SIM")
    assert done.exit == 0
    assert any(block in done.out for block in "▁▂▃▄▅▆▇█")
    told = run("trends", "LARK.SIM", "NOPE.SIM", "--json")
    assert (told.exit, told.document["missing"]) == (1, ["NOPE.SIM"])
    assert len(told.document["trends"]["LARK.SIM"]["closes"]) > 10


def test_a_company_is_valued_also_by_other_assumptions(run: Run) -> None:
    first = run("analyze", "KITS.SIM", "--json").document
    assert first["analysis"]["report"]["valuation"]["verdict"]
    shown = run("analyze", "KITS.SIM")
    assert "fair value" in shown.out and "verdict" in shown.out
    words = ("--growth", "0.2", "--weight", "dcf", "1", "--weight", "epv", "0")
    other = run("analyze", "KITS.SIM", *words, "--weight", "asset", "0", "--json").document
    assert other["cached"] is True, "nobody need be asked for that"
    value = other["analysis"]["report"]["valuation"]["fair_value"]["value"]
    assert value != first["analysis"]["report"]["valuation"]["fair_value"]["value"]
    assert run("analyze", "KITS.SIM", "--growth", "9").exit == 2
    assert run("analyze").exit == 2


def test_what_nobody_knows_cannot_be_analysed(run: Run) -> None:
    done = run("analyze", "NOPE.SIM", "--json")
    assert (done.exit, done.problem["code"]) == (1, "unknown_symbol")


def test_a_list_is_analysed_and_companies_are_compared(run: Run, a_list: str) -> None:
    assert run("analyze", "--list", a_list).exit == 1, "it is empty"
    run("watchlist", "add", "KITS.SIM", "LARK.SIM", "-l", a_list)
    every = run("analyze", "--list", a_list, "--json").document
    assert every["summary"] == {"ok": 2, "failed": 0}
    compared = run("compare", "KITS.SIM", "NOPE.SIM")
    assert compared.exit == 1
    assert compared.out.startswith("KITS.SIM")
    assert "NOPE.SIM" in compared.err


def test_histories_and_statements_are_fetched_where_they_are_not_known(run: Run) -> None:
    history = run("history", "BRAM.SIM", "--range", "1mo", "--interval", "1wk", "--json").document
    assert 4 <= len(history["days"]) <= 6
    assert "close" in run("history", "BRAM.SIM").out.splitlines()[0]
    told = run("statements", "BRAM.SIM", "--json").document["statements"]
    assert [one["kind"] for one in told] == ["income", "balance", "cash_flow"]
    assert "revenue" in run("statements", "BRAM.SIM").out
    assert run("history", "NOPE.SIM", "--json").problem["code"] == "no_data"
    assert run("statements", "NOPE.SIM").exit == 1


def test_sources_are_shown_tested_and_asked_again(run: Run) -> None:
    sources = run("providers", "list", "--json").document["providers"]
    assert [one["source"] for one in sources] == ["simulated", "google"]
    tested = run("providers", "test", "simulated")
    assert tested.exit == 0
    assert tested.out.startswith("quote")
    assert "simulated/quote" in run("providers", "show", "simulated").out
    closed = run("providers", "close", "simulated", "--json").document
    assert closed == {"source": "simulated", "closed": []}
    for words in (("show", "nobody"), ("test", "nobody"), ("close", "simulated", "nothing")):
        assert run("providers", *words, "--json").problem["code"] == "unknown_source"


def test_the_cache_is_counted_checked_and_cleared(tmp_path: Path) -> None:
    app = app_on(tmp_path)
    run = runner_of(group_of(app, tmp_path))
    run("quote", "LARK.SIM")
    assert run("cache", "stats", "--json").document["prefixes"]["quote"]["entries"] == 1
    assert run("cache", "verify", "--json").document["damaged"] == 0
    assert run("cache", "clear").exit == 2
    assert run("cache", "clear", "nonsense", "--yes", "--json").problem["code"] == "unknown_kind"
    assert run("cache", "clear", "quote", "--yes").out == "1 deleted\n"
    app.extensions["stockapp"].close()


def test_without_a_server_the_status_says_so(run: Run) -> None:
    done = run("status", "--json")
    assert (done.exit, done.document["workers"]) == (1, [])


def test_tasks_are_shown_and_done_again(run: Run) -> None:
    task = run("quote", "QUIL.SIM", "NOPE.SIM", "--force", "--json").document["task"]["id"]
    assert task in run("tasks", "list").out
    assert "simulated/quote" in run("tasks", "show", task).out
    again = run("tasks", "retry", task, "--json")
    assert again.exit == 1, "nobody knows one of them still"
    assert again.document["params"]["retry_of"] == task
    assert run("tasks", "follow", task).exit == 1
    assert run("tasks", "cancel", task, "--json").problem["code"] == "task_ended"
    assert run("tasks", "show", "nope", "--json").problem["code"] == "unknown_task"


class Impatient:
    """Waits for a task until it hears of it."""

    def __init__(self, errands: Errands) -> None:
        self._errands = errands

    def see_through(self, task: Task, told: Callable[[Progress], None]) -> Task:
        return self._errands.see_through(task, self._stop)

    def _stop(self, progress: Progress) -> None:
        raise KeyboardInterrupt


class TestInterrupted:
    """Ctrl-C, as Python hands it to the one who waits."""

    def interrupted(self, app: Flask, folder: Path, *words: str) -> Any:
        """The problem of a command that is interrupted once it waits for its task."""
        errands = Impatient(app.extensions["stockapp"].tools().errands)
        done = runner_of(group_of(app, folder, errands=errands))(*words, "--json")
        assert done.exit == 3
        return done.problem

    def test_what_the_command_began_is_cancelled(self, slow: Flask, tmp_path: Path) -> None:
        problem = self.interrupted(slow, tmp_path, "quote", "LARK.SIM")
        shown = runner_of(group_of(slow, tmp_path))("tasks", "show", problem["task"], "--json")
        assert shown.document["status"] == "cancelled"

    def test_what_somebody_else_began_goes_on(self, slow: Flask, tmp_path: Path) -> None:
        tools = slow.extensions["stockapp"].tools()
        task = tools.refreshes.start(["LARK.SIM"], force=False).task
        problem = self.interrupted(slow, tmp_path, "quote", "LARK.SIM")
        assert (problem["code"], problem["task"]) == ("left", task.id)
        assert not tools.tasks.task(task.id).status.ended
        tools.tasks.cancel(task.id)


def test_a_task_that_is_cancelled_elsewhere_ends_the_waiting(slow: Flask, tmp_path: Path) -> None:
    tools = slow.extensions["stockapp"].tools()
    canceller = threading.Thread(target=_cancel_the_first, args=(tools,))
    canceller.start()
    done = runner_of(group_of(slow, tmp_path))("quote", "LARK.SIM", "--json")
    canceller.join()
    assert (done.exit, done.problem["code"]) == (3, "cancelled")


def _cancel_the_first(tools: Any) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for task in tools.tasks.under_way(1):
            tools.tasks.cancel(task.id)
            return
        time.sleep(0.01)


def test_a_task_that_waits_for_nobody_is_taken_by_who_follows_it(tmp_path: Path) -> None:
    # Such as one that was begun by a command that is gone.
    before = app_on(tmp_path)
    before.test_client().post("/api/watchlist/live-prices-async?symbols=LARK.SIM")
    before.extensions["stockapp"].close()
    app = app_on(tmp_path)
    run = runner_of(group_of(app, tmp_path))
    (orphan,) = run("tasks", "list", "--json").document["tasks"]
    done = run("tasks", "follow", orphan["id"], "--json")
    assert (done.exit, done.document["status"]) == (0, "completed")
    app.extensions["stockapp"].close()


def test_a_bar_tells_how_far_it_is() -> None:
    told = line(Progress(3, 6, "AAPL from yahoo/quote", 4.2))
    assert told == "[############------------] 3 of 6, AAPL from yahoo/quote, 4 s left"
    assert line(Progress(0, 0)) == f"[{'#' * 24}] 0 of 0"
