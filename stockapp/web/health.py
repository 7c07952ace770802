"""How the application is, for machines that watch it."""

from typing import Any

from flask import Blueprint, Response, jsonify

from stockapp.domain.cache_statistics import CacheStatistics
from stockapp.services.board import SourceStatus
from stockapp.services.overview import Overview, Overviews
from stockapp.web.openapi import answers_system
from stockapp.web.openapi.call import Gives, described


class Health:
    """Liveness, readiness, and the figures of every worker."""

    def __init__(self, overviews: Overviews) -> None:
        self._overviews = overviews

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("health", __name__)
        blueprint.add_url_rule("/healthz", view_func=self.alive)
        blueprint.add_url_rule("/readyz", view_func=self.ready)
        blueprint.add_url_rule("/api/health/detailed", view_func=self.detailed)
        return blueprint

    @described(
        "isAlive",
        "System",
        gives={200: Gives(says="It answers.", text=("text/plain", "ok\n"))},
        for_all=True,
    )
    def alive(self) -> Response:
        """This worker answers. It looks at nothing else: a broken disk is no reason to kill it."""
        return _text("ok\n", 200)

    @described(
        "isReady",
        "System",
        gives={200: Gives(says="It is ready.", text=("text/plain", "ready\n"))},
        for_all=True,
    )
    def ready(self) -> Response:
        """Whether this worker can do its work; else 503 with the reasons, one a line.

        Where others do the tasks, what nobody is there to do follows: pages are served still.
        """
        seen = self._overviews.look()
        if obstacles := seen.obstacles():
            response = _text("".join(f"{line}\n" for line in obstacles), 503)
            response.headers["Retry-After"] = "5"
            return response
        return _text("\n".join(("ready", *seen.lacking, "")), 200)

    @described("getHealth", "System", gives={200: answers_system.Health})
    def detailed(self) -> Response:
        """The database, the cache, tasks, streams, all workers, how each source answered."""
        response = jsonify(health_json(self._overviews.look()))
        response.headers["Cache-Control"] = "no-store"
        return response


def health_json(seen: Overview) -> dict[str, Any]:
    """The overview as the JSON interface shows it; null is what could not be told."""
    obstacles = seen.obstacles()
    degraded = seen.cache_troubles or seen.lacking
    sample = seen.sample
    return {
        "status": "failing" if obstacles else "degraded" if degraded else "ok",
        "obstacles": obstacles,
        "lacking": list(seen.lacking),
        "version": seen.version,
        "uptime_seconds": round(seen.uptime_seconds, 1),
        "draining": seen.draining,
        "database": {
            "status": "failing" if seen.database_trouble else "ok",
            "trouble": seen.database_trouble,
            "set_aside": list(seen.set_aside),
            "version": seen.versions[0] if seen.versions else None,
            "pending_migrations": seen.pending_migrations,
        },
        "cache": {
            "status": "failing" if seen.cache_troubles else "ok",
            "troubles": list(seen.cache_troubles),
            **_room(seen.cache),
        },
        "data_folder": dict(seen.folder),
        "workers": list(seen.workers),
        "hub_lag_ms": sample.hub_lag_ms if sample else None,
        "tasks": {"running": sample.running, "waiting": sample.waiting} if sample else None,
        "streams": {
            "open": sample.streams,
            "limit": sum(worker["stream_limit"] for worker in seen.workers),
        }
        if sample
        else None,
        "sources": [_status(status) for status in seen.statuses],
        "breakers": [
            {"source": source, "method": method, **breaker}
            for (source, method), breaker in seen.breakers.items()
            if breaker["state"] != "closed"
        ],
    }


def _text(body: str, status: int) -> Response:
    response = Response(body, status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response


def _room(statistics: CacheStatistics | None) -> dict[str, int | None]:
    return {
        "bytes": statistics.total.bytes if statistics else None,
        "limit_bytes": statistics.limit_bytes if statistics else None,
    }


def _status(status: SourceStatus) -> dict[str, Any]:
    return {
        "source": status.source,
        "method": status.method,
        "outcome": status.outcome.value,
        "reason": status.reason.value if status.reason else None,
        "detail": status.detail,
    }
