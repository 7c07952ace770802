"""JSON and CSV: price histories, and statements as their source told them."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from flask import Blueprint, Response, jsonify

from stockapp.domain.choices import Choices
from stockapp.domain.statement import Statement
from stockapp.domain.task import Task
from stockapp.services.analyses import Analyses
from stockapp.services.findings import Held
from stockapp.services.gathered import STATEMENTS
from stockapp.services.histories import History
from stockapp.services.waiting import TaskWaiter
from stockapp.web import analysis_rows, csv_files, inputs, task_json
from stockapp.web.csv_files import Cell
from stockapp.web.errors import Problem
from stockapp.web.openapi.answers_analysis import HistoryColumns, Statements
from stockapp.web.openapi.answers_tasks import AnalysisDone
from stockapp.web.openapi.call import Gives, described, started
from stockapp.web.schemas import FileInput, HistoryInput

T = TypeVar("T")
_HEAD = ("day", "open", "high", "low", "close", "volume", "adjusted", "currency", "source")


class HistoryApi:
    """Reads the cache only; what is not there is fetched by an analysis, which is a task."""

    def __init__(self, analyses: Analyses, waiter: TaskWaiter) -> None:
        self._analyses = analyses
        self._waiter = waiter

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_history", __name__, url_prefix="/api")
        blueprint.add_url_rule("/history/<ticker>", view_func=self.history)
        blueprint.add_url_rule("/statements/<ticker>", view_func=self.statements)
        return blueprint

    @described(
        "getHistory",
        "Analyses",
        takes=HistoryInput,
        gives={
            200: Gives(
                (HistoryColumns, AnalysisDone),
                "The bars; or, where none were held, the analysis that ended while the client"
                " waited: ask again then.",
                ("Cache-Status",),
                csv=",".join(_HEAD) + "\r\n",
            ),
            202: started(cached=True),
        },
        faults=("404 no_data", "503 not_computed"),
        waits=True,
    )
    def history(self, ticker: str) -> Response:
        """Bars with indicators; old ones with a task behind, none with a task to follow."""
        symbol = inputs.ticker(ticker)
        wanted = inputs.read(HistoryInput)
        found = self._or_begun(
            symbol, lambda: self._analyses.history(symbol, wanted.range, wanted.interval)
        )
        if isinstance(found, Response):
            return found
        if found.stale:
            self._analyses.start_behind(symbol, Choices())
        if wanted.format == "csv":
            return csv_files.download("history", symbol, _HEAD, _rows(found))
        response = jsonify(found.to_json())
        response.headers["Cache-Status"] = "stockapp; hit"
        return response

    @described(
        "getStatements",
        "Analyses",
        takes=FileInput,
        gives={
            200: Gives(
                (Statements, AnalysisDone),
                "The statements; or, where none were held, the analysis that ended while the"
                " client waited: ask again then.",
                ("Cache-Status",),
                csv="statement,line,currency,2025-12-31\r\n",
            ),
            202: started(cached=True),
        },
        faults=("404 no_data", "503 not_computed"),
        waits=True,
    )
    def statements(self, ticker: str) -> Response:
        """The statements as told, each in its own currency."""
        symbol = inputs.ticker(ticker)
        wanted = inputs.read(FileInput)
        told = self._or_begun(symbol, lambda: self._told(symbol))
        if isinstance(told, Response):
            return told
        if not all(held.is_fresh for held in told):
            self._analyses.start_behind(symbol, Choices())
        if wanted.format == "csv":
            found = [held.finding for held in told if isinstance(held.finding, Statement)]
            head, rows = analysis_rows.statement_rows(found)
            return csv_files.download("statements", symbol, head, rows)
        response = jsonify({"symbol": symbol, "statements": self._analyses.statements(symbol)})
        response.headers["Cache-Status"] = "stockapp; hit"
        return response

    def _told(self, symbol: str) -> list[Held]:
        parts = self._analyses.held(symbol).parts
        return [held for part in STATEMENTS if (held := parts[part]).finding]

    def _or_begun(self, symbol: str, read: Callable[[], T | None]) -> T | Response:
        if found := read():
            return found
        begun = self._analyses.start(symbol, Choices(), force=False)
        if begun.task is not None:
            return self._accepted(begun.task, joined=begun.joined)
        # An analysis may have ended after the look and before the start.
        if found := read():
            return found
        detail = f"There is nothing of the kind for {symbol}, as far as the sources say."
        raise Problem(404, "no_data", detail, field="ticker")

    def _accepted(self, task: Task, *, joined: bool) -> Response:
        response = task_json.accepted(
            task, joined=joined, waiter=self._waiter, seconds=inputs.wait_seconds()
        )
        response.headers["Cache-Status"] = "stockapp; fwd=miss"
        return response


def _rows(found: History) -> Iterator[list[Cell]]:
    bars = found.bars
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume, bars.adjusted)
    for place, day in enumerate(bars.days):
        values = [column[place] for column in columns]
        yield [day.isoformat(), *values, bars.currency, bars.source]
