"""JSON: many symbols at once: added, imported, moved, placed, removed, and back again."""

from collections.abc import Sequence
from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request

from stockapp.domain.symbol import parse_symbol
from stockapp.services.item_rules import InvalidItem, split
from stockapp.services.watchlists import Watchlists
from stockapp.web import bodies, inputs
from stockapp.web.errors import Problem, not_found
from stockapp.web.openapi.answers_watchlists import (
    AddedMany,
    ImportDone,
    ImportPreview,
    MovedItems,
    PlacedItems,
    Removed,
    Undone,
)
from stockapp.web.openapi.call import Gives, Link, described
from stockapp.web.schemas_watchlist import (
    ImportInput,
    ManyInput,
    MoveInput,
    PlaceInput,
    SymbolsInput,
    UndoInput,
)

_FILES = ("text/csv", "text/plain", "application/octet-stream", "application/vnd.ms-excel")


UNDO = Link("undo", body={"undo": "$response.body#/undo"})


class WatchlistManyApi:
    """The calls about many items of a watchlist."""

    def __init__(self, watchlists: Watchlists) -> None:
        self._watchlists = watchlists

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_watchlist_many", __name__, url_prefix="/api/watchlist")
        blueprint.add_url_rule("", view_func=self.remove, methods=["DELETE"])
        blueprint.add_url_rule("/move", view_func=self.move, methods=["POST"])
        blueprint.add_url_rule("/place", view_func=self.place, methods=["POST"])
        blueprint.add_url_rule("/add-many", view_func=self.add, methods=["POST"])
        blueprint.add_url_rule("/import", view_func=self.import_file, methods=["POST"])
        blueprint.add_url_rule("/undo", view_func=self.undo, methods=["POST"])
        return blueprint

    @described(
        "removeItems",
        "Watchlists",
        takes=SymbolsInput,
        gives={200: Gives((Removed,), links=(UNDO,))},
        faults=("404 unknown_watchlist", "422 invalid_symbol"),
    )
    def remove(self) -> Response:
        """Remove these symbols; the answer has the token that undoes it."""
        wanted = inputs.read(SymbolsInput)
        self._watchlists.require(wanted.watchlist)
        removed = self._watchlists.remove(wanted.watchlist, _parsed(wanted.symbols))
        return jsonify({"removed": list(removed.symbols), "undo": removed.undo or None})

    @described(
        "moveItems",
        "Watchlists",
        takes=MoveInput,
        gives={200: MovedItems},
        faults=("404 unknown_watchlist", "409 watchlist_full", "422 invalid_symbol"),
    )
    def move(self) -> Response:
        """Put symbols on another list; those are kept that have another note or target there."""
        wanted = inputs.read(MoveInput)
        moved = self._watchlists.move(_parsed(wanted.symbols), wanted.source, wanted.target)
        return jsonify(
            {
                "moved": list(moved.symbols),
                "kept": list(moved.kept),
                "from": wanted.source,
                "to": wanted.target,
            }
        )

    @described(
        "placeItems",
        "Watchlists",
        takes=PlaceInput,
        gives={200: PlacedItems},
        faults=("404 unknown_watchlist", "404 unknown_item", "422 invalid_symbol"),
    )
    def place(self) -> Response:
        """Put symbols elsewhere on their list."""
        wanted = inputs.read(PlaceInput)
        before = None if wanted.before is None else _parsed([wanted.before], "before")[0]
        try:
            placed = self._watchlists.place(wanted.watchlist, _parsed(wanted.symbols), before)
        except InvalidItem as error:
            raise Problem(404, "unknown_item", str(error), field=error.field) from None
        order = [item.symbol for item in self._watchlists.items(wanted.watchlist)]
        return jsonify({"watchlist": wanted.watchlist, "placed": placed, "order": order})

    @described(
        "addItems",
        "Watchlists",
        takes=ManyInput,
        gives={200: AddedMany},
        faults=("404 unknown_watchlist", "409 watchlist_full", "422 too_many_symbols"),
    )
    def add(self) -> Response:
        """Add many symbols at once; they are looked up behind."""
        wanted = inputs.read(ManyInput)
        symbols = wanted.symbols or split(wanted.text)
        if not symbols:
            raise Problem(422, "invalid_value", "Send symbols, or text with some.", field="symbols")
        added = self._watchlists.add_many(wanted.watchlist, symbols)
        not_taken = [{"text": one.text, "why": one.why} for one in added.not_taken]
        return jsonify(
            {"added": list(added.added), "there": list(added.there), "not_taken": not_taken}
        )

    @described(
        "importItems",
        "Watchlists",
        takes=ImportInput,
        gives={200: Gives((ImportDone, ImportPreview), "What was done; what would be, if asked.")},
        faults=("404 unknown_watchlist", "409 watchlist_full"),
        file=True,
    )
    def import_file(self) -> Response:
        """Take the rows of a CSV file, sent as it is or within JSON; or tell what they would do."""
        wanted, text = _csv()
        preview = self._watchlists.preview(wanted.watchlist, text)
        if wanted.preview:
            return jsonify({"watchlist": wanted.watchlist, **preview.to_json()})
        done = self._watchlists.import_rows(
            wanted.watchlist, preview.rows, overwrite=wanted.overwrite
        )
        return jsonify(
            {
                "watchlist": wanted.watchlist,
                "added": list(done.added),
                "changed": list(done.changed),
                "skipped": [asdict(one) for one in done.skipped],
                "warnings": list(preview.warnings),
            }
        )

    @described(
        "undo",
        "Watchlists",
        takes=UndoInput,
        gives={200: Undone},
        faults=(
            "404 unknown_undo",
            "404 unknown_watchlist",
            "409 watchlist_full",
            "409 too_many_watchlists",
        ),
    )
    def undo(self) -> Response:
        """Bring back what was removed."""
        undone = self._watchlists.undo(inputs.read(UndoInput).undo)
        if undone is None:
            raise not_found(
                "undo", "It cannot be undone: that was done already, or is over an hour ago."
            )
        return jsonify(
            {
                "watchlist": undone.watchlist.to_json(),
                "symbols": list(undone.symbols),
                "deleted": undone.deleted,
            }
        )


def _csv() -> tuple[ImportInput, str | bytes]:
    if request.mimetype in _FILES:
        return inputs.read_query(ImportInput), bodies.whole()
    wanted = inputs.read(ImportInput)
    if wanted.csv is None:
        detail = 'Send the file as the body, with Content-Type: text/csv, or JSON with "csv".'
        raise Problem(422, "invalid_value", detail, field="csv")
    return wanted, wanted.csv


def _parsed(symbols: Sequence[str], field: str = "symbols") -> list[str]:
    with inputs.symbol_from(field):
        return [parse_symbol(symbol) for symbol in symbols]
