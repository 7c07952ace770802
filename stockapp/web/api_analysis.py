"""JSON: analyses."""

import math

from flask import Blueprint, Response, jsonify

from stockapp.domain.freshness import Lifetime
from stockapp.domain.task import Task
from stockapp.services.aged import Aged
from stockapp.services.analyses import Analyses
from stockapp.services.analysis_store import Analysis
from stockapp.services.waiting import TaskWaiter
from stockapp.services.watchlists import Watchlists
from stockapp.web import analysis_rows, csv_files, inputs, task_json
from stockapp.web.errors import Problem
from stockapp.web.openapi.answers_analysis import CachedAnalysis
from stockapp.web.openapi.answers_tasks import AnalysesDone, AnalysisDone
from stockapp.web.openapi.call import Gives, described, started
from stockapp.web.schemas import AnalyseAllInput, CachedAnalysisInput, NewAnalysisInput


class AnalysisApi:
    """The calls about analyses."""

    def __init__(
        self,
        analyses: Analyses,
        watchlists: Watchlists,
        waiter: TaskWaiter,
        lifetime: Lifetime,
    ) -> None:
        self._analyses = analyses
        self._watchlists = watchlists
        self._waiter = waiter
        self._lifetime = lifetime

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_analysis", __name__, url_prefix="/api")
        both = ["GET", "POST"]
        blueprint.add_url_rule("/analyze/<ticker>/async", view_func=self.start, methods=both)
        blueprint.add_url_rule("/analyze/<ticker>/cached", view_func=self.cached)
        blueprint.add_url_rule("/watchlist/analyze-async", view_func=self.start_all, methods=both)
        return blueprint

    @described(
        "startAnalysis",
        "Analyses",
        takes=NewAnalysisInput,
        gives={
            200: Gives(
                (CachedAnalysis, AnalysisDone),
                "All was fresh and nobody was asked; or the task ended while the client waited.",
                ("Cache-Status",),
            ),
            202: started(),
        },
        faults=("404 not_analysed", "503 not_computed"),
        waits=True,
    )
    def start(self, ticker: str) -> Response:
        """Analyse, or join who does; 200 with the analysis where all that it needs is fresh."""
        symbol = inputs.ticker(ticker)
        wanted = inputs.read(NewAnalysisInput)
        begun = self._analyses.start(symbol, wanted.choices(), force=wanted.force)
        if begun.task is None:
            return self._told(begun.analysis, None)
        return self._accepted(begun.task, joined=begun.joined)

    @described(
        "startAnalyses",
        "Analyses",
        takes=AnalyseAllInput,
        gives={
            200: Gives((AnalysesDone,), "The task ended while the client waited."),
            202: started(),
        },
        faults=("404 unknown_watchlist", "409 empty_watchlist"),
        waits=True,
    )
    def start_all(self) -> Response:
        """Analyse a whole list as one task."""
        wanted = inputs.read(AnalyseAllInput)
        self._watchlists.require(wanted.watchlist)
        begun = self._analyses.start_all(wanted.watchlist, force=wanted.force)
        if begun is None or begun.task is None:
            raise Problem(409, "empty_watchlist", "The list is empty; add a symbol first.")
        return self._accepted(begun.task, joined=begun.joined)

    @described(
        "getAnalysis",
        "Analyses",
        takes=CachedAnalysisInput,
        gives={
            200: Gives(
                (CachedAnalysis, AnalysisDone),
                "The last analysis; or the one that ended while the client waited.",
                ("Cache-Status",),
                csv="part,name,value,unit\r\n",
            ),
            202: started(cached=True),
        },
        faults=("404 not_analysed", "503 not_computed"),
        waits=True,
    )
    def cached(self, ticker: str) -> Response:
        """The last analysis at once; an old one with a task behind, none with a task to follow."""
        symbol = inputs.ticker(ticker)
        wanted = inputs.read(CachedAnalysisInput)
        choices = wanted.choices()
        kept = self._analyses.kept(symbol, choices)
        behind, joined = None, False
        if kept is None or not kept.recent:
            begun = self._analyses.start(symbol, choices, force=False)
            behind, joined, kept = begun.task, begun.joined, begun.analysis or kept
        if kept is None and behind is not None:
            response = self._accepted(behind, joined=joined)
            response.headers["Cache-Status"] = "stockapp; fwd=miss"
            return response
        if kept and wanted.format == "csv":
            rows = analysis_rows.rows(kept.value)
            return csv_files.download("analysis", symbol, analysis_rows.HEAD, rows)
        return self._told(kept, behind)

    def _told(self, kept: Aged[Analysis] | None, behind: Task | None) -> Response:
        if kept is None:
            raise Problem(404, "not_analysed", "There is no analysis any more; ask again.")
        response = jsonify(
            {
                "analysis": {
                    **kept.value.to_json(),
                    "age_seconds": round(kept.age_seconds, 1),
                    "freshness": kept.freshness.value,
                },
                "cached": True,
                "task": task_json.summary(behind) if behind else None,
            }
        )
        left = math.floor(self._lifetime.fresh_seconds - kept.age_seconds)
        response.headers["Cache-Status"] = f"stockapp; hit; ttl={left}"
        return response

    def _accepted(self, task: Task, *, joined: bool) -> Response:
        return task_json.accepted(
            task, joined=joined, waiter=self._waiter, seconds=inputs.wait_seconds()
        )
