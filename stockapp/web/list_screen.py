"""What all pages and forms of a list share: reading it, its layout, and answering about it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import parse_qsl, quote, urlencode

from flask import Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.ports import Clock
from stockapp.services.boards import Boards
from stockapp.services.live_rows import LiveRows
from stockapp.services.refresh import Refreshes
from stockapp.services.trends import Trends
from stockapp.services.watchlists import Watchlists
from stockapp.web import columns, done, fragments, htmx
from stockapp.web.columns import Column, Layout
from stockapp.web.errors import not_found
from stockapp.web.present_board import Shown, board_view, list_path
from stockapp.web.present_live import live_view
from stockapp.web.present_row import item_view
from stockapp.web.rendering import render
from stockapp.web.watchlist_views import AddProblem, BoardView, ItemView, LiveView, PageView

# With the name of the list: the path of the first list's page is a part of all others' paths.
LAYOUT_COOKIE = "layout-"
LIVE_COOKIE = "live"
_YEAR_SECONDS = 365 * 86_400
_MOST_FILTER = 60
# What the address of a list's page may say; all else is of one answer only.
_KEPT = ("columns", "sort", "dir", "filter", "item")


@dataclass(frozen=True, slots=True)
class Reading:
    """The services that the pages of lists read from."""

    boards: Boards
    watchlists: Watchlists
    refreshes: Refreshes
    trends: Trends
    live: LiveRows
    clock: Clock


class ListScreen:
    """Made once; each call is within a request."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def board(
        self, name: str, wanted: Layout | None = None, *, start_due: bool = False
    ) -> BoardView:
        """The list as this browser shows it; what is due of it is begun to be fetched."""
        reading, now = self._reading, self._reading.clock.now()
        known = reading.boards.board(name)
        htmx.as_of(known.event_id)
        if start_due:
            started = reading.refreshes.start_due(known, now)
            reading.trends.start_due([row.item.symbol for row in known.rows])
            known = replace(known, refresh=started or known.refresh)
        filtered = query().get("filter", "")[:_MOST_FILTER].strip()
        shown = Shown(reading.watchlists.lists(), wanted or layout(name), filtered)
        return board_view(known, shown, now)

    def page(
        self,
        name: str,
        *,
        typed: str = "",
        problem: AddProblem | None = None,
        said: str = "",
        undo: str = "",
        status: int = HTTPStatus.OK,
    ) -> Response:
        """The whole page. Raises NoSuchList."""
        self._reading.watchlists.require(name)
        board = self.board(name, start_due=True)
        symbol = query().get("item", "")
        page = PageView(
            live=self.live(name),
            typed=typed,
            problem=problem,
            said=said,
            undo=undo,
            item=self.item(name, symbol) if symbol else None,
            customising="customise" in request.args,
        )
        html = render(
            "pages/watchlist.html",
            board=board,
            page=page,
            shows=shows(board, live=page.live.on),
            unused=unused(board.layout),
        )
        response = htmx.uncached(html)
        response.status_code = status
        return response

    def look_up(self, symbols: Sequence[str]) -> None:
        """Have the lines of rows fetched that are new."""
        self._reading.trends.start_due(symbols)

    def item(self, name: str, symbol: str) -> ItemView | None:
        """The details of an item; None when it is not listed."""
        rows = self._reading.boards.rows(name, [symbol])
        if not rows:
            return None
        path = item_path(name, symbol)
        return item_view(rows[0], list_path(name), path, self._reading.clock.now(), layout(name))

    def require_item(self, name: str, symbol: str) -> ItemView:
        """The same. Raises Problem where it is not listed."""
        found = self.item(name, symbol)
        if found is None:
            raise not_found("item", f"{symbol} is not on this list any more.")
        return found

    def live(self, name: str, *, wanted: bool | None = None) -> LiveView:
        """How live mode is with the list, for this browser, or as it is wanted now."""
        if wanted is None:
            wanted = request.cookies.get(LIVE_COOKIE) != "off"
        return live_view(name, self._reading.live.status(name), wanted=wanted)

    def whole(self, name: str) -> str:
        """All that can change on the page, where a script asks; "" otherwise."""
        return fragments.whole(self.board(name)) if htmx.is_asking() else ""

    def rows(self, name: str, symbols: list[str]) -> str:
        """These rows, likewise."""
        if not htmx.is_asking():
            return ""
        reading = self._reading
        htmx.as_of(reading.boards.position())
        found = reading.boards.rows(name, symbols)
        return fragments.rows(found, reading.clock.now(), name, layout(name))

    def done(
        self, name: str, key: str, what: str = "", html: str = "", *, undo: str = ""
    ) -> AnyResponse:
        """That a form was carried out: what it changed, or a redirect to the page, that says so."""
        if htmx.is_asking():
            said = fragments.message(done.words(key, what), name=name, undo=undo)
            return make_response(said + html)
        told = {"done": key, "what": what, "undo": undo}
        return redirect(address(name, {k: v for k, v in told.items() if v}), HTTPStatus.SEE_OTHER)


def query() -> Mapping[str, str]:
    """The query of the page: the one that is asked for, or the one that sent the form."""
    if request.method == "GET" and not htmx.is_asking():
        return request.args
    return dict(parse_qsl(htmx.came_from().query))


def layout(name: str) -> Layout:
    """The columns and the order that this page has, where a script of it asks; else those that
    this browser wants: as the address says, or as was kept.
    """
    if htmx.is_asking() and (shown := request.headers.get("Stockapp-Layout")):
        return columns.from_cookie(shown)
    asked = query()
    kept = columns.from_cookie(request.cookies.get(LAYOUT_COOKIE + name, ""))
    if wanted := columns.parse_columns(asked.get("columns", "")):
        kept = kept.with_columns(wanted)
    if "sort" in asked:
        return kept.sorted_by(asked["sort"], descending=asked.get("dir") == "desc")
    return kept


def keep_layout(response: AnyResponse, name: str, wanted: Layout) -> AnyResponse:
    """Have this browser show the list so from now on."""
    keep(response, LAYOUT_COOKIE + name, wanted.to_cookie(), path=list_path(name))
    return response


def keep(response: AnyResponse, cookie: str, value: str, *, path: str = "/") -> None:
    """Set a cookie that no script reads."""
    response.set_cookie(
        cookie,
        value,
        max_age=_YEAR_SECONDS,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def address(name: str, more: Mapping[str, str], *, without: tuple[str, ...] = ()) -> str:
    """The page of a list in the state of the one that asks, with something more."""
    kept = {key: value for key, value in query().items() if key in _KEPT and key not in without}
    said = urlencode({**kept, **more})
    return list_path(name) + (f"?{said}" if said else "")


def shows(board: BoardView, *, live: bool) -> str:
    """What the stream of the page shows, as its query says."""
    told = {"watchlist": board.name, "columns": board.layout.key}
    return urlencode(told | ({"live": "1"} if live else {}))


def unused(chosen: Layout) -> tuple[Column, ...]:
    """The columns that are not shown."""
    return tuple(column for column in Column if column not in chosen.columns)


def told(response: AnyResponse, **events: object) -> AnyResponse:
    """The answer with events for the page's scripts."""
    response.headers["HX-Trigger"] = json.dumps({f"stockapp:{k}": v for k, v in events.items()})
    return response


def item_path(name: str, symbol: str) -> str:
    """The address of an item's details and forms."""
    return f"/lists/{quote(name, safe='')}/items/{quote(symbol, safe='')}"
