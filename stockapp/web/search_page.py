"""What a search found, for the field that adds symbols."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.ports import RateLimited
from stockapp.services.search import Found, Search
from stockapp.web import htmx
from stockapp.web.rendering import render
from stockapp.web.watchlist_views import FoundView, OptionView

# So many options can be looked through at a glance.
MOST_OPTIONS = 8
_NOTHING = "Nothing found; a symbol can be added all the same."


class SearchPage:
    """Options as one types."""

    def __init__(self, search: Search) -> None:
        self._search = search

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("search_page", __name__)
        blueprint.add_url_rule("/search", view_func=self.options)
        blueprint.register_error_handler(Exception, htmx.failed)
        return blueprint

    def options(self) -> AnyResponse:
        """What fits the text, to choose from."""
        if not htmx.is_asking():
            return redirect("/", 303)
        text = request.args.get("symbol", "")
        # First what is known here; the answer itself then asks for what sources find.
        at_once = "sources" not in request.args
        found = found_view(self._found(text, at_once=at_once))
        response: Response = htmx.uncached(render("partials/_found.html", found=found))
        return response

    def _found(self, text: str, *, at_once: bool) -> Found:
        try:
            return self._search.find(text, limit=MOST_OPTIONS, at_once=at_once)
        except RateLimited as error:
            # What is known here can be chosen all the same.
            known = self._search.find(text, limit=MOST_OPTIONS, at_once=True)
            return replace(known, asking=False, problem=str(error))


def found_view(found: Found) -> FoundView:
    """What was found, for templates."""
    options = tuple(
        OptionView(
            symbol=listing.symbol,
            name=listing.name or "",
            about=", ".join(
                part
                for part in (
                    listing.exchange,
                    listing.security_type.value if listing.security_type else None,
                    listing.currency,
                )
                if part
            ),
            listed=listing.symbol in found.listed,
        )
        for listing in found.listings
    )
    nothing = _NOTHING if found.query and not options and not found.asking else ""
    more = urlencode({"symbol": found.query, "sources": "yes"})
    return FoundView(
        options=options,
        note=found.problem or nothing,
        failed=found.problem is not None,
        more=f"/search?{more}" if found.asking else "",
    )
