"""The forms about whole lists, and about the rows that are picked."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.services.analyses import Analyses
from stockapp.services.boards import Boards
from stockapp.services.refresh import Refreshes
from stockapp.services.watchlists import Watchlists
from stockapp.web import fragments, htmx
from stockapp.web.errors import Problem
from stockapp.web.list_screen import ListScreen
from stockapp.web.present_board import list_path


class ListForms:
    """Making, naming and deleting lists; refreshing, analysing, moving and ordering rows."""

    def __init__(
        self,
        screen: ListScreen,
        watchlists: Watchlists,
        boards: Boards,
        refreshes: Refreshes,
        analyses: Analyses,
    ) -> None:
        self._screen = screen
        self._watchlists = watchlists
        self._boards = boards
        self._refreshes = refreshes
        self._analyses = analyses

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("list_forms", __name__)
        forms: dict[str, Callable[..., AnyResponse]] = {
            "/lists": self.create,
            "/lists/<name>/rename": self.rename,
            "/lists/<name>/delete": self.delete,
            "/lists/<name>/refresh": self.refresh,
            "/lists/<name>/analyze": self.analyze,
            "/lists/<name>/picked": self.picked,
            "/lists/<name>/place": self.place,
            "/lists/<name>/undo": self.undo,
        }
        for path, view in forms.items():
            blueprint.add_url_rule(path, view_func=view, methods=["POST"])
        blueprint.register_error_handler(Exception, htmx.failed)
        return blueprint

    def create(self) -> AnyResponse:
        """Make a list, and go there."""
        made = self._watchlists.create(request.form.get("title", ""))
        return redirect(list_path(made.name), HTTPStatus.SEE_OTHER)

    def rename(self, name: str) -> AnyResponse:
        """Give a list another title."""
        self._watchlists.rename(name, request.form.get("title", ""))
        return self._screen.done(name, "renamed", "", self._screen.whole(name))

    def delete(self, name: str) -> AnyResponse:
        """Delete a list; it can be undone."""
        removed = self._watchlists.delete(name)
        told = urlencode({"done": "list-deleted", "undo": removed.undo})
        return redirect(f"/?{told}", HTTPStatus.SEE_OTHER)

    def undo(self, name: str) -> AnyResponse:
        """Bring back what was removed, of the list that is shown or with another list."""
        self._watchlists.require(name)
        undone = self._watchlists.undo(request.form.get("undo", ""))
        if undone is None:
            detail = "This can be undone for an hour, and once; that is over."
            raise Problem(409, "not_undone", detail)
        if undone.deleted or undone.watchlist.name != name:
            return htmx.go(f"{list_path(undone.watchlist.name)}?done=undone")
        return self._screen.done(name, "undone", "", self._screen.whole(name))

    def refresh(self, name: str) -> AnyResponse:
        """Refresh the whole list."""
        self._watchlists.require(name)
        return self._refresh(name, None)

    def analyze(self, name: str) -> AnyResponse:
        """Analyse the whole list."""
        self._watchlists.require(name)
        return self._analyze(name, None)

    def picked(self, name: str) -> AnyResponse:
        """Do something with the rows that are picked."""
        self._watchlists.require(name)
        symbols, what = request.form.getlist("symbol"), request.form.get("do", "")
        if not symbols:
            raise Problem(422, "nothing_picked", "Pick rows first, by the boxes before them.")
        match what:
            case "refresh":
                return self._refresh(name, symbols)
            case "analyze":
                return self._analyze(name, symbols)
            case "compare":
                return _go_to_comparison(symbols)
            case "move":
                return self._move(name, symbols, request.form.get("to", ""))
            case "up" | "down":
                return self._step(name, symbols, up=what == "up")
            case "remove":
                return self._remove(name, symbols)
        raise Problem(422, "invalid_value", "There is no such thing to do.", field="do")

    def place(self, name: str) -> AnyResponse:
        """Put rows before another, or at the end."""
        before = request.form.get("before") or None
        self._watchlists.place(name, request.form.getlist("symbol"), before)
        return self._screen.done(name, "placed", "", self._screen.whole(name))

    def _remove(self, name: str, symbols: list[str]) -> AnyResponse:
        removed = self._watchlists.remove(name, symbols)
        key, what = "removed-many", str(len(removed))
        if len(symbols) == 1:
            key, what = "removed" if removed else "gone", symbols[0]
        html = self._screen.whole(name)
        return self._screen.done(name, key, what, html, undo=removed.undo)

    def _refresh(self, name: str, symbols: list[str] | None) -> AnyResponse:
        if symbols is None:
            started = self._refreshes.start(None, watchlist=name, force=True)
        else:
            started = self._refreshes.start_picked(name, symbols)
        key = "nothing" if started.task is None else "joined" if started.joined else "started"
        html = ""
        if htmx.is_asking():
            htmx.as_of(self._boards.position())
            html = fragments.refresh(self._boards.refresh(name), name)
        return self._screen.done(name, key, "", html)

    def _analyze(self, name: str, symbols: list[str] | None) -> AnyResponse:
        begun = self._analyses.start_all(name, force=False, only=symbols)
        key = "nothing" if begun is None else "joined-analysis" if begun.joined else "analysing"
        html = ""
        if htmx.is_asking():
            htmx.as_of(self._boards.position())
            html = fragments.analysis(self._boards.analysis(name), name)
        return self._screen.done(name, key, "", html)

    def _move(self, name: str, symbols: list[str], to: str) -> AnyResponse:
        moved = self._watchlists.move(symbols, name, to)
        key, what = ("kept", moved.kept) if moved.kept else ("moved", moved.symbols)
        return self._screen.done(name, key, str(len(what)), self._screen.whole(name))

    def _step(self, name: str, symbols: list[str], *, up: bool) -> AnyResponse:
        """Move rows by one place, all together."""
        order = [item.symbol for item in self._watchlists.items(name)]
        places = [order.index(symbol) for symbol in symbols if symbol in order]
        rest = [symbol for symbol in order if symbol not in symbols]
        if places:
            first = max(0, min(places) - 1) if up else min(places) + 1
            before = rest[first] if first < len(rest) else None
            wanted = [symbol for symbol in order if symbol in symbols]
            self._watchlists.place(name, wanted, before)
        return self._screen.done(name, "placed", "", self._screen.whole(name))


def _go_to_comparison(symbols: list[str]) -> AnyResponse:
    address = "/compare?" + urlencode({"symbols": ",".join(symbols)})
    return htmx.go(address)
