"""Pages and their forms. Every form works without scripts: then it answers with a redirect."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.domain.symbol import InvalidSymbol
from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.ports import Clock
from stockapp.services.analyses import Analyses
from stockapp.services.boards import Boards
from stockapp.services.refresh import Refreshes
from stockapp.services.watchlists import InvalidItem, UnknownSymbol, WatchlistFull, Watchlists
from stockapp.web import done, fragments, htmx, present
from stockapp.web.errors import not_found
from stockapp.web.rendering import render
from stockapp.web.views import AddProblem, BoardView, EditView

SORT_KEYS = ("symbol", "price", "change", "value", "age")

# 12.50, 1250 and 1,250.00; never 12,5, which would be read as 125.
_NUMBER = re.compile(r"(\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.\d{0,10})?", re.ASCII)


class Pages:
    """The watchlist's page and what its forms do."""

    def __init__(
        self,
        boards: Boards,
        watchlists: Watchlists,
        refreshes: Refreshes,
        analyses: Analyses,
        clock: Clock,
    ) -> None:
        self._analyses = analyses
        self._boards = boards
        self._watchlists = watchlists
        self._refreshes = refreshes
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("pages", __name__)
        blueprint.add_url_rule("/", view_func=self.watchlist)
        blueprint.add_url_rule("/about", view_func=self.about)
        forms: dict[str, Callable[..., AnyResponse]] = {
            "/watchlist/items": self.add,
            "/watchlist/items/<symbol>": self.change,
            "/watchlist/items/<symbol>/remove": self.remove,
            "/watchlist/samples/remove": self.remove_samples,
            "/watchlist/simulated": self.add_simulated,
            "/refresh": self.refresh,
            "/analyze": self.analyze,
        }
        for path, view in forms.items():
            blueprint.add_url_rule(path, view_func=view, methods=["POST"])
        blueprint.register_error_handler(Exception, htmx.failed)
        return blueprint

    def watchlist(self) -> Response:
        """The watchlist: at once as it is known, while what is due of it is fetched."""
        key, what = request.args.get("done", ""), request.args.get("what", "")
        return self._page(said=done.words(key, what))

    def about(self) -> Response:
        """What this is, and whose work it uses."""
        return make_response(render("pages/about.html"))

    def add(self) -> AnyResponse:
        """Add a symbol, or say why not and keep what was typed."""
        typed = request.form.get("symbol", "")
        try:
            added = self._watchlists.add(
                DEFAULT_WATCHLIST,
                typed,
                accept_unknown=request.form.get("accept_unknown") == "yes",
            )
        except UnknownSymbol as error:
            problem = present.add_problem(str(error), error.symbol, error.attempts)
            return self._not_added(typed, problem, HTTPStatus.UNPROCESSABLE_ENTITY)
        except InvalidSymbol as error:
            problem = present.add_problem(str(error))
            return self._not_added(typed, problem, HTTPStatus.UNPROCESSABLE_ENTITY)
        except WatchlistFull as error:
            return self._not_added(typed, present.add_problem(str(error)), HTTPStatus.CONFLICT)
        key = "there" if not added.created else "added" if added.verified else "unverified"
        response = self._done(key, added.item.symbol, self._whole() + fragments.add_form("", None))
        # The script empties the field, unless the next symbol is being typed there already.
        response.headers["HX-Trigger"] = json.dumps({"stockapp:added": {"typed": typed}})
        return response

    def change(self, symbol: str) -> AnyResponse:
        """Set note and target price of an item."""
        note = request.form.get("note", "").replace("\r\n", "\n").strip()
        typed_target = request.form.get("target_price", "").strip()
        try:
            changes = {"note": note, "target_price": _target(typed_target)}
            item = self._watchlists.update(DEFAULT_WATCHLIST, symbol, changes)
        except InvalidItem as error:
            edit = EditView(note, typed_target, str(error), open=True)
            return self._not_changed(symbol, edit)
        if item is None:
            raise not_found("item", f"{symbol} is not on the watchlist any more.")
        rows = self._boards.rows(DEFAULT_WATCHLIST, [symbol])
        html = fragments.edit_problem(symbol, "") + fragments.rows(rows, self._clock.now())
        return self._done("saved", symbol, html)

    def remove(self, symbol: str) -> AnyResponse:
        """Remove an item."""
        removed = self._watchlists.remove(DEFAULT_WATCHLIST, [symbol])
        return self._done("removed" if removed else "gone", symbol, self._whole())

    def remove_samples(self) -> AnyResponse:
        """Remove the sample list."""
        removed = self._watchlists.remove_samples(DEFAULT_WATCHLIST)
        return self._done("samples", str(len(removed)), self._whole())

    def add_simulated(self) -> AnyResponse:
        """Add the simulated companies, and fetch their prices."""
        added = self._watchlists.add_simulated(DEFAULT_WATCHLIST)
        if added:
            self._refreshes.start_behind(added)
        key = "simulated" if added else "all-simulated"
        return self._done(key, str(len(added)), self._whole())

    def refresh(self) -> AnyResponse:
        """Refresh the whole list."""
        started = self._refreshes.start(None, watchlist=DEFAULT_WATCHLIST, force=True)
        key = "nothing" if started.task is None else "joined" if started.joined else "started"
        return self._done(key, "", self._refresh_bar())

    def analyze(self) -> AnyResponse:
        """Analyse the whole list."""
        begun = self._analyses.start_all(DEFAULT_WATCHLIST, force=False)
        key = "nothing" if begun is None else "joined-analysis" if begun.joined else "analysing"
        analysis = self._boards.analysis(DEFAULT_WATCHLIST)
        return self._done(key, "", fragments.analysis(analysis))

    def _board(self) -> BoardView:
        now = self._clock.now()
        known = self._boards.board(DEFAULT_WATCHLIST)
        started = self._refreshes.start_due(known, now)
        board = present.board_view(replace(known, refresh=started or known.refresh), now)
        order = request.args if request.method == "GET" else _order()
        key = order.get("sort", "")
        if key not in SORT_KEYS:
            return board
        return present.sorted_by(board, key, descending=order.get("dir") == "desc")

    def _page(
        self,
        board: BoardView | None = None,
        *,
        typed: str = "",
        problem: AddProblem | None = None,
        said: str = "",
        status: int = HTTPStatus.OK,
    ) -> Response:
        page = render(
            "pages/watchlist.html",
            board=board or self._board(),
            typed=typed,
            problem=problem,
            said=said,
        )
        response = make_response(page, status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _done(self, key: str, what: str, html: str) -> AnyResponse:
        """That a form was carried out: what it changed, or a redirect to the page."""
        if not htmx.is_asking():
            said = {"done": key, "what": what} if what else {"done": key}
            return redirect("/?" + urlencode(_order() | said), HTTPStatus.SEE_OTHER)
        return make_response(fragments.message(done.words(key, what)) + html)

    def _not_added(self, typed: str, problem: AddProblem, status: int) -> Response:
        if not htmx.is_asking():
            return self._page(typed=typed, problem=problem, status=status)
        return make_response(fragments.add_form(typed, problem), status)

    def _not_changed(self, symbol: str, edit: EditView) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if not htmx.is_asking():
            return self._page(present.with_edit(self._board(), symbol, edit), status=status)
        return make_response(fragments.edit_problem(symbol, edit.problem), status)

    def _whole(self) -> str:
        if not htmx.is_asking():
            return ""
        return fragments.whole(self._boards.board(DEFAULT_WATCHLIST), self._clock.now())

    def _refresh_bar(self) -> str:
        return fragments.refresh(self._boards.refresh(DEFAULT_WATCHLIST), self._clock.now())


def item_path(symbol: str) -> str:
    """The address of an item's forms."""
    return f"/watchlist/items/{quote(symbol, safe='')}"


def _order() -> dict[str, str]:
    """How the page that sent the form was sorted."""
    query = parse_qs(urlsplit(request.referrer or "").query)
    key, direction = query.get("sort", [""])[0], query.get("dir", [""])[0]
    if key not in SORT_KEYS:
        return {}
    return {"sort": key, "dir": "desc"} if direction == "desc" else {"sort": key}


def _target(text: str) -> float | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise InvalidItem("target_price", "The target price must be a number such as 12.50.")
    return float(text.replace(",", ""))
