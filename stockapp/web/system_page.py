"""The page that tells how stockapp itself fares; its sections are panels of their own."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, request

from stockapp.ports import Clock, StoreTrouble
from stockapp.services.sources import Sources
from stockapp.services.storage_watch import StorageWatch
from stockapp.services.vitals import Vitals
from stockapp.web import done, htmx, polled
from stockapp.web.cache_panel import CachePanel
from stockapp.web.present_health import HealthView, health_view, unreadable
from stockapp.web.rendering import render
from stockapp.web.sources_panel import SourcesPanel
from stockapp.web.work_panel import WorkPanel

T = TypeVar("T")


class SystemPage:
    """The whole page, and its head, which renews itself."""

    def __init__(
        self,
        sources_panel: SourcesPanel,
        cache_panel: CachePanel,
        work_panel: WorkPanel,
        storage: StorageWatch,
        sources: Sources,
        vitals: Vitals,
        clock: Clock,
    ) -> None:
        self._sources_panel = sources_panel
        self._cache_panel = cache_panel
        self._work_panel = work_panel
        self._storage = storage
        self._sources = sources
        self._vitals = vitals
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("system", __name__, url_prefix="/system")
        blueprint.add_url_rule("", view_func=self.page)
        blueprint.add_url_rule("/health", view_func=self.health)
        blueprint.register_error_handler(Exception, polled.failed)
        return blueprint

    def page(self) -> Response:
        """The whole page."""
        html = render(
            "pages/system.html",
            health=self._health(),
            work=_if_known(self._work_panel.work),
            machine=_if_known(self._work_panel.machine),
            sources=_if_known(self._sources_panel.view),
            cache=self._cache_panel.view(),
            troubles=self._cache_panel.troubles(),
            said=done.words(request.args.get("done", ""), request.args.get("what", "")),
        )
        return htmx.uncached(html)

    def health(self) -> Response:
        """The head alone; it can be told whatever is wrong."""
        return htmx.uncached(render("partials/_system_health.html", health=self._health()))

    def _health(self) -> HealthView:
        now = self._clock.now()
        try:
            return health_view(
                self._storage.report,
                self._cache_panel.troubles(),
                self._sources.reports(),
                self._vitals.workers(),
                now,
            )
        except StoreTrouble as trouble:
            return unreadable(str(trouble), now)


def _if_known(view: Callable[[], T]) -> T | None:
    """None while the store does not tell: the head says why, and the part asks again."""
    try:
        return view()
    except StoreTrouble:
        return None
