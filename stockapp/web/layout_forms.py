"""The forms about how pages look: order, columns, colours, live mode; cookies keep it."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, has_request_context, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.services.watchlists import Watchlists
from stockapp.web import columns, fragments, htmx
from stockapp.web.columns import LISTED, Layout
from stockapp.web.list_screen import (
    LIVE_COOKIE,
    ListScreen,
    address,
    keep,
    keep_layout,
    layout,
    shows,
    told,
    unused,
)
from stockapp.web.present_board import list_path
from stockapp.web.rendering import render

THEME_COOKIE = "theme"
_THEMES = ("light", "dark")


class LayoutForms:
    """Nothing here touches a list; each answer sets a cookie."""

    def __init__(self, screen: ListScreen, watchlists: Watchlists) -> None:
        self._screen = screen
        self._watchlists = watchlists

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("layout", __name__)
        forms: dict[str, Callable[..., AnyResponse]] = {
            "/lists/<name>/sort": self.sort,
            "/lists/<name>/columns": self.columns,
            "/lists/<name>/live": self.live,
            "/theme": self.theme,
        }
        for path, view in forms.items():
            blueprint.add_url_rule(path, view_func=view, methods=["POST"])
        blueprint.add_url_rule("/lists/<name>/live", view_func=self.live_words)
        blueprint.register_error_handler(Exception, htmx.failed)
        return blueprint

    def sort(self, name: str) -> AnyResponse:
        """Put the rows in another order: `by` is a column with asc or desc."""
        self._watchlists.require(name)
        key, _, way = request.form.get("by", "").partition(".")
        wanted = layout(name).sorted_by(key, descending=way == "desc")
        order = {"sort": wanted.sort} | ({"dir": "desc"} if wanted.descending else {})
        if wanted.sort == LISTED:
            order = {}
        path = address(name, order, without=("sort", "dir"))
        if not htmx.is_asking():
            return keep_layout(redirect(path, HTTPStatus.SEE_OTHER), name, wanted)
        # The script sorts by itself; only the order of the list is ours to tell.
        html = ""
        if wanted.sort == LISTED:
            html = fragments.whole(self._screen.board(name, wanted))
        return keep_layout(told(make_response(html), address={"path": path}), name, wanted)

    def columns(self, name: str) -> AnyResponse:
        """Show other columns, or in another order."""
        self._watchlists.require(name)
        wanted = _chosen(name)
        state = _state(wanted)
        path = address(name, state, without=("columns", "sort", "dir"))
        if not htmx.is_asking():
            more = address(name, state | {"customise": "yes"}, without=("columns", "sort", "dir"))
            return keep_layout(redirect(more, HTTPStatus.SEE_OTHER), name, wanted)
        board = self._screen.board(name, wanted)
        html = fragments.columns(board, unused(wanted)) + fragments.whole(board)
        query = shows(board, live=self._screen.live(name).on)
        order = {"sort": wanted.sort, "descending": wanted.descending}
        answer = told(
            make_response(html), shows={"shows": query}, address={"path": path}, order=order
        )
        return keep_layout(answer, name, wanted)

    def live(self, name: str) -> AnyResponse:
        """Switch live mode on or off, for this browser."""
        self._watchlists.require(name)
        on = request.form.get("on") == "yes"
        if not htmx.is_asking():
            response: AnyResponse = redirect(address(name, {}), HTTPStatus.SEE_OTHER)
        else:
            view = self._screen.live(name, wanted=on)
            query = shows(self._screen.board(name), live=view.on)
            response = told(make_response(fragments.live_line(view)), shows={"shows": query})
        keep(response, LIVE_COOKIE, "on" if on else "off")
        return response

    def live_words(self, name: str) -> AnyResponse:
        """How live mode is now, as the page renews it."""
        self._watchlists.require(name)
        if not htmx.is_asking():
            return redirect(list_path(name), HTTPStatus.SEE_OTHER)
        view = self._screen.live(name)
        return htmx.uncached(render("partials/_live_words.html", live=view))

    def theme(self) -> AnyResponse:
        """Choose light or dark colours, or those of the system."""
        chosen = request.form.get("theme", "")
        page = htmx.came_from()
        query = f"?{page.query}" if page.query else ""
        response = redirect((page.path or "/") + query, HTTPStatus.SEE_OTHER)
        if chosen in _THEMES:
            keep(response, THEME_COOKIE, chosen)
        else:
            response.delete_cookie(
                THEME_COOKIE, httponly=True, samesite="Lax", secure=request.is_secure
            )
        return response


def theme() -> str:
    """The colours that this browser chose: light, dark, or "" for those of the system."""
    if not has_request_context():
        return ""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in _THEMES else ""


def _state(wanted: Layout) -> dict[str, str]:
    """The layout, as an address holds it; nothing of what is usual."""
    told = {} if wanted.columns == columns.USUAL.columns else {"columns": wanted.key}
    if wanted.sort != LISTED:
        told |= {"sort": wanted.sort} | ({"dir": "desc"} if wanted.descending else {})
    return told


def _chosen(name: str) -> Layout:
    """What the form says: the boxes that are ticked, then one of them moved."""
    if "usual" in request.form:
        return columns.USUAL
    ticked = [columns.column_of(value) for value in request.form.getlist("column")]
    chosen = layout(name).with_columns(column for column in ticked if column)
    for button, by in (("earlier", -1), ("later", 1)):
        if column := columns.column_of(request.form.get(button, "")):
            return chosen.moved(column, by)
    return chosen
