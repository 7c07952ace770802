"""Reading all that a watchlist page shows."""

from collections.abc import Collection
from datetime import timedelta

from stockapp.domain.task import Task
from stockapp.ports import Clock, EventLog, TaskStore, WatchlistStore
from stockapp.services import analyse_all, list_export
from stockapp.services.analysis_store import AnalysisStore
from stockapp.services.board import Board, Row
from stockapp.services.live_prices import KIND
from stockapp.services.quotes import Quotes
from stockapp.services.sources import Sources
from stockapp.services.trends import Trends

# How long the summary of a task that ended stays on the page.
_SUMMARY = timedelta(seconds=60)
# A list's task is looked for among so many of the newest tasks.
_RECENT = 60


class Boards:
    """Reads stores and cache only: never waits for a source."""

    def __init__(
        self,
        watchlists: WatchlistStore,
        quotes: Quotes,
        analyses: AnalysisStore,
        trends: Trends,
        sources: Sources,
        tasks: TaskStore,
        log: EventLog,
        clock: Clock,
    ) -> None:
        self._watchlists = watchlists
        self._quotes = quotes
        self._analyses = analyses
        self._trends = trends
        self._sources = sources
        self._tasks = tasks
        self._log = log
        self._clock = clock

    def board(self, watchlist: str) -> Board:
        """The whole page. The event id is read first: what comes after it may show already."""
        event_id = self._log.last_id()
        refresh, analysis = self.refresh(watchlist), self.analysis(watchlist)
        rows = self.rows(watchlist)
        return Board(watchlist, rows, refresh, analysis, self._sources.statuses(), event_id)

    def position(self) -> int:
        """The id of the newest event; what is read after this reflects it."""
        return self._log.last_id()

    def rows(self, watchlist: str, symbols: Collection[str] | None = None) -> list[Row]:
        """Those rows of the list, or all, in the list's order."""
        items = [
            item
            for item in self._watchlists.items(watchlist)
            if symbols is None or item.symbol in symbols
        ]
        wanted = [item.symbol for item in items]
        known = self._quotes.known(wanted)
        states = self._tasks.active_states(KIND, wanted)
        lines = self._analyses.lines(wanted)
        trends = self._trends.known(wanted)
        return [
            Row(
                item,
                known[item.symbol].quote,
                states.get(item.symbol),
                known[item.symbol].report,
                lines.get(item.symbol),
                trends.get(item.symbol),
            )
            for item in items
        ]

    def as_csv(self, watchlist: str) -> str:
        """All rows of the list as the text of a CSV file, which an import takes again."""
        return list_export.as_csv(self.rows(watchlist))

    def refresh(self, watchlist: str) -> Task | None:
        """The running refresh of the list, else the one that ended a moment ago.

        Not those of live mode: nobody waits for them.
        """
        return self._newest(KIND, watchlist)

    def analysis(self, watchlist: str) -> Task | None:
        """The same of the analysis of the whole list."""
        return self._newest(analyse_all.KIND, watchlist)

    def _newest(self, kind: str, watchlist: str) -> Task | None:
        now = self._clock.now()
        of_list = [
            task
            for task in self._tasks.recent(kind=kind, limit=_RECENT)
            if task.params.get("watchlist") == watchlist and not task.params.get("live")
        ]
        running = (task for task in of_list if task.finished_at is None)
        lately = (t for t in of_list if t.finished_at and now - t.finished_at < _SUMMARY)
        # A small one that was begun later must not hide the large one that goes on.
        return max(running, key=lambda task: task.progress.total, default=next(lately, None))
