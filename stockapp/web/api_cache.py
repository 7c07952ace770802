"""JSON: what the cache holds, and clearing it."""

from flask import Blueprint, Response, jsonify

from stockapp.ports import CacheTrouble
from stockapp.services.cache_admin import CacheAdmin, NoSuchKind
from stockapp.web.errors import Problem, not_found
from stockapp.web.openapi.answers_system import CacheStats, Cleared
from stockapp.web.openapi.call import described
from stockapp.web.routing import know_unless


class CacheApi:
    """The calls about the cache."""

    def __init__(self, admin: CacheAdmin) -> None:
        self._admin = admin

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_cache", __name__, url_prefix="/api/cache")
        blueprint.record(know_unless)
        blueprint.add_url_rule("/stats", view_func=self.stats)
        blueprint.add_url_rule("", view_func=self.clear_all, methods=["DELETE"])
        blueprint.add_url_rule(
            "/<unless('stats'):prefix>", view_func=self.clear, methods=["DELETE"]
        )
        return blueprint

    @described("getCacheStats", "Cache", gives={200: CacheStats}, faults=("503 cache_unavailable",))
    def stats(self) -> Response:
        """Entries, bytes and counts: of all, by prefix, and of each worker's memory."""
        try:
            return jsonify(self._admin.report().to_json())
        except CacheTrouble as error:
            raise unusable(error) from None

    @described("clearCache", "Cache", gives={200: Cleared}, faults=("503 cache_unavailable",))
    def clear_all(self) -> Response:
        """Delete all entries."""
        return jsonify({"deleted": cleared(self._admin, None)})

    @described(
        "clearCacheOf",
        "Cache",
        gives={200: Cleared},
        faults=("404 unknown_prefix", "503 cache_unavailable"),
    )
    def clear(self, prefix: str) -> Response:
        """Delete the entries of one kind."""
        return jsonify({"deleted": cleared(self._admin, prefix)})


def cleared(admin: CacheAdmin, prefix: str | None) -> int:
    """How many entries were deleted. Raises Problem."""
    try:
        return admin.clear(prefix)
    except NoSuchKind as error:
        raise not_found("prefix", str(error)) from None
    except CacheTrouble as error:
        raise unusable(error) from None


def unusable(error: CacheTrouble) -> Problem:
    """What to tell while the cache cannot be used."""
    detail = f"The cache cannot be used at present ({error}). It is tried again every second."
    return Problem(503, "cache_unavailable", detail, headers={"Retry-After": "1"})
