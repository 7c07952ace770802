"""Pages and their forms. Every form works without scripts: then it answers with a redirect."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.domain.symbol import InvalidSymbol
from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.ports import Clock
from stockapp.services.boards import Boards
from stockapp.services.refresh import Refreshes
from stockapp.services.watchlists import InvalidItem, UnknownSymbol, WatchlistFull, Watchlists
from stockapp.web import fragments, present
from stockapp.web.errors import not_found

SORT_KEYS = ("symbol", "price", "change", "age")


class Pages:
    """The watchlist's page and what its forms do."""

    def __init__(
        self, boards: Boards, watchlists: Watchlists, refreshes: Refreshes, clock: Clock
    ) -> None:
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
            "/tasks/<task_id>/cancel": self.cancel,
        }
        for path, view in forms.items():
            blueprint.add_url_rule(path, view_func=view, methods=["POST"])
        return blueprint

    def watchlist(self) -> Response:
        """The watchlist."""
        return self._page()

    def about(self) -> Response:
        """What this is, and whose work it uses."""
        return make_response(render_template("pages/about.html"))

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
            return self._refused(typed, problem)
        except (InvalidSymbol, WatchlistFull) as error:
            return self._refused(typed, present.add_problem(str(error)))
        symbol = added.item.symbol
        if not added.created:
            return self._done(f"{symbol} is on the list already.", form="")
        if not added.verified:
            return self._done(f"{symbol} was added; its price is being looked up.", form="")
        return self._done(f"{symbol} was added.", form="")

    def change(self, symbol: str) -> AnyResponse:
        """Set note and target price of an item."""
        try:
            changes = {
                "note": request.form.get("note", "").replace("\r\n", "\n").strip(),
                "target_price": _target(request.form.get("target_price", "")),
            }
            item = self._watchlists.update(DEFAULT_WATCHLIST, symbol, changes)
        except InvalidItem as error:
            return self._refused("", present.add_problem(f"{symbol}: {error}"))
        if item is None:
            raise not_found("item", f"{symbol} is not on the watchlist.")
        return self._done(f"{symbol} was saved.")

    def remove(self, symbol: str) -> AnyResponse:
        """Remove an item."""
        removed = self._watchlists.remove(DEFAULT_WATCHLIST, [symbol])
        return self._done(f"{symbol} was {'removed' if removed else 'not on the list any more'}.")

    def remove_samples(self) -> AnyResponse:
        """Remove the sample list."""
        removed = self._watchlists.remove_samples(DEFAULT_WATCHLIST)
        return self._done(f"{len(removed)} samples were removed.")

    def add_simulated(self) -> AnyResponse:
        """Add the simulated companies, and fetch their prices."""
        added = self._watchlists.add_simulated(DEFAULT_WATCHLIST)
        if added:
            self._refreshes.start(added, watchlist=DEFAULT_WATCHLIST, force=False)
        return self._done(f"{len(added)} simulated companies were added.")

    def refresh(self) -> AnyResponse:
        """Refresh the whole list."""
        started = self._refreshes.start(None, watchlist=DEFAULT_WATCHLIST, force=True)
        if started.task is None:
            return self._done("There is nothing to refresh: the list is empty.")
        words = "A refresh was already under way." if started.joined else "Refresh started."
        return self._done(words)

    def cancel(self, task_id: str) -> AnyResponse:
        """Cancel a refresh."""
        cancelled = self._refreshes.cancel(task_id)
        if cancelled is None:
            raise not_found("task", "There is no such task any more.")
        return self._done("Refresh cancelled." if cancelled.changed else "It had already ended.")

    def _page(
        self, typed: str = "", problem: present.AddProblem | None = None, status: int = 200
    ) -> Response:
        board = present.board_view(self._boards.board(DEFAULT_WATCHLIST), self._clock.now())
        sort = request.args.get("sort", "")
        descending = request.args.get("dir") == "desc"
        if sort in SORT_KEYS:
            board = present.sorted_by(board, sort, descending=descending)
        page = render_template(
            "pages/watchlist.html",
            board=board,
            sort=sort if sort in SORT_KEYS else "",
            descending=descending,
            typed=typed,
            problem=problem,
        )
        response = make_response(page, status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _done(self, words: str, *, form: str | None = None) -> AnyResponse:
        """The state after a form was carried out: fragments, or a redirect to the page."""
        if not _by_htmx():
            return redirect("/", HTTPStatus.SEE_OTHER)
        html = fragments.message(words) + self._everything()
        if form is not None:
            html += fragments.add_form(form, None)
        response = make_response(html)
        if form is not None:
            response.headers["HX-Trigger"] = "stockapp:added"
        return response

    def _refused(self, typed: str, problem: present.AddProblem) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if not _by_htmx():
            return self._page(typed, problem, status)
        return make_response(fragments.add_form(typed, problem), status)

    def _everything(self) -> str:
        return fragments.whole(self._boards.board(DEFAULT_WATCHLIST), self._clock.now())


def item_path(symbol: str) -> str:
    """The address of an item's forms."""
    return f"/watchlist/items/{quote(symbol, safe='')}"


def _target(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text.replace(",", ""))
    except ValueError as error:
        raise InvalidItem("target_price", "The target price must be a number.") from error


def _by_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"
