"""What changes on a watchlist's pages, rendered once for all of them."""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flask import Flask

from stockapp.domain.event import Event, EventType, watchlist_topic
from stockapp.domain.task import ItemState
from stockapp.ports import Clock, EventLog
from stockapp.services.board import Row
from stockapp.services.boards import Boards
from stockapp.services.sources import Sources
from stockapp.tasks.fanout import Fanout
from stockapp.tasks.mailbox import Closed, Mailbox
from stockapp.web import fragments, sse
from stockapp.web.pacing import paced

logger = logging.getLogger(__name__)

# Changes within this time make one message.
_GATHER_SECONDS = 0.02
# Rows rendered in one go, before other greenlets get their turn.
_ROWS_AT_ONCE = 20
# A page that missed more events than this gets everything anew.
_MAX_REPLAY = 5_000


@dataclass(slots=True)
class Changes:
    """What a run of events touches on a page. `all_rows` means every row's state may differ."""

    symbols: set[str] = field(default_factory=set)
    all_rows: bool = False
    structure: bool = False
    refresh: bool = False
    sources: bool = False


@dataclass(frozen=True, slots=True)
class Fragment:
    """What brings a page up to the event with that id, as streams send it: made once for all."""

    event_id: int
    message: bytes


class PageFeed:
    """Follows the log for one watchlist while any page of it is open on this worker."""

    def __init__(
        self,
        app: Flask,
        watchlist: str,
        boards: Boards,
        sources: Sources,
        log: EventLog,
        fanout: Fanout,
        clock: Clock,
    ) -> None:
        self._app = app
        self._watchlist = watchlist
        self._boards = boards
        self._sources = sources
        self._log = log
        self._fanout = fanout
        self._clock = clock
        self._pages: set[Mailbox[Fragment]] = set()
        self._started = False
        self._closed = False

    def subscribe(self) -> Mailbox[Fragment]:
        """Begin to receive the fragments of every change; call `unsubscribe` when done."""
        page: Mailbox[Fragment] = Mailbox()
        if self._closed:
            page.close()
            return page
        self._pages.add(page)
        if not self._started:
            self._started = True
            subscription = self._fanout.subscribe(None)
            threading.Thread(
                target=self._follow, args=(subscription,), name="page-feed", daemon=True
            ).start()
        return page

    def unsubscribe(self, page: Mailbox[Fragment]) -> None:
        """Stop receiving."""
        self._pages.discard(page)

    def catch_up(self, after_id: int | None) -> Fragment | None:
        """All that changed since that event; everything when that cannot be told any more."""
        if after_id is None or not self._log.trimmed_through() <= after_id <= self._log.last_id():
            return self._everything()
        events: list[Event] = []
        while batch := self._log.since(events[-1].id if events else after_id):
            events += batch
            if len(events) > _MAX_REPLAY:
                return self._everything()
        return self._render(events) if events else None

    def _follow(self, subscription: Mailbox[Event]) -> None:
        try:
            while True:
                event = subscription.get(60.0)
                if event is None:
                    continue
                time.sleep(_GATHER_SECONDS)
                self._publish([event, *subscription.drain()])
        except Closed:
            self._closed = True
            for page in list(self._pages):
                page.close()

    def _publish(self, events: Sequence[Event]) -> None:
        if not self._pages:
            return
        try:
            fragment = self._render(events)
        except Exception:
            # Pages must not freeze for one failed reading: they are told by the next change.
            logger.exception("page fragment failed")
            return
        if fragment:
            for page in list(self._pages):
                page.put(fragment)

    def _everything(self) -> Fragment:
        board = self._boards.board(self._watchlist)
        with self._app.app_context():
            return _fragment(board.event_id, fragments.whole(board, self._clock.now()))

    def _render(self, events: Sequence[Event]) -> Fragment | None:
        changes = digest(events, watchlist_topic(self._watchlist))
        now = self._clock.now()
        parts: list[str] = []
        with self._app.app_context():
            if changes.structure:
                board = self._boards.board(self._watchlist)
                parts.append(fragments.whole(board, now))
            elif changes.all_rows:
                parts += self._rows(self._boards.rows(self._watchlist))
            elif changes.symbols:
                parts += self._rows(self._boards.rows(self._watchlist, changes.symbols))
            if changes.refresh and not changes.structure:
                parts.append(fragments.refresh(self._boards.refresh(self._watchlist), now))
            if changes.sources and not changes.structure:
                parts.append(fragments.sources(self._sources.statuses(), now))
        html = "".join(parts)
        return _fragment(events[-1].id, html) if html else None

    def _rows(self, rows: Sequence[Row]) -> Iterable[str]:
        now = self._clock.now()
        return paced((fragments.rows([row], now) for row in rows), _ROWS_AT_ONCE)


def _fragment(event_id: int, html: str) -> Fragment:
    return Fragment(event_id, sse.message(html, event_id=event_id))


def digest(events: Sequence[Event], topic: str) -> Changes:
    """What these events change on the pages of the watchlist with that topic."""
    changes = Changes()
    for event in events:
        match event.type:
            case EventType.ITEM:
                changes.symbols.add(event.data["key"])
                if event.data["state"] in (ItemState.FAILED, ItemState.STALE):
                    changes.sources = True
            case EventType.PROGRESS:
                changes.refresh = True
                changes.all_rows |= event.data.get("status") == "pending"
            case EventType.COMPLETED:
                changes.refresh = changes.sources = True
            case EventType.FAILED | EventType.CANCELLED:
                changes.refresh = changes.sources = changes.all_rows = True
            case EventType.WATCHLIST if event.topic == topic:
                if event.data["action"] == "changed":
                    changes.symbols.add(event.data["symbol"])
                else:
                    changes.structure = True
    return changes
