"""The whole JSON interface, asked with everything its description allows, and with what it forbids.

schemathesis runs all its phases with all its checks: examples, the edges of every schema, random
data, and calls that follow each other by links. STOCKAPP_SCHEMATHESIS_EXAMPLES asks for more
(`make soak`).
"""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses
import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER

from stockapp.web.api_watchlist import WORDS

EXAMPLES = int(os.environ.get("STOCKAPP_SCHEMATHESIS_EXAMPLES", "2"))
CONFIG: dict[str, Any] = {
    "continue-on-failure": True,
    "generation": {
        "max-examples": EXAMPLES,
        # The same cases in each run, but where somebody wants to find new ones.
        "deterministic": "STOCKAPP_SCHEMATHESIS_EXAMPLES" not in os.environ,
        "no-shrink": True,
        # Titles and notes are printable, which no schema can say of all of Unicode.
        "codec": "ascii",
    },
    "operations": [
        # DELETE cancels a task, and leaves it there.
        {"include-tag": "Tasks", "checks": {"use_after_free": {"enabled": False}}},
        # No schema knows which symbols there are.
        {
            "include-operation-id": "addItem",
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", "422"]}
            },
        },
    ],
}
# No source knows any symbol: the answer of Alpha Vantage to what it does not list.
UNKNOWN: dict[str, Any] = {"Global Quote": {}}
SOURCE = {
    "sources": "alpha_vantage",
    "alpha_vantage_api_key": "key",
    "alpha_vantage_a_second": 1_000_000,
    "alpha_vantage_a_day": 1_000_000_000,
}


def adapt(context: Any, case: Any, kwargs: Any) -> None:
    """What a schema cannot say: a field is sent once, nothing moves to where it is, and `undo` is
    no symbol. And nobody waits here for ten seconds.
    """
    parts, query = case.path_parameters or {}, case.query or {}
    if parts.get("ticker") in WORDS:
        parts["ticker"] = parts["ticker"].upper()
    if case.meta and case.meta.generation.mode.is_positive and isinstance(case.body, dict):
        for name in set(query) & set(case.body):
            del query[name]
        if case.body.get("to", "") == (query.get("from") or case.body.get("from")):
            case.body["to"] += "-2"
    if (case.headers or {}).get("Prefer") == "wait=10":
        case.headers["Prefer"] = "wait=1"


@pytest.fixture
def adapted() -> Iterator[None]:
    GLOBAL_HOOK_DISPATCHER.register_hook_with_name(adapt, "before_call")
    yield
    GLOBAL_HOOK_DISPATCHER.unregister(adapt)


@pytest.fixture
def upstream() -> Iterator[None]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as fake:
        fake.add(responses.GET, re.compile(r"https://www\.alphavantage\.co/.*"), json=UNKNOWN)
        yield


def failures(event: events.EngineEvent) -> Iterator[str]:
    """What an event of the run tells of failures, each with a command that shows it."""
    if isinstance(event, events.NonFatalError):
        yield f"{event.label}: {event.info}"
    if isinstance(event, events.ScenarioFinished):
        for checks in event.recorder.checks.values():
            for check in checks:
                if check.failure_info:
                    failure = check.failure_info
                    yield f"{check.name}: {failure.failure}\n{failure.code_sample}"


@pytest.mark.timeout(3000)
@pytest.mark.first
def test_nothing_that_is_sent_has_an_answer_that_is_not_described(
    new_app: Callable[..., Flask], adapted: None, upstream: None
) -> None:
    app = new_app(sample="none", cpu_processes=1, **SOURCE)
    app.test_client().post("/api/watchlist/add-many", json={"text": "LARK.SIM QUIL.SIM"})
    schema = schemathesis.openapi.from_wsgi(
        "/api/openapi.json", app, config=SchemathesisConfig.from_dict(CONFIG)
    )
    wrong: list[str] = []
    phases: dict[str, Status] = {}
    cases = 0
    for event in from_schema(schema).execute():
        wrong += failures(event)
        if isinstance(event, events.PhaseFinished):
            phases[event.phase.name.value] = event.status
        if isinstance(event, events.ScenarioFinished):
            cases += len(event.recorder.cases)
    if wrong:
        pytest.fail("\n\n".join(wrong))
    ran = ("examples", "coverage", "fuzzing", "stateful")
    assert {name: phases[name] for name in ran} == dict.fromkeys(ran, Status.SUCCESS)
    assert cases > 1000
