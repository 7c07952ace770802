"""The page about stockapp itself, its parts that renew themselves, and its controls."""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from stockapp.fetching.breaker import Breaker, BreakerState
from stockapp.services.sources import MethodReport, SourceReport
from stockapp.services.storage_watch import StorageReport
from stockapp.web.present_health import health_view
from stockapp.web.present_work import LAGGING_MS
from tests.tasks.workers import eventually
from tests.web.boards import NOW

PARTS = ("health", "tasks", "workers", "sources", "cache")
TASK = "/api/watchlist/live-prices-async?symbols=LARK.SIM,QUIL.SIM&force=true"

# Each call that controls the running system, and the form of the page that does the same.
CONTROLS = {
    ("DELETE", "/api/cache"): "/system/cache/clear",
    ("DELETE", "/api/cache/<unless('stats'):prefix>"): "/system/cache/clear",
    ("POST", "/api/providers/<source>/test"): "/system/sources/<source>/test",
    ("POST", "/api/providers/<source>/<method>/close"): "/system/sources/<source>/<method>/close",
    ("DELETE", "/api/tasks/<task_id>"): "/tasks/<task_id>/cancel",
    ("POST", "/api/tasks/<task_id>/retry"): "/tasks/<task_id>/retry",
}
OF_THE_SYSTEM = ("/api/cache", "/api/providers", "/api/tasks", "/api/system", "/api/health")


def page(client: FlaskClient, path: str = "/system") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def rules(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


class TestControls:
    def test_each_call_that_controls_the_system_has_its_form(
        self, new_app: Callable[..., Flask]
    ) -> None:
        known = rules(new_app())
        calls = {
            (method, rule)
            for method, rule in known
            if rule.startswith(OF_THE_SYSTEM) and method != "GET"
        }
        assert calls == set(CONTROLS)
        assert {("POST", form) for form in CONTROLS.values()} <= known

    def test_the_forms_are_on_the_page(self, new_app: Callable[..., Flask]) -> None:
        app = new_app(simulated_latency_ms=300)
        client = app.test_client()
        done = client.post(TASK, headers={"Prefer": "wait=20"}).get_json()["id"]
        slow = client.post(TASK.replace("QUIL", "BRAM")).get_json()["id"]
        html = page(client)
        for action in (
            "/system/sources/simulated/test",
            "/system/cache/clear",
            "/system/cache/verify",
            f"/tasks/{done}/retry",
            f"/tasks/{slow}/cancel",
        ):
            assert f'action="{action}"' in html
        assert '<input type="hidden" name="kind" value="quote">' in html

    def test_checking_the_cache_says_what_came_of_it(self, client: FlaskClient) -> None:
        # The first look after a start may still be under way.
        assert eventually(lambda: client.post("/system/cache/verify").status_code == 303)
        answer = client.post("/system/cache/verify")
        assert answer.location == "/system?done=verified&what=0#cache"
        assert "none is damaged" in page(client, answer.location)
        part = client.post("/system/cache/verify", headers={"HX-Request": "true"})
        text = part.get_data(as_text=True)
        assert text.startswith('<section id="cache"')
        assert 'hx-target="#status"' in text

    def test_a_task_cancelled_here_leads_back_here(self, new_app: Callable[..., Flask]) -> None:
        client = new_app(simulated_latency_ms=20_000).test_client()
        task_id = client.post(TASK).get_json()["id"]
        headers = {"Referer": "http://localhost/system"}
        answer = client.post(f"/tasks/{task_id}/cancel", headers=headers)
        assert answer.location == "/system?done=cancelled"

    def test_what_cannot_be_done_is_said_in_the_status_line(self, reader: FlaskClient) -> None:
        answer = reader.post("/system/sources/nobody/test", headers={"HX-Request": "true"})
        assert answer.status_code == 404
        assert 'hx-target="#status"' in answer.get_data(as_text=True)
        assert "no source" in answer.get_data(as_text=True)


class TestParts:
    @pytest.mark.parametrize("part", PARTS)
    def test_a_part_is_the_same_as_on_the_page_and_does_not_talk(
        self, reader: FlaskClient, part: str
    ) -> None:
        html = page(reader, f"/system/{part}")
        opening = html[: html.index(">") + 1]
        assert f'hx-get="/system/{part}"' in opening
        assert 'hx-swap="outerMorph"' in opening
        assert opening in page(reader)
        assert not re.search(r'role="(status|alert|log)"|aria-live', html)
        assert "style=" not in html

    def test_the_page_has_one_region_that_talks(self, reader: FlaskClient) -> None:
        html = page(reader)
        assert re.findall(r'<\w+ id="(\w+)"[^>]* role="status"', html) == ["status"]
        assert html.count('role="status"') == 1

    def test_headings_go_down_a_step_at_a_time(self, client: FlaskClient) -> None:
        client.post(TASK, headers={"Prefer": "wait=20"})
        levels = [int(level) for level in re.findall(r"<h([1-6])", page(client))]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))

    def test_each_section_is_reached_from_the_head(self, reader: FlaskClient) -> None:
        html = page(reader)
        contents = html[html.index('class="contents"') :]
        for anchor in re.findall(r'href="#(\w+)"', contents[: contents.index("</nav>")]):
            assert f'<section id="{anchor}"' in html

    def test_charts_say_what_they_show(self, reader: FlaskClient) -> None:
        names = re.findall(r'role="img" aria-label="([^"]+)"', page(reader, "/system/workers"))
        assert [name.split(" in the last ")[0] for name in names] == [
            "Hub lag",
            "Open streams",
            "Memory of all workers",
        ]

    def test_a_task_that_runs_and_how_ones_ended_are_told(self, client: FlaskClient) -> None:
        client.post(TASK, headers={"Prefer": "wait=20"})
        html = page(client, "/system/tasks")
        assert "Refresh of 2 symbols" in html
        assert "2 updated" in html
        assert "0 running, 0 waiting" in html


class TestApi:
    def test_samples_are_told(self, client: FlaskClient) -> None:
        def samples() -> list[dict[str, Any]]:
            told: list[dict[str, Any]] = client.get("/api/system/samples").get_json()["samples"]
            return told

        assert eventually(lambda: len(samples()) > 0)
        assert set(samples()[0]) == {
            "at",
            "tasks",
            "streams",
            "memory_bytes",
            "hub_lag_ms",
            "items",
            "requests",
        }

    def test_health_tells_of_tasks_and_streams(self, new_app: Callable[..., Flask]) -> None:
        client = new_app(simulated_latency_ms=20_000).test_client()
        path = "/api/health/detailed"
        assert eventually(lambda: bool(client.get(path).get_json()["workers"]))
        client.post(TASK)
        assert eventually(
            lambda: client.get(path).get_json()["tasks"] == {"running": 1, "waiting": 0}
        )
        assert client.get(path).get_json()["streams"] == {"open": 0, "limit": 2000}


def a_source(name: str = "yahoo", *methods: BreakerState, missing: str = "") -> SourceReport:
    told = [
        MethodReport(f"m{n}", 1, False, Breaker(state=state), None)
        for n, state in enumerate(methods)
    ]
    return SourceReport(name, name.title(), missing, False, False, "AAPL", (), told)


def a_worker(lag: float) -> Mapping[str, Any]:
    return {"host": "web", "pid": 7, "hub_lag_ms": {"p50": 0.1, "p99": lag, "max": lag}}


class TestTheHead:
    def test_all_is_well(self) -> None:
        source = a_source("yahoo", BreakerState.CLOSED)
        view = health_view(StorageReport(), [], [source], [a_worker(5)], NOW)
        assert (view.level, view.line, view.complaints) == ("good", "All is well", ())

    def test_whatever_is_wrong_is_said_the_gravest_first(self) -> None:
        sources = [
            a_source("google", BreakerState.OPEN, BreakerState.CLOSED),
            a_source("yahoo", BreakerState.OPEN),
        ]
        view = health_view(
            StorageReport("the disk is full", ("old.sqlite3",)),
            ["no space left"],
            sources,
            [a_worker(LAGGING_MS)],
            NOW,
        )
        assert view.level == "bad"
        assert view.line == "6 things are not as they should be"
        assert [(c.mark, c.anchor) for c in view.complaints] == [
            ("bad", "storage"),
            ("bad", "cache"),
            ("bad", "source-yahoo"),
            ("warn", "storage"),
            ("warn", "source-google"),
            ("warn", "workers"),
        ]
        assert view.complaints[4].words == "Google fails at m0; its other methods go on."

    def test_a_source_without_its_key_is_nothing_wrong(self) -> None:
        source = a_source("fmp", BreakerState.OPEN, missing="FMP_API_KEY")
        assert health_view(StorageReport(), [], [source], [], NOW).level == "good"
