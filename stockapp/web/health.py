"""How the application is, for machines that watch it."""

from typing import Any

from flask import Blueprint, Response, jsonify

from stockapp.ports import EventLog, StoreTrouble
from stockapp.services.cache_admin import CacheAdmin
from stockapp.services.sources import Sources
from stockapp.services.storage_watch import StorageWatch
from stockapp.services.system_samples import SystemSamples
from stockapp.services.vitals import Vitals
from stockapp.web.openapi import answers_system
from stockapp.web.openapi.call import Gives, described


class Health:
    """Liveness, readiness, and the figures of every worker."""

    def __init__(
        self,
        log: EventLog,
        sources: Sources,
        vitals: Vitals,
        cache: CacheAdmin,
        storage: StorageWatch,
        samples: SystemSamples,
    ) -> None:
        self._log = log
        self._sources = sources
        self._vitals = vitals
        self._cache = cache
        self._storage = storage
        self._samples = samples

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("health", __name__)
        blueprint.add_url_rule("/healthz", view_func=self.alive)
        blueprint.add_url_rule("/readyz", view_func=self.ready)
        blueprint.add_url_rule("/api/health/detailed", view_func=self.detailed)
        return blueprint

    @described("isAlive", "System", gives={200: Gives(says="It answers.", text="text/plain")})
    def alive(self) -> Response:
        """This worker answers."""
        return Response("ok\n", mimetype="text/plain")

    @described("isReady", "System", gives={200: Gives(says="It is ready.", text="text/plain")})
    def ready(self) -> Response:
        """This worker reaches its database."""
        self._log.last_id()
        return Response("ready\n", mimetype="text/plain")

    @described("getHealth", "System", gives={200: answers_system.Health})
    def detailed(self) -> Response:
        """The database, the cache, tasks, streams, all workers, how each source answered."""
        report = self._storage.report
        known: dict[str, Any] = {"workers": [], "sources": [], "tasks": None, "streams": None}
        try:
            known |= self._of_all_workers()
            trouble = report.trouble
        except StoreTrouble as error:
            # What the workers share is not known then; that it is not, is.
            trouble = str(error)
        database = {
            "status": "failing" if trouble else "ok",
            "trouble": trouble,
            "set_aside": list(report.set_aside),
        }
        troubles = self._cache.troubles()
        cache = {"status": "failing" if troubles else "ok", "troubles": troubles}
        return jsonify({"database": database, "cache": cache, **known})

    def _of_all_workers(self) -> dict[str, Any]:
        workers, present = self._vitals.workers(), self._samples.present()
        return {
            "workers": workers,
            "sources": self._last_answers(),
            "tasks": {"running": present.running, "waiting": present.waiting},
            "streams": {
                "open": present.streams,
                "limit": sum(worker["stream_limit"] for worker in workers),
            },
        }

    def _last_answers(self) -> list[dict[str, Any]]:
        return [
            {
                "source": status.source,
                "method": status.method,
                "outcome": status.outcome.value,
                "reason": status.reason.value if status.reason else None,
                "detail": status.detail,
            }
            for status in self._sources.statuses()
        ]
