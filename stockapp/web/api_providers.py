"""JSON: the sources, how they fare, testing them and closing their breakers."""

from typing import Any

from flask import Blueprint, Response, jsonify

from stockapp.services.source_tests import SourceTesting
from stockapp.services.sources import NoSuchSource, SourceReport, Sources
from stockapp.services.waiting import TaskWaiter
from stockapp.web import inputs, task_json
from stockapp.web.errors import not_found
from stockapp.web.openapi.answers_system import ClosedProvider, Provider, Providers
from stockapp.web.openapi.answers_tasks import TestDone
from stockapp.web.openapi.call import Gives, described, started


class ProvidersApi:
    """The calls about sources."""

    def __init__(self, sources: Sources, testing: SourceTesting, waiter: TaskWaiter) -> None:
        self._sources = sources
        self._testing = testing
        self._waiter = waiter

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_providers", __name__, url_prefix="/api/providers")
        blueprint.add_url_rule("", view_func=self.list)
        blueprint.add_url_rule("/<source>", view_func=self.one)
        blueprint.add_url_rule("/<source>/test", view_func=self.test, methods=["POST"])
        blueprint.add_url_rule("/<source>/<method>/close", view_func=self.close, methods=["POST"])
        return blueprint

    @described("listProviders", "Sources", gives={200: Providers})
    def list(self) -> Response:
        """All sources, in the order of preference."""
        return jsonify({"providers": [_to_json(report) for report in self._sources.reports()]})

    @described("getProvider", "Sources", gives={200: Provider}, faults=("404 unknown_source",))
    def one(self, source: str) -> Response:
        """One source."""
        try:
            return jsonify(_to_json(self._sources.report(source)))
        except NoSuchSource as error:
            raise not_found("source", str(error)) from None

    @described(
        "testProvider",
        "Sources",
        gives={
            200: Gives((TestDone,), "The task ended while the client waited."),
            202: started(),
        },
        faults=("404 unknown_source",),
        waits=True,
    )
    def test(self, source: str) -> Response:
        """Ask every method of the source for its self-test symbol: a task, or one that runs."""
        try:
            created = self._testing.start(source)
        except NoSuchSource as error:
            raise not_found("source", str(error)) from None
        return task_json.accepted(
            created.task, joined=created.joined, waiter=self._waiter, seconds=inputs.wait_seconds()
        )

    @described(
        "closeBreaker", "Sources", gives={200: ClosedProvider}, faults=("404 unknown_source",)
    )
    def close(self, source: str, method: str) -> Response:
        """Have a method asked again at once."""
        try:
            was_open = self._sources.close_breaker(source, method)
            report = self._sources.report(source)
        except NoSuchSource as error:
            raise not_found("source", str(error)) from None
        return jsonify({**_to_json(report), "closed": was_open})


def _to_json(report: SourceReport) -> dict[str, Any]:
    base = f"/api/providers/{report.name}"
    document = report.to_json()
    for method in document["methods"]:
        method["links"] = {"close": f"{base}/{method['method']}/close"}
    return {**document, "links": {"self": base, "test": f"{base}/test"}}
