"""What becomes of analyses when something goes wrong while they are made."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from stockapp import create_app
from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.domain.event import task_topic
from stockapp.ports import StoreTrouble
from stockapp.settings import Settings
from tests.contract.embedded import open_embedded
from tests.e2e.checks import done_twice

WAIT = {"Prefer": "wait=30"}


class Broken(EmbeddedExecutor):
    """A process pool that fails for the calls of that name, as it does when processes die."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fails: Callable[[str, tuple[Any, ...]], Exception | None] = lambda name, args: None

    def run_cpu(self, call: Callable[..., Any], /, *args: Any, timeout_seconds: float) -> Any:
        error = self.fails(call.__name__, args)
        if error:
            raise error
        return call(*args)


@pytest.fixture
def pool() -> Broken:
    return Broken(64)


@pytest.fixture
def client(tmp_path: Path, pool: Broken, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """A worker whose processes can be made to fail."""
    monkeypatch.setattr("stockapp.bootstrap.embedded.EmbeddedExecutor", lambda *a, **k: pool)
    values = {"data_dir": tmp_path, "sample": "simulated", "simulated_latency_ms": 5}
    app = create_app(Settings.model_validate({**values, "log_level": "CRITICAL"}))
    yield app.test_client()
    app.extensions["stockapp"].close()


def analyse(client: FlaskClient, symbol: str = "LARK.SIM", query: str = "") -> dict[str, Any]:
    path = f"/api/analyze/{symbol}/async{query}"
    body: dict[str, Any] = client.post(path, headers=WAIT).get_json()
    return body


def states(task: dict[str, Any]) -> dict[str, str]:
    return {item["key"]: item["state"] for item in task["items"]}


def test_a_value_that_cannot_be_computed_fails_its_stages_and_the_rest_goes_on(
    client: FlaskClient, pool: Broken
) -> None:
    pool.fails = lambda name, args: TimeoutError("it took too long") if name == "analyse" else None
    task = analyse(client)
    assert task["status"] == "completed"
    failed = [key for key, state in states(task).items() if state == "failed"]
    assert failed == ["valuation", "soundness", "store"]
    why = task["result"]["stages"]["valuation"]["error"]
    assert why == {
        "code": "internal",
        "detail": "It could not be computed: it took too long.",
        "retry_after_seconds": None,
    }
    assert task["result"]["analysis"]["figures"]["volatility"] > 0
    assert client.get("/api/watchlist/cached").get_json()["items"][0]["analysis"] is None


def test_what_was_computed_before_another_run_is_told_once(
    client: FlaskClient, pool: Broken, tmp_path: Path
) -> None:
    troubles = [StoreTrouble("away for a moment")]
    pool.fails = lambda name, args: troubles.pop() if name == "analyse" and troubles else None
    task = analyse(client)
    assert (task["status"], troubles) == ("completed", [])
    assert set(states(task).values()) == {"ok"}
    backends = open_embedded(tmp_path, SystemClock())
    try:
        assert done_twice(backends.log.since(0, topic=task_topic(task["id"]))) == []
    finally:
        backends.close()


def test_what_worked_before_stays_when_it_cannot_be_computed_anew(
    client: FlaskClient, pool: Broken
) -> None:
    before = analyse(client)["result"]["analysis"]
    pool.fails = lambda name, args: RuntimeError("it died twice") if name == "analyse" else None
    analyse(client, query="?force=true")
    kept = client.get("/api/analyze/LARK.SIM/cached").get_json()["analysis"]
    assert kept["made_at"] == before["made_at"]


def test_indicators_that_cannot_be_computed_leave_the_value(
    client: FlaskClient, pool: Broken
) -> None:
    pool.fails = lambda name, args: RuntimeError("no") if name == "chart_as_json" else None
    task = analyse(client)
    assert states(task)["technicals"] == "failed"
    assert task["result"]["analysis"]["report"]["valuation"]["fair_value"]["value"] > 0


def test_choices_that_cannot_be_computed_just_now_are_told_with_when_to_come_back(
    client: FlaskClient, pool: Broken
) -> None:
    analyse(client)
    pool.fails = lambda name, args: TimeoutError("every process was busy")
    answer = client.get("/api/analyze/LARK.SIM/cached?growth=0.07")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "not_computed")
    assert answer.headers["Retry-After"]
    page = client.get("/stocks/LARK.SIM?growth=7")
    assert page.status_code == 200
    assert "It could not be computed: every process was busy." in page.get_data(as_text=True)


def test_one_symbol_that_stockapp_stumbles_over_does_not_fail_the_whole_list(
    client: FlaskClient, pool: Broken
) -> None:
    pool.fails = lambda name, args: (
        ZeroDivisionError() if name == "analyse" and args[0].symbol == "LARK.SIM" else None
    )
    task = client.post("/api/watchlist/analyze-async", headers=WAIT).get_json()
    assert task["status"] == "completed"
    assert task["result"]["summary"] == {"ok": 11, "failed": 1}
    assert states(task)["LARK.SIM"] == "failed"


def test_a_list_counts_as_analysed_only_what_was_kept(client: FlaskClient, pool: Broken) -> None:
    pool.fails = lambda name, args: TimeoutError("too long") if name == "analyse" else None
    task = client.post("/api/watchlist/analyze-async", headers=WAIT).get_json()
    assert task["result"]["summary"] == {"ok": 0, "failed": 12}


def test_a_list_that_is_asked_for_anew_by_force_does_not_join_one_that_is_not(
    client: FlaskClient,
) -> None:
    plain = client.post("/api/watchlist/analyze-async").get_json()
    forced = client.post("/api/watchlist/analyze-async?force=true").get_json()
    again = client.post("/api/watchlist/analyze-async?force=true").get_json()
    assert plain["id"] != forced["id"]
    assert again["id"] == forced["id"]
