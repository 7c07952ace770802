"""Histories that come to be held while somebody asks for them."""

from dataclasses import fields
from datetime import UTC, datetime
from unittest.mock import create_autospec

import pytest
from flask import Flask
from flask.testing import FlaskClient

from stockapp.domain.bars import Bars, BarsOrigin
from stockapp.domain.indicators import Indicators
from stockapp.services.analyses import Analyses, Begun
from stockapp.services.histories import History
from stockapp.services.waiting import TaskWaiter
from stockapp.web import errors
from stockapp.web.api_history import HistoryApi

ORIGIN = BarsOrigin("LARK.SIM", "USD", "simulated", "history", datetime(2026, 7, 1, tzinfo=UTC))
DAY = {ORIGIN.fetched_at.date(): (1.0, 2.0, 0.5, 1.5, 100.0, 1.5)}
HISTORY = History(
    Bars.of(ORIGIN, DAY), Indicators(*((None,) for _ in fields(Indicators))), 1.0, stale=False
)


@pytest.fixture
def analyses() -> Analyses:
    """Those of a worker that finds all fresh when it is to start one."""
    analyses: Analyses = create_autospec(Analyses, instance=True)
    analyses.start.return_value = Begun(None, False)  # type: ignore[attr-defined]
    return analyses


@pytest.fixture
def client(analyses: Analyses) -> FlaskClient:
    app = Flask("history")
    errors.register(app)
    waiter = create_autospec(TaskWaiter, instance=True)
    app.register_blueprint(HistoryApi(analyses, waiter).blueprint())
    return app.test_client()


def test_what_an_analysis_brought_between_the_look_and_the_start_is_told(
    client: FlaskClient, analyses: Analyses
) -> None:
    analyses.history.side_effect = [None, HISTORY]  # type: ignore[attr-defined]
    answer = client.get("/api/history/LARK.SIM")
    assert (answer.status_code, answer.get_json()["close"]) == (200, [1.5])


def test_what_no_source_has_is_told_as_such(client: FlaskClient, analyses: Analyses) -> None:
    analyses.history.side_effect = [None, None]  # type: ignore[attr-defined]
    answer = client.get("/api/history/LARK.SIM")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_data")
