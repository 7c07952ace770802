"""What changes on a page, rendered once for all the streams that show it."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import Flask

from stockapp.domain.event import Event
from stockapp.ports import EventLog, StoreTrouble
from stockapp.tasks.fanout import Fanout, Subscription
from stockapp.tasks.mailbox import Closed, Mailbox
from stockapp.web import sse
from stockapp.web.pacing import paced

logger = logging.getLogger(__name__)

# A change is told at once; those within so long after it make one message: a part of the time that
# telling it took, so that some is left for others, and at least this.
_GATHER_SECONDS = 0.01
_GATHER_SHARE = 0.3
# So many streams are written to before other greenlets get their turn.
_STREAMS_AT_ONCE = 200
# A page that missed more events than this gets everything anew.
_MAX_REPLAY = 5_000
# What was missed is kept for so many places in the log at once.
_MOST_KEPT = 64
# How long a feed that nobody reads looks for the end of the worker at the latest.
_LOOK_SECONDS = 60.0


class Scene(Protocol):
    """What a page shows, as HTML; each call is made within an application context."""

    def everything(self) -> tuple[int, str]:
        """All that can change on the page, and the id of the last event that it reflects."""

    def changed(self, events: Sequence[Event]) -> str:
        """What these events change on the page; "" for nothing."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """What brings a page up to the event with that id; None for news that is no event's."""

    event_id: int | None
    html: str
    message: bytes


class Feed:
    """Follows the log for one page, or for all that show the same, while any is open here.

    `topic`: of the events that matter; None: all.
    """

    def __init__(
        self, app: Flask, scene: Scene, log: EventLog, fanout: Fanout, topic: str | None = None
    ) -> None:
        self._app = app
        self._scene = scene
        self._log = log
        self._fanout = fanout
        self._topic = topic
        self._lock = threading.Lock()
        self._pages: set[Mailbox[Fragment]] = set()
        self._subscription: Subscription | None = None
        self._catching_up = threading.Lock()
        # What pages that came back missed, by where they were, for as long as nothing happens.
        self._missed: dict[int | None, Fragment | None] = {}
        self._missed_until = -1

    def subscribe(self) -> Mailbox[Fragment]:
        """Begin to receive the fragments of every change; call `unsubscribe` when done."""
        page: Mailbox[Fragment] = Mailbox()
        with self._lock:
            self._pages.add(page)
            if self._subscription is None:
                # Here, not in the thread: from this moment on nothing is missed.
                self._subscription = self._fanout.subscribe(self._topic)
                threading.Thread(
                    target=self._follow, args=(self._subscription,), name="page-feed", daemon=True
                ).start()
        return page

    def unsubscribe(self, page: Mailbox[Fragment]) -> None:
        """Stop receiving."""
        with self._lock:
            self._pages.discard(page)

    @property
    def pages(self) -> int:
        """How many receive."""
        return len(self._pages)

    def close(self) -> None:
        """Follow no more; pages that still receive have to come back."""
        with self._lock:
            if self._subscription is not None:
                self._subscription.close()

    def catch_up(self, after_id: int | None) -> Fragment | None:
        """All that changed since that event; everything when that cannot be told any more."""
        # Many come back at once after a worker was replaced: one renders, the others wait for it.
        with self._catching_up:
            newest = self._log.last_id()
            if newest != self._missed_until or len(self._missed) >= _MOST_KEPT:
                self._missed, self._missed_until = {}, newest
            if after_id not in self._missed:
                self._missed[after_id] = self._since(after_id, newest)
            return self._missed[after_id]

    def announce(self, html: str) -> None:
        """Tell all pages something that is not in the log."""
        self._put(Fragment(None, html, sse.message(html)))

    def renew(self) -> None:
        """Tell all pages everything that they show."""
        if self._pages:
            try:
                self.announce(self._everything().html)
            except StoreTrouble:
                # It is in trouble again; they are told once that is over.
                return

    def beat(self) -> None:
        """Tell all pages that the connection is alive, by a message that shows nothing."""
        if self._pages:
            self._put(_BEAT)

    def _since(self, after_id: int | None, newest: int) -> Fragment | None:
        if after_id is None or not self._log.trimmed_through() <= after_id <= newest:
            return self._everything()
        events: list[Event] = []
        while batch := self._log.since(events[-1].id if events else after_id, topic=self._topic):
            events += batch
            if len(events) > _MAX_REPLAY:
                return self._everything()
        return self._render(events) if events else None

    def _follow(self, subscription: Subscription) -> None:
        try:
            while True:
                event = subscription.get(_LOOK_SECONDS)
                if event is not None:
                    start = time.monotonic()
                    self._publish([event, *subscription.drain()])
                    took = time.monotonic() - start
                    time.sleep(max(_GATHER_SECONDS, _GATHER_SHARE * took))
        except Closed:
            # The worker stops, or events were missed: pages come back and catch up.
            with self._lock:
                self._subscription = None
                self._fanout.unsubscribe(subscription)
                pages, self._pages = self._pages, set()
            for page in pages:
                page.close()

    def _publish(self, events: Sequence[Event]) -> None:
        if not self._pages:
            return
        try:
            fragment = self._render(events)
        except StoreTrouble:
            # They are told everything once that is over.
            return
        except Exception:
            # Pages must not freeze for one failed reading: they are told by the next change.
            logger.exception("page fragment failed")
            return
        if fragment:
            self._put(fragment)

    def _put(self, fragment: Fragment) -> None:
        for page in paced(list(self._pages), _STREAMS_AT_ONCE):
            page.put(fragment)

    def _everything(self) -> Fragment:
        with self._app.app_context():
            return _fragment(*self._scene.everything())

    def _render(self, events: Sequence[Event]) -> Fragment | None:
        with self._app.app_context():
            html = self._scene.changed(events)
        return _fragment(events[-1].id, html) if html else None


def _fragment(event_id: int, html: str) -> Fragment:
    return Fragment(event_id, html, sse.message(html, event_id=event_id))


# Pages miss it when the connection is not what it seems: a comment would not reach their scripts.
_BEAT = Fragment(None, "", b"event: beat\ndata:\n\n")
