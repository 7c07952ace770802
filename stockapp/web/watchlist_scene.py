"""The watchlist's page as it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stockapp.domain.event import Event, EventType, watchlist_topic
from stockapp.domain.task import ItemState
from stockapp.ports import Clock
from stockapp.services.board import Row
from stockapp.services.boards import Boards
from stockapp.services.sources import Sources
from stockapp.web import fragments
from stockapp.web.pacing import paced

# Rows rendered in one go, before other greenlets get their turn.
_ROWS_AT_ONCE = 20


@dataclass(slots=True)
class Changes:
    """What a run of events touches on a page. `all_rows` means every row's state may differ."""

    symbols: set[str] = field(default_factory=set)
    all_rows: bool = False
    structure: bool = False
    refresh: bool = False
    sources: bool = False


class WatchlistScene:
    """feed.Scene of one watchlist."""

    def __init__(self, watchlist: str, boards: Boards, sources: Sources, clock: Clock) -> None:
        self._watchlist = watchlist
        self._boards = boards
        self._sources = sources
        self._clock = clock

    def everything(self) -> tuple[int, str]:
        """All that can change on the page, and the id of the last event that it reflects."""
        board = self._boards.board(self._watchlist)
        return board.event_id, fragments.whole(board, self._clock.now())

    def changed(self, events: Sequence[Event]) -> str:
        """What these events change on the page."""
        changes = digest(events, watchlist_topic(self._watchlist))
        now = self._clock.now()
        if changes.structure:
            return fragments.whole(self._boards.board(self._watchlist), now)
        parts: list[str] = []
        if changes.all_rows:
            parts += self._rows(self._boards.rows(self._watchlist))
        elif changes.symbols:
            parts += self._rows(self._boards.rows(self._watchlist, changes.symbols))
        if changes.refresh:
            parts.append(fragments.refresh(self._boards.refresh(self._watchlist), now))
            parts.append(fragments.analysis(self._boards.analysis(self._watchlist)))
        if changes.sources:
            parts.append(fragments.sources(self._sources.statuses(), now))
        return "".join(parts)

    def _rows(self, rows: Sequence[Row]) -> Iterable[str]:
        now = self._clock.now()
        return paced((fragments.rows([row], now) for row in rows), _ROWS_AT_ONCE)


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
