"""How the application is, for machines that watch it."""

from flask import Blueprint, Response, jsonify

from stockapp.ports import EventLog
from stockapp.services.cache_admin import CacheAdmin
from stockapp.services.sources import Sources
from stockapp.services.vitals import Vitals


class Health:
    """Liveness, readiness, and the figures of every worker."""

    def __init__(self, log: EventLog, sources: Sources, vitals: Vitals, cache: CacheAdmin) -> None:
        self._log = log
        self._sources = sources
        self._vitals = vitals
        self._cache = cache

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("health", __name__)
        blueprint.add_url_rule("/healthz", view_func=self.alive)
        blueprint.add_url_rule("/readyz", view_func=self.ready)
        blueprint.add_url_rule("/api/health/detailed", view_func=self.detailed)
        return blueprint

    def alive(self) -> Response:
        """This worker answers."""
        return Response("ok\n", mimetype="text/plain")

    def ready(self) -> Response:
        """This worker reaches its database."""
        self._log.last_id()
        return Response("ready\n", mimetype="text/plain")

    def detailed(self) -> Response:
        """Workers with their hub lag and memory, how each source last answered, the cache."""
        sources = [
            {
                "source": status.source,
                "method": status.method,
                "outcome": status.outcome.value,
                "reason": status.reason.value if status.reason else None,
                "detail": status.detail,
            }
            for status in self._sources.statuses()
        ]
        troubles = self._cache.troubles()
        cache = {"status": "failing" if troubles else "ok", "troubles": troubles}
        workers = self._vitals.workers()
        return jsonify({"workers": workers, "sources": sources, "cache": cache})
