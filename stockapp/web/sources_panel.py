"""The system page's section about sources, and its buttons."""

from http import HTTPStatus

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from stockapp.ports import Clock
from stockapp.services.source_tests import SourceTesting
from stockapp.services.sources import NoSuchSource, Sources
from stockapp.services.system_samples import SystemSamples
from stockapp.web import done, fragments, htmx, polled
from stockapp.web.errors import not_found
from stockapp.web.present_source_cards import SourcesView, sources_view
from stockapp.web.rendering import render


class SourcesPanel:
    """The section that renews itself; testing a source, and having a method asked again."""

    def __init__(
        self, sources: Sources, testing: SourceTesting, samples: SystemSamples, clock: Clock
    ) -> None:
        self._sources = sources
        self._testing = testing
        self._samples = samples
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("sources_panel", __name__, url_prefix="/system/sources")
        blueprint.add_url_rule("", view_func=self.section)
        blueprint.add_url_rule("/<source>/test", view_func=self.test, methods=["POST"])
        blueprint.add_url_rule("/<source>/<method>/close", view_func=self.close, methods=["POST"])
        blueprint.register_error_handler(Exception, polled.failed)
        return blueprint

    def view(self) -> SourcesView:
        """What the section shows."""
        reports, tests = self._sources.reports(), self._testing.latest()
        return sources_view(reports, tests, self._samples.recent(), self._clock.now())

    def section(self) -> Response:
        """The section alone, as the page renews it."""
        return htmx.uncached(self._html())

    def test(self, source: str) -> AnyResponse:
        """Start a test of a source."""
        try:
            self._testing.start(source)
        except NoSuchSource as error:
            raise not_found("source", str(error)) from None
        return self._did("testing", source)

    def close(self, source: str, method: str) -> AnyResponse:
        """Close a breaker."""
        try:
            self._sources.close_breaker(source, method)
        except NoSuchSource as error:
            raise not_found("source", str(error)) from None
        return self._did("asked-again", source)

    def _html(self) -> str:
        return render("partials/_system_sources.html", sources=self.view())

    def _did(self, key: str, source: str) -> AnyResponse:
        if htmx.is_asking():
            return htmx.uncached(self._html() + fragments.message(done.words(key, "")))
        return redirect(f"/system?done={key}#source-{source}", HTTPStatus.SEE_OTHER)
