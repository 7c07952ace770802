"""A watchlist's page as it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stockapp.domain.event import WATCHLISTS_TOPIC, Event, EventType, watchlist_topic
from stockapp.domain.task import ItemState
from stockapp.ports import Clock
from stockapp.services.board import Row
from stockapp.services.boards import Boards
from stockapp.services.live_prices import KIND
from stockapp.services.sources import Sources
from stockapp.services.watchlists import Watchlists
from stockapp.web import fragments
from stockapp.web.columns import Layout
from stockapp.web.pacing import paced
from stockapp.web.present_board import Shown, board_view

# Rows rendered in one go, before other greenlets get their turn.
_ROWS_AT_ONCE = 20


@dataclass(slots=True)
class Changes:
    """What a run of events touches on a page. `all_rows` means every row's state may differ;
    `lists` that other lists changed than the one shown.
    """

    symbols: set[str] = field(default_factory=set)
    all_rows: bool = False
    structure: bool = False
    refresh: bool = False
    ended: bool = False
    sources: bool = False
    lists: bool = False


class WatchlistScene:
    """feed.Scene of one watchlist, by one choice of columns."""

    def __init__(
        self,
        name: str,
        layout: Layout,
        boards: Boards,
        watchlists: Watchlists,
        sources: Sources,
        clock: Clock,
    ) -> None:
        self._name = name
        self._layout = layout
        self._boards = boards
        self._watchlists = watchlists
        self._sources = sources
        self._clock = clock

    def everything(self) -> tuple[int, str]:
        """All that can change on the page, and the id of the last event that it reflects."""
        board = self._boards.board(self._name)
        shown = Shown(self._watchlists.lists(), self._layout)
        return board.event_id, fragments.whole(board_view(board, shown, self._clock.now()))

    def changed(self, events: Sequence[Event]) -> str:
        """What these events change on the page."""
        changes = digest(events, watchlist_topic(self._name))
        if changes.structure:
            return self.everything()[1]
        parts = [*self._changed_rows(changes)]
        if changes.refresh:
            parts.append(fragments.refresh(self._boards.refresh(self._name), self._name))
            parts.append(fragments.analysis(self._boards.analysis(self._name), self._name))
        if changes.ended:
            parts.append(fragments.totals(self._boards.rows(self._name)))
        if changes.sources:
            now = self._clock.now()
            parts.append(fragments.sources(self._sources.statuses(), now, self._name))
        if changes.lists:
            parts.append(fragments.tabs(self._watchlists.lists(), self._name))
        return "".join(parts)

    def _changed_rows(self, changes: Changes) -> Iterable[str]:
        if changes.all_rows:
            return self._rows(self._boards.rows(self._name))
        if changes.symbols:
            return self._rows(self._boards.rows(self._name, changes.symbols))
        return ()

    def _rows(self, rows: Sequence[Row]) -> Iterable[str]:
        now = self._clock.now()
        made = (fragments.rows([row], now, self._name, self._layout) for row in rows)
        return paced(made, _ROWS_AT_ONCE)


def digest(events: Sequence[Event], topic: str) -> Changes:
    """What these events change on the pages of the watchlist with that topic."""
    changes = Changes()
    for event in events:
        match event.type:
            case EventType.ITEM:
                # That of an analysis names a stage, and at its end the symbol besides.
                changes.symbols.add(event.data.get("analysed", event.data["key"]))
                if event.data["state"] in (ItemState.FAILED, ItemState.STALE):
                    changes.sources = True
            case EventType.PROGRESS:
                changes.refresh = True
                # Rows tell of refreshes alone; other work touches them item by item.
                of_rows = event.data.get("kind", KIND) == KIND
                changes.all_rows |= of_rows and event.data.get("status") == "pending"
            case EventType.COMPLETED:
                changes.refresh = changes.sources = changes.ended = True
            case EventType.FAILED | EventType.CANCELLED:
                changes.refresh = changes.sources = changes.all_rows = changes.ended = True
            case EventType.WATCHLIST:
                _digest_list(event, topic, changes)
    return changes


def _digest_list(event: Event, topic: str, changes: Changes) -> None:
    if event.topic == topic and event.data["action"] == "changed":
        changes.symbols.add(event.data["symbol"])
    elif topic in (event.topic, watchlist_topic(event.data.get("watchlist", ""))):
        changes.structure = True
    elif event.topic == WATCHLISTS_TOPIC or event.data["action"] in ("added", "removed"):
        changes.lists = True
