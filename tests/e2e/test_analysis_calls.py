"""What analyses refuse, and what can be taken away of them: histories, files, the command."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.free_port import free_port
from tests.upstream.accounts import accounts_of
from tests.upstream.bars import bars_of
from tests.upstream.world import price_of

from .bureau import SETTINGS, STATEMENTS, Bureau
from .server import ROOT

WEIGHTS = "analysis_weights"

# The field at fault, and what was entered there.
WRONG: list[tuple[str, str]] = [
    (WEIGHTS, "-1,1,1"),
    (WEIGHTS, '{"dcf": -0.1}'),
    (WEIGHTS, "0,0,0"),
    (WEIGHTS, "{}"),
    (WEIGHTS, "nan,1,1"),
    (WEIGHTS, "inf,1,1"),
    (WEIGHTS, '{"dcf": NaN}'),
    (WEIGHTS, "1e400,1,1"),
    (WEIGHTS, "a lot"),
    (WEIGHTS, "some,more,most"),
    (WEIGHTS, "1,2"),
    (WEIGHTS, '{"graham": 1}'),
    (WEIGHTS, '{"dcf": "much"}'),
    (WEIGHTS, '{"dcf": '),
    (WEIGHTS, "[1, 2, 3]"),
    ("business_type", "lemonade"),
    ("growth", "nan"),
    ("growth", "7"),
    ("growth", "fast"),
    ("discount_rate", "0"),
    ("discount_rate", "-0.1"),
    ("terminal_growth", "inf"),
    ("force", "perhaps"),
    ("colour", "blue"),
]


def check_problem(answer: requests.Response, field: str, code: str = "invalid_value") -> None:
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (422, code)
    assert problem["field"].partition(".")[0] == field
    assert len(problem["detail"]) > 10


@pytest.mark.parametrize(("field", "text"), WRONG)
def test_what_cannot_be_used_is_refused_with_its_field_and_starts_nothing(
    open_bureau: Bureau, field: str, text: str
) -> None:
    symbol = open_bureau.new()
    with open_bureau.nobody_asked(symbol):
        check_problem(open_bureau.start(symbol, **{field: text}), field)
        if field != "force":
            path = f"/api/analyze/{symbol}/cached"
            check_problem(open_bureau.server.get(path, params={field: text}), field)
    tasks = open_bureau.server.get("/api/tasks?kind=analysis&limit=5").json()["tasks"]
    assert symbol not in [task["params"]["symbol"] for task in tasks]


@pytest.mark.parametrize(
    "weights",
    [{"dcf": -1}, {"dcf": 0, "epv": 0}, {"dcf": "much"}, {"x": 1}, [1, 2, 3], 5],
    ids=str,
)
def test_wrong_weights_in_a_json_body_are_refused_likewise(
    open_bureau: Bureau, weights: Any
) -> None:
    path = f"/api/analyze/{open_bureau.new()}/async"
    check_problem(open_bureau.server.post(path, json={WEIGHTS: weights}), WEIGHTS)


@pytest.mark.parametrize("body", ['{"analysis_weights": {"dcf": NaN}}', '{"analysis_weights": {'])
def test_a_body_that_is_no_json_is_a_problem_too(open_bureau: Bureau, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    path = f"/api/analyze/{open_bureau.new()}/async"
    answer = open_bureau.server.post(path, data=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] in ("bad_request", "invalid_value")


@pytest.mark.parametrize("call", ["analyze/{}/async", "analyze/{}/cached", "history/{}"])
def test_what_can_be_no_ticker_is_refused_everywhere(open_bureau: Bureau, call: str) -> None:
    answer = open_bureau.server.get("/api/" + call.format("A B!"))
    check_problem(answer, "ticker", "invalid_symbol")


class TestHistory:
    def test_it_is_fetched_when_it_is_asked_for_first_and_then_told_at_once(
        self, bureau: Bureau
    ) -> None:
        symbol = bureau.new()
        answer = bureau.server.get(f"/api/history/{symbol}")
        assert answer.status_code == 202
        assert answer.headers["Cache-Status"] == "stockapp; fwd=miss"
        assert bureau.ended(answer.json()["id"])["status"] == "completed"
        with bureau.nobody_asked():
            told = bureau.server.get(f"/api/history/{symbol}?range=5y")
        assert (told.status_code, told.headers["Cache-Status"]) == (200, "stockapp; hit")
        history = told.json()
        # One of the days is without trade, as there are in real histories.
        real = [bar for place, bar in enumerate(bars_of(symbol, 0)) if place != 100]
        assert history["days"] == [bar.day.isoformat() for bar in real]
        assert history["close"] == [bar.close for bar in real]
        assert history["adjusted"] == pytest.approx([bar.adjusted for bar in real])
        assert history["close"][-1] == price_of(symbol, 0)
        assert (history["source"], history["method"]) == ("yahoo", "history")
        assert {len(column) for column in history["indicators"].values()} == {len(real)}

    def test_ranges_and_intervals_are_parts_of_the_same_history(self, bureau: Bureau) -> None:
        symbol = bureau.new()
        bureau.analyse(symbol)

        def told(query: str) -> dict[str, Any]:
            history: dict[str, Any] = bureau.server.get(f"/api/history/{symbol}?{query}").json()
            return history

        with bureau.nobody_asked():
            whole, month = told("range=5y"), told("range=1mo")
            weeks = told("range=1y&interval=1wk")
        last = date.fromisoformat(whole["days"][-1])
        since = (last - timedelta(days=31)).isoformat()
        assert month["days"] == [day for day in whole["days"] if day >= since]
        # Indicators know of the bars before those that are shown.
        shown = len(month["days"])
        for name, column in month["indicators"].items():
            assert column == whole["indicators"][name][-shown:]
            assert None not in column
        assert 52 <= len(weeks["days"]) <= 54
        assert weeks["close"][-1] == whole["close"][-1]

    @pytest.mark.parametrize("query", ["range=2y", "interval=1h", "format=xls", "colour=blue"])
    def test_a_wrong_query_is_refused(self, open_bureau: Bureau, query: str) -> None:
        answer = open_bureau.server.get(f"/api/history/{open_bureau.new()}?{query}")
        check_problem(answer, query.partition("=")[0])


def rows_of(bureau: Bureau, path: str, name: str) -> list[dict[str, str]]:
    """The rows of a CSV download, which is called like that; asks nobody."""
    with bureau.nobody_asked():
        answer = bureau.server.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    return list(csv.DictReader(io.StringIO(answer.text)))


class TestDownloads:
    def test_the_history_comes_as_csv(self, bureau: Bureau) -> None:
        symbol = bureau.new()
        bureau.analyse(symbol)
        path = f"/api/history/{symbol}?range=3mo"
        history = bureau.server.get(path).json()
        rows = rows_of(bureau, f"{path}&format=csv", f"history-{symbol}")
        assert [row["day"] for row in rows] == history["days"]
        for name in ("open", "high", "low", "close", "volume", "adjusted"):
            assert [float(row[name]) for row in rows] == history[name]
        assert {(row["currency"], row["source"]) for row in rows} == {("USD", "yahoo")}

    def test_statements_come_as_their_source_told_them(self, bureau: Bureau) -> None:
        symbol = bureau.new("TWDF")
        bureau.analyse(symbol)
        accounts = list(accounts_of(symbol).items())[:4]
        with bureau.nobody_asked():
            told = bureau.server.get(f"/api/statements/{symbol}").json()["statements"]
        assert [one["kind"] for one in told] == list(STATEMENTS)
        assert {(one["currency"], one["source"]) for one in told} == {("TWD", "yahoo")}
        income = told[0]["years"]
        assert [year["end"] for year in income] == [end.isoformat() for end, _ in accounts]
        assert [y["values"]["revenue"] for y in income] == [a["revenue"] for _, a in accounts]
        rows = rows_of(bureau, f"/api/statements/{symbol}?format=csv", f"statements-{symbol}")
        (revenue,) = [row for row in rows if row["line"] == "revenue"]
        assert (revenue["statement"], revenue["currency"]) == ("income", "TWD")
        for end, lines in accounts:
            assert float(revenue[end.isoformat()]) == lines["revenue"]

    def test_where_there_are_no_statements_that_is_said(self, bureau: Bureau) -> None:
        symbol = bureau.new("^I")
        assert bureau.server.get(f"/api/statements/{symbol}").status_code == 202
        bureau.server.get(f"/api/analyze/{symbol}/async", headers={"Prefer": "wait=30"})
        answer = bureau.server.get(f"/api/statements/{symbol}?format=csv")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_data")

    def test_an_analysis_comes_as_csv_with_every_figure_or_why_there_is_none(
        self, bureau: Bureau
    ) -> None:
        symbol = bureau.new("COUNTLESS")
        analysis = bureau.analyse(symbol)["analysis"]
        path = f"/api/analyze/{symbol}/cached?format=csv"
        rows = rows_of(bureau, path, f"analysis-{symbol}")
        named = {(row["section"], row["name"]): row for row in rows}
        assert named["analysis", "symbol"]["value"] == symbol
        worth = analysis["report"]["valuation"]
        told = float(named["value", "discount rate"]["value"])
        assert told == pytest.approx(worth["discount_rate"])
        for method in worth["methods"]:
            row = named["method", method["title"]]
            assert (row["value"], row["note"]) == ("", method["reason"])
        warnings = [row for row in rows if row["section"] == "warning"]
        assert [row["name"] for row in warnings] == [
            caveat["field"] for caveat in analysis["report"]["caveats"]
        ]

    def test_a_download_by_other_choices_is_of_those(self, bureau: Bureau) -> None:
        symbol = bureau.new()
        bureau.analyse(symbol)
        path = f"/api/analyze/{symbol}/cached?growth=0.03&format=csv"
        rows = rows_of(bureau, path, f"analysis-{symbol}")
        (growth,) = [r for r in rows if (r["section"], r["name"]) == ("value", "growth")]
        assert float(growth["value"]) == 0.03


class TestCommand:
    """`flask analyze`, for which no server need run."""

    def run(self, bureau: Bureau, folder: Path, *words: str) -> "subprocess.Popen[str]":
        environment = {
            **os.environ,
            **{name: str(value) for name, value in SETTINGS.items()},
            **bureau.upstream.settings,
            "STOCKAPP_DATA_DIR": str(folder / "data"),
            "STOCKAPP_SAMPLE": "none",
            "PORT": str(free_port()),
        }
        command = [sys.executable, "-m", "flask", "--app", "app", "analyze", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True
        )

    def test_it_tells_the_same_as_the_server_and_fails_for_what_nobody_knows(
        self, bureau: Bureau, tmp_path: Path
    ) -> None:
        symbol, unknown = bureau.new(), bureau.new("NOPE")
        # Beside each other, as each takes a while to start.
        running = [
            self.run(bureau, tmp_path / "known", symbol, "--json"),
            self.run(bureau, tmp_path / "unknown", unknown),
        ]
        (told, words), (nothing, why) = (process.communicate(timeout=60) for process in running)
        assert [process.returncode for process in running] == [0, 1], words + why
        analysis = json.loads(told)["analysis"]
        server = bureau.analyse(symbol)["analysis"]
        assert analysis["symbol"] == symbol
        assert analysis["report"]["valuation"] == server["report"]["valuation"]
        assert nothing == ""
        assert f"neither a price nor a statement of {unknown}" in why
        assert "Traceback" not in words + why
