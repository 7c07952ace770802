"""Bringing a list along, with a look at what was understood first."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.domain.watchlist import WatchlistFull
from stockapp.services import csv_text
from stockapp.services.item_rules import InvalidItem
from stockapp.services.list_import import Preview
from stockapp.services.watchlists import Watchlists
from stockapp.web import htmx
from stockapp.web.list_screen import ListScreen
from stockapp.web.present_board import list_path
from stockapp.web.present_import import preview_view
from stockapp.web.rendering import render

_OK, _REFUSED = 200, 422


class ImportForms:
    """Nothing is kept between the look and the import but what the page itself holds."""

    def __init__(self, screen: ListScreen, watchlists: Watchlists) -> None:
        self._screen = screen
        self._watchlists = watchlists

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("import_forms", __name__, url_prefix="/lists/<name>")
        blueprint.add_url_rule("/import", view_func=self.ask)
        blueprint.add_url_rule("/import", view_func=self.preview, methods=["POST"])
        blueprint.add_url_rule("/import/confirm", view_func=self.confirm, methods=["POST"])
        blueprint.register_error_handler(Exception, htmx.failed)
        return blueprint

    def ask(self, name: str) -> Response:
        """The empty form."""
        return self._page(name, "")

    def preview(self, name: str) -> Response:
        """What was understood of a file or of text; nothing is added."""
        file = request.files.get("file")
        content: str | bytes = file.read() if file and file.filename else ""
        content = content or self._watchlists.pasted(request.form.get("text", ""))
        if not content.strip() and file and file.filename:
            return self._page(name, "", f"{file.filename} is empty. Choose another file.", _REFUSED)
        if not content.strip():
            return self._page(name, "", "Choose a file, or write some symbols.", _REFUSED)
        return self._previewed(name, content)

    def confirm(self, name: str) -> AnyResponse:
        """Add what the look showed."""
        text = request.form.get("text", "")
        try:
            rows = self._watchlists.preview(name, text).rows
            overwrite = request.form.get("overwrite") == "yes"
            done = self._watchlists.import_rows(name, rows, overwrite=overwrite)
        except (InvalidItem, WatchlistFull) as error:
            return self._page(name, text, str(error), _REFUSED)
        return self._screen.done(name, "imported", str(len(done.added) + len(done.changed)))

    def _previewed(self, name: str, content: str | bytes) -> Response:
        try:
            understood = self._watchlists.preview(name, content)
        except InvalidItem as error:
            typed = content if isinstance(content, str) else ""
            return self._page(name, typed, str(error), _REFUSED)
        return self._page(name, csv_text.decode(content)[0], preview=understood)

    def _page(
        self,
        name: str,
        typed: str,
        problem: str = "",
        status: int = _OK,
        preview: Preview | None = None,
    ) -> Response:
        html = render(
            "pages/import.html",
            name=name,
            title=self._watchlists.get_list(name).title,
            list_path=list_path(name),
            typed=typed,
            problem=problem,
            preview=preview_view(preview) if preview else None,
        )
        response = htmx.uncached(html)
        response.status_code = status
        return response
