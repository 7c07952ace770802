"""JSON: the watchlist's items."""

from flask import Blueprint, Response, jsonify

from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.services.watchlists import Watchlists
from stockapp.web import inputs
from stockapp.web.errors import Problem, not_found
from stockapp.web.schemas import ItemChangesInput, NewItemInput


class WatchlistApi:
    """The calls about what is watched."""

    def __init__(self, watchlists: Watchlists) -> None:
        self._watchlists = watchlists

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_watchlist", __name__, url_prefix="/api/watchlist")
        blueprint.add_url_rule("", view_func=self.items)
        blueprint.add_url_rule("", view_func=self.add, methods=["POST"])
        blueprint.add_url_rule("/<ticker>", view_func=self.item)
        blueprint.add_url_rule("/<ticker>", view_func=self.change, methods=["PATCH"])
        blueprint.add_url_rule("/<ticker>", view_func=self.remove, methods=["DELETE"])
        return blueprint

    def items(self) -> Response:
        """All items."""
        items = [item.to_json() for item in self._watchlists.items(DEFAULT_WATCHLIST)]
        return jsonify({"watchlist": DEFAULT_WATCHLIST, "items": items})

    def add(self) -> Response:
        """Add a symbol: 201 when new, 200 when it was there."""
        new = inputs.read(NewItemInput)
        added = self._watchlists.add(
            DEFAULT_WATCHLIST,
            new.symbol,
            note=new.note,
            target_price=new.target_price,
            accept_unknown=new.accept_unknown,
        )
        response = jsonify({**added.item.to_json(), "verified": added.verified})
        if added.created:
            response.status_code = 201
            response.headers["Location"] = f"/api/watchlist/{added.item.symbol}"
        return response

    def item(self, ticker: str) -> Response:
        """One item."""
        symbol = inputs.ticker(ticker)
        item = self._watchlists.get(DEFAULT_WATCHLIST, symbol)
        if item is None:
            raise _not_listed(symbol)
        return jsonify(item.to_json())

    def change(self, ticker: str) -> Response:
        """Set the note or the target price."""
        symbol = inputs.ticker(ticker)
        changes = inputs.read(ItemChangesInput).model_dump(exclude_unset=True)
        item = self._watchlists.update(DEFAULT_WATCHLIST, symbol, changes)
        if item is None:
            raise _not_listed(symbol)
        return jsonify(item.to_json())

    def remove(self, ticker: str) -> Response:
        """Remove an item."""
        symbol = inputs.ticker(ticker)
        if not self._watchlists.remove(DEFAULT_WATCHLIST, [symbol]):
            raise _not_listed(symbol)
        return Response(status=204)


def _not_listed(symbol: str) -> Problem:
    return not_found("item", f"{symbol} is not on the watchlist.")
