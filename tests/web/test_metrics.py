"""What machines that watch it are told: metrics, readiness, health; and the ids of requests."""

import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from stockapp import context
from stockapp.services.looks import Look
from stockapp.version import VERSION
from tests.tasks.workers import eventually

NewApp = Callable[..., Flask]
ROOT = Path(__file__).parent.parent.parent
REFRESH = "/api/watchlist/live-prices-async?force=true&symbols="


def metric(client: FlaskClient, name: str, **labels: str) -> float:
    """The sum of the samples of that name with these labels; 0 where there is none."""
    text = client.get("/metrics").text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def names_told(text: str) -> set[str]:
    """The names that samples of these metrics may have."""
    names = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M):
        ends = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
        names |= {f"{name}{end}" for end in ends}
    return names


class TestMetrics:
    def test_requests_are_counted_by_route_and_not_by_address(self, client: FlaskClient) -> None:
        for symbol in ("LARK.SIM", "QUIL.SIM", "a b"):
            client.get(f"/api/analyze/{symbol}/cached")
        client.get("/no/such/page")
        client.open("/healthz", method="BREW")
        name = "stockapp_http_requests_total"
        assert metric(client, name, endpoint="api_analysis.cached", method="GET") == 3
        assert metric(client, name, endpoint="-", status="404") == 1
        assert metric(client, name, method="other", status="405") == 1
        took = "stockapp_http_request_duration_seconds_count"
        assert metric(client, took, endpoint="api_analysis.cached") == 3

    def test_tasks_items_and_sources_are_counted_once(self, new_app: NewApp) -> None:
        """Each worker hears of all; only the one that did it counts it."""
        one, other = (new_app().test_client() for _ in range(2))
        one.post(f"{REFRESH}LARK.SIM,NOPE.SIM", headers={"Prefer": "wait=20"})
        both = (one, other)

        def told(name: str, **labels: str) -> float:
            return sum(metric(client, name, **labels) for client in both)

        ended = "stockapp_tasks_ended_total"
        assert eventually(lambda: told(ended, kind="live_prices", status="completed") == 1)
        took = "stockapp_task_duration_seconds_count"
        assert eventually(lambda: told(took, kind="live_prices") == 1)
        items = "stockapp_task_items_total"
        assert told(items, kind="live_prices", state="ok", source="simulated", reason="") == 1
        assert told(items, state="failed", source="", reason="not_found") == 1
        asked = "stockapp_source_request_duration_seconds_count"
        assert told(asked, source="simulated", method="quote", outcome="ok") >= 1
        attempts = "stockapp_source_attempts_total"
        assert told(attempts, source="simulated", outcome="ok") == 1
        assert told(attempts, source="simulated", outcome="failed", reason="not_found") == 1

    def test_a_cancelled_task_counts(self, new_app: NewApp) -> None:
        client = new_app(simulated_latency_ms=20_000).test_client()
        task = client.post(f"{REFRESH}LARK.SIM").get_json()["task_id"]
        client.delete(f"/api/tasks/{task}")
        client.delete(f"/api/tasks/{task}")
        assert metric(client, "stockapp_tasks_ended_total", status="cancelled") == 1

    def test_who_is_over_a_limit_counts(self, new_app: NewApp) -> None:
        client = new_app(limit_starts="1/minute").test_client()
        for symbol in ("LARK.SIM", "QUIL.SIM", "BRAM.SIM"):
            client.post(REFRESH + symbol)
        assert metric(client, "stockapp_rate_limited_requests_total", policy="starts") == 2

    def test_the_state_of_all_workers_is_told_once(self, new_app: NewApp) -> None:
        one, other = (new_app().test_client() for _ in range(2))
        assert eventually(lambda: metric(one, "stockapp_workers") == 2)
        for client in (one, other):
            assert metric(client, "stockapp_streams_limit") == 4000
            assert metric(client, "stockapp_database_up") == 1
            assert metric(client, "stockapp_cache_up") == 1
            assert metric(client, "stockapp_data_folder_free_bytes") > 0
            assert metric(client, "stockapp_build_info", version=VERSION) == 1
            assert metric(client, "stockapp_source_breaker_open", source="simulated") == 0
            assert metric(client, "stockapp_hub_lag_seconds", quantile="0.99") < 60
        assert metric(one, "stockapp_tasks_waiting") == 0

    def test_the_cache_is_told(self, client: FlaskClient) -> None:
        client.post(f"{REFRESH}LARK.SIM", headers={"Prefer": "wait=20"})
        assert eventually(lambda: metric(client, "stockapp_cache_bytes", kind="quote") > 0)
        assert eventually(lambda: metric(client, "stockapp_cache_misses_total", kind="quote") > 0)
        assert metric(client, "stockapp_cache_limit_bytes") == 100_000_000

    def test_names_and_words_are_as_prometheus_wants_them(self, client: FlaskClient) -> None:
        families = list(text_string_to_metric_families(client.get("/metrics").text))
        names = [family.name for family in families]
        assert len(set(names)) == len(names)
        for family in families:
            assert family.name.startswith("stockapp_")
            assert family.documentation.endswith((".", "quantiles."))
            assert not re.search(r"_(ms|milliseconds|percent)$", family.name)


class TestWhatWatchesThem:
    """The dashboard and the alerts speak of metrics that there are."""

    def test_the_dashboard(self, client: FlaskClient) -> None:
        board = json.loads((ROOT / "deploy/grafana/stockapp.json").read_text())
        told = [t["expr"] for panel in board["panels"] for t in panel.get("targets", ())]
        assert len(told) > 30
        self._check(client, told)

    def test_the_alerts(self, client: FlaskClient) -> None:
        (group,) = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"]
        self._check(client, [rule["expr"] for rule in group["rules"]])
        page = (ROOT / "docs/operations.md").read_text()
        assert [rule["alert"] for rule in group["rules"] if rule["alert"] not in page] == []

    def test_every_metric_is_explained(self, client: FlaskClient) -> None:
        page = (ROOT / "docs/operations.md").read_text()
        names = re.findall(r"^# TYPE (\S+) ", client.get("/metrics").text, re.M)
        assert [name for name in names if f"`{name}`" not in page] == []

    def _check(self, client: FlaskClient, expressions: list[str]) -> None:
        known = names_told(client.get("/metrics").text)
        used = {name for told in expressions for name in re.findall(r"stockapp_\w+", told)}
        assert used - known == set()


class TestHealth:
    def test_a_worker_that_can_work_is_ready(self, client: FlaskClient) -> None:
        assert client.get("/healthz").text == "ok\n"
        assert eventually(lambda: client.get("/readyz").status_code == 200)

    def test_one_that_stops_says_so_and_still_lives(self, new_app: NewApp) -> None:
        app = new_app()
        client = app.test_client()
        assert eventually(lambda: client.get("/readyz").status_code == 200)
        app.extensions["stockapp"].drain()
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.text == "the worker is stopping\n"
        assert client.get("/healthz").status_code == 200
        told = client.get("/api/health/detailed").get_json()
        assert (told["status"], told["draining"]) == ("failing", True)

    def test_a_database_that_cannot_be_used_is_told(self, new_app: NewApp, tmp_path: Path) -> None:
        client = new_app().test_client()
        assert eventually(lambda: client.get("/readyz").status_code == 200)
        database = tmp_path / "stockapp.sqlite3"
        # Whoever looks in between makes a new one.
        while not database.is_dir():
            database.unlink(missing_ok=True)
            with suppress(FileExistsError):
                database.mkdir()
        for beside in ("-wal", "-shm"):
            database.with_name(database.name + beside).unlink(missing_ok=True)
        assert eventually(lambda: client.get("/readyz").status_code == 503)
        assert "the database cannot be used: " in client.get("/readyz").text
        assert client.get("/healthz").status_code == 200
        told = client.get("/api/health/detailed").get_json()
        assert (told["status"], told["database"]["status"]) == ("failing", "failing")
        assert metric(client, "stockapp_database_up") == 0
        database.rmdir()
        assert eventually(lambda: client.get("/readyz").status_code == 200)

    def test_all_that_there_is_to_know(self, client: FlaskClient) -> None:
        assert eventually(lambda: bool(client.get("/api/health/detailed").get_json()["workers"]))
        told: dict[str, Any] = client.get("/api/health/detailed").get_json()
        assert (told["status"], told["obstacles"], told["version"]) == ("ok", [], VERSION)
        assert told["uptime_seconds"] >= 0
        assert told["database"]["pending_migrations"] == 0
        assert told["data_folder"]["free_bytes"] > 0
        assert told["hub_lag_ms"] >= 0
        assert told["breakers"] == []


class TestLooks:
    def test_a_part_that_hangs_is_told_of_and_asked_once(self) -> None:
        calls: list[float] = []

        def hang() -> None:
            calls.append(time.monotonic())
            time.sleep(0.5)

        look = Look(hang, seconds=0.01)
        assert look.told() == (None, "it did not answer within 0.01 s")
        look.told()
        assert len(calls) == 1


class TestRequestIds:
    def test_one_that_is_told_is_kept(self, client: FlaskClient) -> None:
        answer = client.get("/healthz", headers={"X-Request-ID": "proxy:1.a_b-C"})
        assert answer.headers.getlist("X-Request-ID") == ["proxy:1.a_b-C"]

    @pytest.mark.parametrize("told", ["", "a b", "x" * 65, "ä", '<script>"', "a=b"])
    def test_one_that_is_odd_is_not(self, client: FlaskClient, told: str) -> None:
        answer = client.get("/healthz", headers={"X-Request-ID": told})
        assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-ID"])

    def test_each_request_has_its_own_also_one_that_fails(self, client: FlaskClient) -> None:
        paths = ("/", "/no/such/page", "/static/css/base.css", "/api/tasks/none")
        assert len({client.get(path).headers["X-Request-ID"] for path in paths}) == 4

    def test_ids_of_two_workers_differ_though_they_share_the_code(
        self, new_app: Callable[..., Flask]
    ) -> None:
        clients = [new_app().test_client() for _ in range(2)]
        ids = {one.get("/healthz").headers["X-Request-ID"] for one in clients}
        assert len({told[:10] for told in ids}) == 2

    def test_the_views_work_belongs_to_it(self, new_app: NewApp) -> None:
        app = new_app()
        seen: list[dict[str, str]] = []

        def who() -> str:
            seen.append(dict(context.ids()))
            return ""

        app.add_url_rule("/who", view_func=who)
        app.test_client().get("/who", headers={"X-Request-ID": "r1"})
        assert seen == [{"request_id": "r1"}]


class TestTheAccessLog:
    @pytest.fixture
    def lines(self) -> Iterator[list[dict[str, Any]]]:
        """What it says, whatever applications of this process made of the log."""
        logger = logging.getLogger("stockapp.web.watched")
        lines: list[dict[str, Any]] = []
        handler = logging.Handler()
        handler.emit = lambda record: lines.append(dict(record.__dict__))  # type: ignore[method-assign]
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        yield lines
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)

    def test_each_request_has_a_line_without_its_query(
        self, new_app: NewApp, lines: list[dict[str, Any]]
    ) -> None:
        client = new_app(access_log=True).test_client()
        address = {"REMOTE_ADDR": "192.0.2.9"}
        told = client.get("/api/tasks/none?token=abc", environ_base=address, buffered=True)
        client.get("/no/such/page", buffered=True)
        task, nowhere = lines
        names = ("method", "endpoint", "path", "status", "client")
        assert {name: task[name] for name in names} == {
            "method": "GET",
            "endpoint": "api_tasks.task",
            "path": "/api/tasks/none",
            "status": "404",
            "client": "192.0.2.9",
        }
        assert task["bytes"] == len(told.data)
        assert task["elapsed_ms"] > 0
        assert "abc" not in str(task)
        assert (nowhere["endpoint"], nowhere["status"]) == ("-", "404")

    def test_without_the_setting_there_is_none(
        self, client: FlaskClient, lines: list[dict[str, Any]]
    ) -> None:
        client.get("/healthz", buffered=True)
        assert lines == []
