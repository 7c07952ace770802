"""The page of a list, the details of its rows, and what the forms for its symbols do."""

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.domain.watchlist import DEFAULT_WATCHLIST, WatchlistFull
from stockapp.services.additions import AddedMany
from stockapp.services.item_rules import InvalidItem
from stockapp.services.refresh import Refreshes, TooManySymbols
from stockapp.services.search import Search
from stockapp.services.watchlists import Watchlists
from stockapp.web import done, fragments, htmx
from stockapp.web.add_form import meant
from stockapp.web.item_form import note_and_target
from stockapp.web.list_screen import ListScreen, told
from stockapp.web.rendering import render
from stockapp.web.watchlist_views import AddProblem, EditView


class WatchlistPage:
    """Every form works without scripts: then it answers with a redirect."""

    def __init__(
        self, screen: ListScreen, watchlists: Watchlists, refreshes: Refreshes, search: Search
    ) -> None:
        self._search = search
        self._screen = screen
        self._watchlists = watchlists
        self._refreshes = refreshes

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("watchlist", __name__)
        blueprint.add_url_rule("/", view_func=self.first)
        blueprint.add_url_rule("/about", view_func=self.about)
        blueprint.add_url_rule("/lists/<name>", view_func=self.page)
        of_list = "/lists/<name>/items"
        blueprint.add_url_rule(of_list, view_func=self.add, methods=["POST"])
        blueprint.add_url_rule(f"{of_list}/<symbol>", view_func=self.item)
        blueprint.add_url_rule(f"{of_list}/<symbol>", view_func=self.change, methods=["POST"])
        blueprint.add_url_rule(f"{of_list}/<symbol>/facts", view_func=self.facts)
        blueprint.add_url_rule(
            f"{of_list}/<symbol>/remove", view_func=self.remove, methods=["POST"]
        )
        blueprint.add_url_rule(
            "/lists/<name>/samples/remove", view_func=self.remove_samples, methods=["POST"]
        )
        blueprint.add_url_rule(
            "/lists/<name>/simulated", view_func=self.add_simulated, methods=["POST"]
        )
        blueprint.register_error_handler(Exception, htmx.failed)
        return blueprint

    def first(self) -> Response:
        """The list that is always there."""
        return self._page(DEFAULT_WATCHLIST)

    def page(self, name: str) -> AnyResponse:
        """A list: at once as it is known, while what is due of it is fetched."""
        if name == DEFAULT_WATCHLIST:
            text = request.query_string.decode("ascii", "replace")
            return redirect(f"/?{text}" if text else "/", HTTPStatus.SEE_OTHER)
        return self._page(name)

    def about(self) -> Response:
        """What this is, and whose work it uses."""
        return make_response(render("pages/about.html"))

    def add(self, name: str) -> AnyResponse:
        """Add what was typed: the row is there at once, and fills in."""
        typed = request.form.get("choice") or request.form.get("symbol", "")
        wanted = meant(typed, self._search)
        if wanted.problem:
            return self._not_added(name, typed, wanted.problem)
        try:
            added = self._watchlists.add_many(name, wanted.symbols)
        except (WatchlistFull, TooManySymbols) as error:
            return self._not_added(name, typed, AddProblem(str(error)))
        if added.not_taken and not added.added:
            return self._not_added(name, typed, AddProblem(_refused(added)))
        return self._added(name, request.form.get("symbol", ""), added)

    def _added(self, name: str, typed: str, added: AddedMany) -> AnyResponse:
        left = ", ".join(entry.text for entry in added.not_taken)
        problem = AddProblem(_refused(added)) if left else None
        key, what = _outcome(added)
        self._screen.look_up(added.added)
        if htmx.is_asking():
            form = fragments.add_form(name, left, problem)
            response = self._screen.done(name, key, what, self._screen.whole(name) + form)
            # The script empties the field, unless the next symbol is being typed there already.
            return told(response, added={"typed": typed, "left": left})
        if problem:
            said = done.words(key, what)
            return self._screen.page(name, typed=left, problem=problem, said=said)
        return self._screen.done(name, key, what)

    def item(self, name: str, symbol: str) -> AnyResponse:
        """The details of a row: beside the table, or as a page of their own."""
        item = self._screen.require_item(name, symbol)
        if htmx.is_asking():
            return htmx.uncached(render("partials/_item.html", item=item))
        title = self._watchlists.get_list(name).title
        return htmx.uncached(render("pages/item.html", item=item, title=title, said=""))

    def facts(self, name: str, symbol: str) -> AnyResponse:
        """What is known of a row, for details that are open."""
        item = self._screen.require_item(name, symbol)
        return htmx.uncached(
            render("partials/_item_facts.html", item=item, row=item.row, price=item.row.price)
        )

    def change(self, name: str, symbol: str) -> AnyResponse:
        """Set note and target price of an item."""
        form = note_and_target(request.form)
        try:
            item = self._watchlists.update(name, symbol, form.changes())
        except InvalidItem as error:
            return self._not_changed(name, symbol, form.edit(str(error)))
        if item is None:
            self._screen.require_item(name, symbol)
        html = fragments.edit_problem("") if htmx.is_asking() else ""
        html += self._screen.rows(name, [symbol])
        return told(self._screen.done(name, "saved", symbol, html), saved={"symbol": symbol})

    def remove(self, name: str, symbol: str) -> AnyResponse:
        """Remove an item; it can be undone."""
        self._watchlists.require(name)
        removed = self._watchlists.remove(name, [symbol])
        key = "removed" if removed else "gone"
        html = self._screen.whole(name)
        return self._screen.done(name, key, symbol, html, undo=removed.undo)

    def remove_samples(self, name: str) -> AnyResponse:
        """Remove the sample list."""
        self._watchlists.require(name)
        removed = self._watchlists.remove_samples(name)
        html = self._screen.whole(name)
        return self._screen.done(name, "samples", str(len(removed)), html, undo=removed.undo)

    def add_simulated(self, name: str) -> AnyResponse:
        """Add the simulated companies, and fetch their prices."""
        added = self._watchlists.add_simulated(name)
        if added:
            self._refreshes.start_behind(added)
        key = "simulated" if added else "all-simulated"
        return self._screen.done(name, key, str(len(added)), self._screen.whole(name))

    def _page(self, name: str) -> Response:
        said = done.words(request.args.get("done", ""), request.args.get("what", ""))
        return self._screen.page(name, said=said, undo=request.args.get("undo", "")[:100])

    def _not_added(self, name: str, typed: str, problem: AddProblem) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if not htmx.is_asking():
            return self._screen.page(name, typed=typed, problem=problem, status=status)
        return make_response(fragments.add_form(name, typed, problem), status)

    def _not_changed(self, name: str, symbol: str, edit: EditView) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if htmx.is_asking():
            return make_response(fragments.edit_problem(edit.problem), status)
        item = replace(self._screen.require_item(name, symbol), edit=edit)
        title = self._watchlists.get_list(name).title
        response = htmx.uncached(render("pages/item.html", item=item, title=title, said=""))
        response.status_code = status
        return response


def _outcome(added: AddedMany) -> tuple[str, str]:
    """What to say of an addition."""
    if len(added.added) == 1 and not added.there:
        return "added", added.added[0]
    if not added.added and len(added.there) == 1:
        return "there", added.there[0]
    if not added.added:
        return "all-there", ""
    return "added-many", str(len(added.added))


def _refused(added: AddedMany) -> str:
    """Why some were not added; the first few, each with its reason."""
    told = [f"{entry.text}: {entry.why}" for entry in added.not_taken[:3]]
    more = len(added.not_taken) - len(told)
    return " ".join(told) + (f" And {more} more." if more > 0 else "")
