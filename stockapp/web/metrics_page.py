"""Metrics for Prometheus: what all workers counted, and how all is now."""

from pathlib import Path

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric

from stockapp.metrics import summing
from stockapp.metrics.counts import Counts
from stockapp.ports import Executor
from stockapp.services.overview import Overviews
from stockapp.web import gauges


class MetricsPage:
    """The same figures whichever worker is asked."""

    def __init__(self, counts: Counts, overviews: Overviews, executor: Executor) -> None:
        self._counts = counts
        self._overviews = overviews
        self._executor = executor

    def blueprint(self) -> Blueprint:
        """The route."""
        blueprint = Blueprint("metrics", __name__)
        blueprint.add_url_rule("/metrics", view_func=self.metrics)
        return blueprint

    def metrics(self) -> Response:
        """All metrics in Prometheus' text format."""
        self._counts.flush()
        now = list(gauges.families(self._overviews.look()))
        folder = summing.folder()
        if folder:
            # Written there as well: a few thousand lines take some milliseconds.
            body = self._executor.run_blocking(_written, folder, self._counts.empty, now)
        else:
            body = summing.written([*self._counts.registry.collect(), *now])
        response = Response(body, content_type=CONTENT_TYPE_PLAIN_0_0_4)
        response.headers["Cache-Control"] = "no-store"
        return response


def _written(folder: Path, empty: list[Metric], now: list[Metric]) -> bytes:
    return summing.written([*summing.of_all(folder, empty), *now])
