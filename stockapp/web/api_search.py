"""JSON: searching for symbols."""

from flask import Blueprint, Response, jsonify

from stockapp.services.remote_search import FRESH_SECONDS
from stockapp.services.search import Found, Search
from stockapp.web import inputs
from stockapp.web.openapi.answers_system import SearchAnswer
from stockapp.web.openapi.call import Gives, described
from stockapp.web.schemas import SearchInput


class SearchApi:
    """Waits for the sources, but not for long."""

    def __init__(self, search: Search) -> None:
        self._search = search

    def blueprint(self) -> Blueprint:
        """The route."""
        blueprint = Blueprint("api_search", __name__, url_prefix="/api")
        blueprint.add_url_rule("/search", view_func=self.search)
        return blueprint

    @described(
        "search",
        "Search",
        takes=SearchInput,
        gives={200: Gives((SearchAnswer,), headers=("Cache-Status",))},
    )
    def search(self) -> Response:
        """What fits the text; 200 also where the sources failed, with the problem in words."""
        wanted = inputs.read(SearchInput)
        found = self._search.find(wanted.q, wanted.limit)
        response = jsonify(found.to_json())
        response.headers["Cache-Status"] = _status(found)
        return response


def _status(found: Found) -> str:
    """Cache-Status (RFC 9211) of the sources' part."""
    if found.cached and found.age is not None:
        return f"stockapp; hit; ttl={round(FRESH_SECONDS - found.age)}"
    return "stockapp; fwd=miss" if found.attempts else "stockapp; hit"
