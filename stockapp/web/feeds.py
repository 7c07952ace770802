"""The feeds of a worker: one for each page that can be looked at."""

import threading
from collections.abc import Callable
from typing import TypeVar

from flask import Flask

from stockapp.domain.event import task_topic
from stockapp.ports import Clock, EventLog
from stockapp.services.analyses import Analyses, check
from stockapp.services.boards import Boards
from stockapp.services.sources import Sources
from stockapp.services.task_admin import TaskAdmin
from stockapp.services.watchlists import Watchlists
from stockapp.tasks.fanout import Fanout
from stockapp.web import stock_form
from stockapp.web.columns import USUAL, parse_columns
from stockapp.web.feed import Feed, Scene
from stockapp.web.present_stock import Form
from stockapp.web.stock_scene import StockScene
from stockapp.web.task_scenes import TaskListScene, TaskScene
from stockapp.web.watchlist_scene import WatchlistScene

K = TypeVar("K")

# Feeds of single tasks or stocks that nobody looks at any more are dropped over this number.
_MOST_IDLE = 50


class Feeds:
    """Makes feeds, each when it is first asked for."""

    def __init__(
        self,
        app: Flask,
        boards: Boards,
        watchlists: Watchlists,
        sources: Sources,
        admin: TaskAdmin,
        log: EventLog,
        fanout: Fanout,
        clock: Clock,
        analyses: Analyses,
        analysis_fresh_seconds: float,
    ) -> None:
        self._analyses = analyses
        self._analysis_fresh_seconds = analysis_fresh_seconds
        self._app = app
        self._admin = admin
        self._log = log
        self._fanout = fanout
        self._clock = clock
        self._lock = threading.Lock()
        self._boards = boards
        self._watchlists = watchlists
        self._sources = sources
        self._of_lists: dict[tuple[str, str], Feed] = {}
        self._task_list = self._feed(TaskListScene(admin, clock))
        self._of_tasks: dict[str, Feed] = {}
        self._of_stocks: dict[tuple[str, str], Feed] = {}

    def watchlist(self, name: str, columns: str) -> Feed:
        """The page of a watchlist by the columns of that `Layout.key`. Raises NoSuchList."""
        self._watchlists.require(name)
        layout = USUAL.with_columns(parse_columns(columns)) if columns else USUAL
        key = (name, layout.key)
        with self._lock:
            if key not in self._of_lists:
                _drop_idle(self._of_lists)
                scene = WatchlistScene(
                    name, layout, self._boards, self._watchlists, self._sources, self._clock
                )
                self._of_lists[key] = self._feed(scene)
            return self._of_lists[key]

    def task_list(self) -> Feed:
        """The page of the newest tasks."""
        return self._task_list

    def task(self, task_id: str) -> Feed:
        """The page of a task. Raises NoSuchTask."""
        self._admin.task(task_id)
        with self._lock:
            if task_id not in self._of_tasks:
                _drop_idle(self._of_tasks)
                scene = TaskScene(task_id, self._admin, self._clock)
                self._of_tasks[task_id] = self._feed(scene, task_topic(task_id))
            return self._of_tasks[task_id]

    def stock(self, symbol: str, filled: dict[str, str]) -> Feed:
        """The page of a stock, by the assumptions that were typed. Raises BadChoice."""
        key = (symbol, Form(filled).query)
        check(stock_form.choices_of(filled, lambda kind: self._analyses.weights(symbol, kind)))
        with self._lock:
            if key not in self._of_stocks:
                _drop_idle(self._of_stocks)
                scene = StockScene(
                    symbol,
                    filled,
                    self._analyses,
                    self._admin,
                    self._clock,
                    self._analysis_fresh_seconds,
                )
                self._of_stocks[key] = self._feed(scene)
            return self._of_stocks[key]

    def announce(self, render: Callable[[], str]) -> None:
        """Tell every open page something that is not in the log."""
        with self._app.app_context():
            html = render()
        for feed in self._all():
            feed.announce(html)

    def renew(self) -> None:
        """Tell every open page everything anew: what it was told of changes may have been old."""
        for feed in self._all():
            feed.renew()

    def beat(self) -> None:
        """Tell every open page that the connection is alive."""
        for feed in self._all():
            feed.beat()

    def _all(self) -> list[Feed]:
        with self._lock:
            of_one = (self._of_lists, self._of_tasks, self._of_stocks)
            return [self._task_list, *(feed for feeds in of_one for feed in feeds.values())]

    def _feed(self, scene: Scene, topic: str | None = None) -> Feed:
        return Feed(self._app, scene, self._log, self._fanout, topic)


def _drop_idle(feeds: dict[K, Feed]) -> None:
    idle = [key for key, feed in feeds.items() if not feed.pages]
    for key in idle[: max(0, len(feeds) - _MOST_IDLE)]:
        feeds.pop(key).close()
