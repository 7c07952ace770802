"""JSON: which watchlists there are."""

from flask import Blueprint, Response, jsonify

from stockapp.domain.watchlist import Watchlist
from stockapp.services.list_admin import ListAdmin
from stockapp.web import inputs
from stockapp.web.openapi.answers_watchlists import Lists, RemovedList
from stockapp.web.openapi.call import Gives, Link, described
from stockapp.web.schemas_watchlist import TitleInput

_OF_LIST = {"name": "$response.body#/name"}
_LINKS = (
    Link("getList", _OF_LIST),
    Link("renameList", _OF_LIST),
    Link("deleteList", _OF_LIST),
    Link("listItems", {"watchlist": "$response.body#/name"}),
)


class WatchlistsApi:
    """The calls about the set of lists."""

    def __init__(self, lists: ListAdmin) -> None:
        self._lists = lists

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_watchlists", __name__, url_prefix="/api/watchlists")
        blueprint.add_url_rule("", view_func=self.lists)
        blueprint.add_url_rule("", view_func=self.create, methods=["POST"])
        blueprint.add_url_rule("/<name>", view_func=self.one)
        blueprint.add_url_rule("/<name>", view_func=self.rename, methods=["PATCH"])
        blueprint.add_url_rule("/<name>", view_func=self.delete, methods=["DELETE"])
        return blueprint

    @described("listLists", "Lists", gives={200: Lists})
    def lists(self) -> Response:
        """All lists; the first is the one that is always there."""
        return jsonify({"watchlists": [one.to_json() for one in self._lists.lists()]})

    @described(
        "createList",
        "Lists",
        takes=TitleInput,
        gives={201: Gives((Watchlist,), "It was made.", ("Location",), _LINKS)},
        faults=("409 watchlist_exists", "409 too_many_watchlists"),
    )
    def create(self) -> Response:
        """Make a list: 201 with its name, which follows from the title."""
        made = self._lists.create(inputs.read(TitleInput).title)
        response = jsonify(made.to_json())
        response.status_code = 201
        response.headers["Location"] = f"/api/watchlists/{made.name}"
        return response

    @described("getList", "Lists", gives={200: Watchlist}, faults=("404 unknown_watchlist",))
    def one(self, name: str) -> Response:
        """One list."""
        return jsonify(self._lists.get_list(name).to_json())

    @described(
        "renameList",
        "Lists",
        takes=TitleInput,
        gives={200: Watchlist},
        faults=("404 unknown_watchlist", "409 watchlist_exists"),
    )
    def rename(self, name: str) -> Response:
        """Give a list another title; its name stays."""
        return jsonify(self._lists.rename(name, inputs.read(TitleInput).title).to_json())

    @described(
        "deleteList",
        "Lists",
        gives={
            200: Gives((RemovedList,), links=(Link("undo", body={"undo": "$response.body#/undo"}),))
        },
        faults=("404 unknown_watchlist", "409 watchlist_stays"),
    )
    def delete(self, name: str) -> Response:
        """Delete a list with its symbols; the answer has the token that undoes it."""
        removed = self._lists.delete(name)
        answer = {"deleted": name, "removed": list(removed.symbols), "undo": removed.undo or None}
        return jsonify(answer)
