"""The page that tells how stockapp itself fares: its sources and, in cache_panel, its cache."""

from http import HTTPStatus

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.ports import Clock
from stockapp.services.source_tests import SourceTesting
from stockapp.services.sources import NoSuchSource, Sources
from stockapp.web import done, htmx
from stockapp.web.cache_panel import CachePanel
from stockapp.web.errors import not_found
from stockapp.web.present_system import SourceCardView, source_cards
from stockapp.web.rendering import render


class SystemPage:
    """The page, its part that is renewed, and its buttons."""

    def __init__(
        self, sources: Sources, testing: SourceTesting, cache: CachePanel, clock: Clock
    ) -> None:
        self._sources = sources
        self._testing = testing
        self._cache = cache
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("system", __name__, url_prefix="/system")
        blueprint.add_url_rule("", view_func=self.page)
        blueprint.add_url_rule("/sources", view_func=self.cards)
        blueprint.add_url_rule("/sources/<source>/test", view_func=self.test, methods=["POST"])
        blueprint.add_url_rule(
            "/sources/<source>/<method>/close", view_func=self.close, methods=["POST"]
        )
        return blueprint

    def page(self) -> Response:
        """The whole page."""
        said = done.words(request.args.get("done", ""), request.args.get("what", ""))
        html = render(
            "pages/system.html",
            sources=self._cards(),
            cache=self._cache.view(),
            troubles=self._cache.troubles(),
            said=said,
        )
        return htmx.uncached(html)

    def cards(self) -> Response:
        """The sources alone, as the page renews them."""
        return htmx.uncached(render("partials/_source_cards.html", sources=self._cards()))

    def test(self, source: str) -> AnyResponse:
        """Start a test of a source."""
        try:
            self._testing.start(source)
        except NoSuchSource as error:
            raise not_found("source", str(error)) from None
        return self._done()

    def close(self, source: str, method: str) -> AnyResponse:
        """Close a breaker."""
        try:
            self._sources.close_breaker(source, method)
        except NoSuchSource as error:
            raise not_found("source", str(error)) from None
        return self._done()

    def _cards(self) -> tuple[SourceCardView, ...]:
        return source_cards(self._sources.reports(), self._testing.latest(), self._clock.now())

    def _done(self) -> AnyResponse:
        if htmx.is_asking():
            return self.cards()
        return redirect("/system", HTTPStatus.SEE_OTHER)
