"""Streams: of one task for programs, of a watchlist's page for browsers."""

from collections.abc import Iterator

from flask import Blueprint, Response, request

from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.ports import TaskStore
from stockapp.tasks.mailbox import Closed
from stockapp.web import sse
from stockapp.web.api_prices import require_watchlist
from stockapp.web.errors import not_found
from stockapp.web.page_feed import PageFeed
from stockapp.web.task_stream import TaskStreams


class Streams:
    """The calls that stay open."""

    def __init__(
        self,
        gate: sse.StreamGate,
        tasks: TaskStore,
        task_streams: TaskStreams,
        feed: PageFeed,
        heartbeat_seconds: float,
    ) -> None:
        self._gate = gate
        self._tasks = tasks
        self._task_streams = task_streams
        self._feed = feed
        self._heartbeat_seconds = heartbeat_seconds

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("streams", __name__)
        blueprint.add_url_rule("/api/tasks/<task_id>/events", view_func=self.task)
        blueprint.add_url_rule("/stream", view_func=self.page)
        return blueprint

    def task(self, task_id: str) -> Response:
        """The events of one task."""
        after_id = sse.last_event_id()
        if self._tasks.get(task_id) is None:
            raise not_found("task", "There is no task of that id; ended ones are removed in time.")
        return self._gate.response(self._task_streams.messages(task_id, after_id))

    def page(self) -> Response:
        """Fragments for a page of the watchlist."""
        require_watchlist(request.args.get("watchlist", DEFAULT_WATCHLIST))
        return self._gate.response(self._page_messages(sse.last_event_id()))

    def _page_messages(self, after_id: int | None) -> Iterator[bytes]:
        """Subscribed before the past is read, so that nothing falls between."""
        page = self._feed.subscribe()
        try:
            position = after_id or 0
            missed = self._feed.catch_up(after_id)
            if missed:
                yield missed.message
                position = missed.event_id
            while True:
                fragment = page.get(self._heartbeat_seconds)
                if fragment is None:
                    yield sse.HEARTBEAT
                elif fragment.event_id > position:
                    yield fragment.message
        except Closed:
            return
        finally:
            self._feed.unsubscribe(page)
