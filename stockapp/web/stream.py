"""Streams: of one task for programs, of a page for browsers, and what stands in for the latter."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

from flask import Blueprint, Response, request

from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.ports import StoreTrouble, TaskStore
from stockapp.services.watchers import Watchers
from stockapp.tasks.mailbox import Closed, Mailbox
from stockapp.web import htmx, inputs, sse, stock_form
from stockapp.web.compression import compressed
from stockapp.web.errors import not_found
from stockapp.web.feed import Feed, Fragment
from stockapp.web.feeds import Feeds
from stockapp.web.openapi.answers_tasks import ItemEvent, ProgressEvent, ResetEvent, Task
from stockapp.web.openapi.call import Gives, described
from stockapp.web.openapi.parts import LAST_EVENT_ID, LAST_EVENT_ID_ASKED
from stockapp.web.stream_gate import StreamGate
from stockapp.web.task_stream import TaskStreams
from stockapp.web.wire import Delivery, Wire

_TRY_AGAIN_SECONDS = 1.0
_EVENTS = {
    "snapshot": Task,
    "progress": ProgressEvent,
    "item": ItemEvent,
    "completed": Task,
    "failed": Task,
    "cancelled": Task,
    "reset": ResetEvent,
}


class Streams:
    """The calls that stay open."""

    def __init__(
        self,
        gate: StreamGate,
        tasks: TaskStore,
        task_streams: TaskStreams,
        feeds: Feeds,
        watchers: Watchers,
        heartbeat_seconds: float,
    ) -> None:
        self._gate = gate
        self._tasks = tasks
        self._task_streams = task_streams
        self._feeds = feeds
        self._watchers = watchers
        self._heartbeat_seconds = heartbeat_seconds

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("streams", __name__)
        blueprint.add_url_rule("/api/tasks/<task_id>/events", view_func=self.task)
        blueprint.add_url_rule("/stream", view_func=self.page)
        blueprint.add_url_rule("/changes", view_func=self.changes)
        return blueprint

    @described(
        "followTask",
        "Tasks",
        gives={200: Gives(says="The stream.", events=_EVENTS)},
        faults=("404 unknown_task", "422 invalid_value", "503 too_many_streams"),
        parameters=(LAST_EVENT_ID, LAST_EVENT_ID_ASKED),
    )
    def task(self, task_id: str) -> Response:
        """The events of one task."""
        after_id = sse.last_event_id()
        if self._tasks.get(task_id) is None:
            raise not_found("task", "There is no task of that id; ended ones are removed in time.")
        return self._gate.response(
            lambda: self._task_streams.subscribe(task_id),
            self._task_streams.unsubscribe,
            lambda subscription, wire: self._task_streams.messages(
                task_id, after_id, subscription, wire
            ),
        )

    def page(self) -> Response:
        """Fragments for a page: `?watchlist=default`, `?tasks=recent`, `?task=ID` or `?stock=AAPL`
        with what was typed into its form. A watchlist's may say `&columns=price.age`, and `&live=1`
        to be kept up to date for as long as the stream is open.
        """
        feed = self._feed()
        after_id = sse.last_event_id()
        watched = _watched_list()
        watching = ExitStack()

        def subscribe() -> Mailbox[Fragment]:
            mailbox = feed.subscribe()
            if watched:
                watching.enter_context(self._watchers.watching(watched))
            return mailbox

        def unsubscribe(mailbox: Mailbox[Fragment]) -> None:
            watching.close()
            feed.unsubscribe(mailbox)

        return self._gate.response(
            subscribe,
            unsubscribe,
            lambda page, wire: self._messages(feed, page, wire, after_id),
        )

    def changes(self) -> Response:
        """What a page missed since an event, at once: for pages that get no stream now."""
        feed = self._feed()
        after_id = sse.last_event_id()
        if watched := _watched_list():
            self._watchers.polled(watched)
        missed = feed.catch_up(after_id)
        response = htmx.uncached(missed.html if missed else "")
        position = missed.event_id if missed else after_id
        response.headers["HX-Trigger"] = json.dumps({"stockapp:position": {"id": position}})
        return compressed(response)

    def _feed(self) -> Feed:
        if task_id := request.args.get("task"):
            return self._feeds.task(task_id)
        if ticker := request.args.get("stock"):
            return self._feeds.stock(inputs.ticker(ticker), stock_form.typed(request.args))
        if request.args.get("tasks") == "recent":
            return self._feeds.task_list()
        name = request.args.get("watchlist", DEFAULT_WATCHLIST)
        return self._feeds.watchlist(name, request.args.get("columns", ""))

    def _messages(
        self, feed: Feed, page: Mailbox[Fragment], wire: Wire, after_id: int | None
    ) -> Iterator[bytes]:
        """Subscribed before the past is read, so that nothing falls between."""
        position = after_id or 0

        def is_news(fragment: Fragment) -> bool:
            return fragment.event_id is None or fragment.event_id > position

        def advance(fragment: Fragment) -> None:
            nonlocal position
            position = fragment.event_id or position

        try:
            while True:
                try:
                    missed = feed.catch_up(after_id)
                    break
                except StoreTrouble:
                    # The page is there, and is told why: it goes on when that is over.
                    told = page.get(_TRY_AGAIN_SECONDS)
                    yield told.message if told and told.event_id is None else sse.HEARTBEAT
            if missed:
                yield missed.message
                advance(missed)
            delivery = Delivery(page, wire, lambda f: f.message if is_news(f) else b"", advance)
            while True:
                fragment = delivery.next(self._heartbeat_seconds)
                if fragment is None:
                    yield sse.HEARTBEAT
                elif is_news(fragment):
                    yield fragment.message
                    advance(fragment)
        except Closed:
            return


def _watched_list() -> str | None:
    """The watchlist that the page wants to be kept up to date; None: that is not wanted."""
    if request.args.get("live") != "1":
        return None
    shows_other = any(request.args.get(name) for name in ("task", "tasks", "stock"))
    return None if shows_other else request.args.get("watchlist", DEFAULT_WATCHLIST)
