"""JSON: analyses, histories and statements."""

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.tasks.workers import eventually

from .analyses import WAIT, analysed

LARK = "/api/analyze/LARK.SIM"


def fair_value(analysis: dict[str, Any]) -> float:
    value: float = analysis["report"]["valuation"]["fair_value"]["value"]
    return value


def tasks(client: FlaskClient, symbol: str) -> list[dict[str, Any]]:
    """The tasks that analyse the symbol."""
    found = client.get("/api/tasks?kind=analysis&limit=200").get_json()["tasks"]
    return [task for task in found if task["params"]["symbol"] == symbol]


def test_an_analysis_is_a_task_with_its_stages_as_items(client: FlaskClient) -> None:
    started = client.get("/api/analyze/QUIL.SIM/async")
    body = started.get_json()
    assert started.status_code == 202
    assert started.headers["Location"] == body["poll_url"]
    assert body["kind"] == "analysis"
    done = client.get(body["poll_url"], headers=WAIT).get_json()
    assert [item["key"] for item in done["items"]] == [
        *("price", "profile", "income", "balance", "cash_flow", "history", "rates"),
        *("valuation", "soundness", "technicals", "store"),
    ]
    assert {item["state"] for item in done["items"]} == {"ok"}
    income = done["result"]["stages"]["income"]
    assert (income["source"], income["method"]) == ("simulated", "statements")
    assert income["attempts"][0]["outcome"] == "ok"
    assert income["fetched_at"].endswith("Z")


def test_while_it_is_fresh_it_is_told_at_once(reader: FlaskClient) -> None:
    analysed(reader)
    answer = reader.post(f"{LARK}/async")
    assert (answer.status_code, answer.get_json()["cached"]) == (200, True)
    left = answer.headers["Cache-Status"].removeprefix("stockapp; hit; ttl=")
    assert 0 < int(left) <= 3_600


def test_other_choices_are_worked_out_at_once_without_a_task(reader: FlaskClient) -> None:
    own = analysed(reader, "SABL.SIM")
    for query in (
        "?growth=0.09",
        "?discount_rate=0.12",
        "?terminal_growth=0.01",
        "?business_type=mature",
        "?analysis_weights=" + quote('{"dcf": 1, "epv": 0, "asset": 0}'),
    ):
        answer = reader.post(f"/api/analyze/SABL.SIM/async{query}")
        assert answer.status_code == 200, query
        assert fair_value(answer.get_json()["analysis"]) != fair_value(own), query
    assert len(tasks(reader, "SABL.SIM")) == 1


def test_weights_may_be_an_object_text_or_three_numbers(reader: FlaskClient) -> None:
    analysed(reader)
    told = [
        reader.post(f"{LARK}/async", json={"analysis_weights": {"dcf": 2, "epv": 1, "asset": 1}}),
        reader.get(f"{LARK}/async?analysis_weights=" + quote('{"dcf":2,"epv":1,"asset":1}')),
        reader.get(f"{LARK}/async?analysis_weights=2,1,1"),
        reader.get(f"{LARK}/async?analysis_weights=0.5,0.25,0.25"),
    ]
    assert len({fair_value(answer.get_json()["analysis"]) for answer in told}) == 1


def test_what_is_left_empty_is_as_if_it_were_not_there(reader: FlaskClient) -> None:
    own = analysed(reader)
    empty = "?business_type=&analysis_weights=&growth=&force="
    told = reader.get(f"{LARK}/async{empty}").get_json()["analysis"]
    assert fair_value(told) == fair_value(own)


def test_what_cannot_be_had_is_not_asked_for_again_for_other_choices(reader: FlaskClient) -> None:
    # An index has no statements, so that its parts are never all there.
    analysed(reader, "INDX.SIM")
    answer = reader.post("/api/analyze/INDX.SIM/async?growth=0.05")
    assert answer.status_code == 200
    assert answer.get_json()["analysis"]["report"]["valuation"] is None
    assert len(tasks(reader, "INDX.SIM")) == 1


def test_after_a_new_analysis_choices_apply_to_that_and_not_to_the_old_one(
    client: FlaskClient,
) -> None:
    analysed(client)
    query = "?growth=0.09"
    before = client.get(f"{LARK}/cached{query}").get_json()["analysis"]
    renewed = analysed(client, query="?force=true")
    after = client.get(f"{LARK}/cached{query}").get_json()["analysis"]
    assert before["made_at"] < renewed["made_at"] < after["made_at"]
    assert after["price"]["as_of"] == renewed["price"]["as_of"]


def test_choices_made_on_one_worker_come_to_apply_to_what_another_has_fetched_since(
    new_app: Callable[..., Flask],
) -> None:
    here, there = (new_app().test_client() for _ in range(2))
    analysed(here)

    def chosen(client: FlaskClient, growth: float) -> str:
        basis: str = client.get(f"{LARK}/cached?growth={growth}").get_json()["analysis"]["basis"]
        return basis

    before = chosen(there, 0.09)
    # What is computed while the other fetches is of the old data, or of the new.
    started = here.post(f"{LARK}/async?force=true").get_json()
    while here.get(started["poll_url"]).get_json()["status"] != "completed":
        chosen(there, 0.08)
    chosen(there, 0.07)
    renewed = here.get(f"{LARK}/cached").get_json()["analysis"]["basis"]
    assert renewed != before
    clients, growths = (here, there), (0.09, 0.08, 0.07)
    assert eventually(
        lambda: {chosen(client, growth) for client in clients for growth in growths} == {renewed}
    )


def test_an_old_analysis_is_told_with_its_age_while_a_new_one_is_made(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app(analysis_fresh_seconds=0.001).test_client()
    analysed(client)
    answer = client.get(f"{LARK}/cached")
    body = answer.get_json()
    assert answer.status_code == 200
    assert body["analysis"]["freshness"] == "stale"
    assert body["task"]["kind"] == "analysis"
    assert int(answer.headers["Cache-Status"].rpartition("=")[2]) < 0


def test_choices_applied_to_old_data_are_never_told_as_new(new_app: Callable[..., Flask]) -> None:
    client = new_app(analysis_fresh_seconds=0.001, simulated_latency_ms=300).test_client()
    analysed(client)
    text = client.get("/stocks/LARK.SIM?growth=9").get_data(as_text=True)
    assert "from old data" in text
    assert client.get(f"{LARK}/cached?growth=0.09").status_code == 202, "it was not kept as new"


def test_the_watchlist_tells_the_last_verdict_with_its_age(client: FlaskClient) -> None:
    told = analysed(client)
    rows = client.get("/api/watchlist/cached").get_json()["items"]
    by_symbol = {row["symbol"]: row["analysis"] for row in rows}
    line = by_symbol["LARK.SIM"]
    assert line["fair_value"] == fair_value(told)
    assert line["verdict"] == told["report"]["valuation"]["verdict"]
    assert (line["freshness"], line["currency"]) == ("fresh", "USD")
    assert line["age_seconds"] >= 0
    assert by_symbol["PELI.SIM"] is None


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("analysis_weights=" + quote('{"dcf": -1}'), "analysis_weights", "negative"),
        ("analysis_weights=" + quote('{"dcf": 0}'), "analysis_weights", "All weights are 0"),
        ("analysis_weights=" + quote('{"magic": 1}'), "analysis_weights", "no method 'magic'"),
        ("analysis_weights=" + quote('{"dcf": NaN}'), "analysis_weights.dcf", "finite"),
        ("analysis_weights=" + quote('{"dcf": 1e999}'), "analysis_weights.dcf", "finite"),
        ("analysis_weights=" + quote('{"dcf": "much"}'), "analysis_weights", "three numbers"),
        ("analysis_weights=1_0,1,1", "analysis_weights", "'1_0' is no number"),
        ("growth=1_0", "growth", "'1_0' is no number"),
        ("growth=text", "growth", "'text' is no number"),
        ("growth=0.1&growth=0.2", "growth", "no number"),
        ("format=xml", "format", "json"),
        ("analysis_weights=" + quote('{"dcf": '), "analysis_weights", "JSON"),
        ("analysis_weights=1,2", "analysis_weights", "three numbers"),
        ("analysis_weights=" + quote('{"dcf": true}'), "analysis_weights", "three numbers"),
        ("business_type=bakery", "business_type", "high_growth"),
        ("growth=nan", "growth", "finite"),
        ("growth=2", "growth", "not 200 %. In calls 0.05 is 5 %."),
        ("discount_rate=0.6", "discount_rate", "between 1 % and 50 %"),
        ("wheights=1", "wheights", "not permitted"),
    ],
)
def test_what_cannot_be_used_is_told_by_field_with_what_to_do(
    reader: FlaskClient, query: str, field: str, said: str
) -> None:
    for call in ("async", "cached") if field != "format" else ("cached",):
        answer = reader.get(f"{LARK}/{call}?{query}")
        body = answer.get_json()
        assert answer.status_code == 422, call
        assert answer.mimetype == "application/problem+json"
        assert (body["code"], body["field"]) == ("invalid_value", field)
        assert said in body["detail"]


def test_an_unknown_symbol_ends_its_task_with_the_reason_of_every_attempt(
    reader: FlaskClient,
) -> None:
    body = reader.post("/api/analyze/NOPE.SIM/async", headers=WAIT).get_json()
    assert body["status"] == "failed"
    assert body["error"]["code"] == "unknown_symbol"
    assert body["result"]["analysis"] is None
    assert {item["state"] for item in body["items"]} <= {"failed", "ok"}, "none is left waiting"
    assert body["progress"]["eta_seconds"] is None
    for stage in ("price", "profile", "income"):
        assert body["result"]["stages"][stage]["error"]["code"] == "not_found"


def test_statements_tell_their_age_and_are_renewed_behind(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app(analysis_fresh_seconds=0.001).test_client()
    analysed(client)
    income = client.get("/api/statements/LARK.SIM").get_json()["statements"][0]
    assert income["freshness"] == "stale"
    assert income["age_seconds"] > 0
    assert len(tasks(client, "LARK.SIM")) == 2


def test_a_name_that_can_be_no_symbol_is_refused_everywhere(reader: FlaskClient) -> None:
    for path in ("analyze/no!/async", "analyze/no!/cached", "history/no!", "statements/no!"):
        answer = reader.get(f"/api/{path}")
        assert answer.status_code == 422
        assert answer.get_json()["field"] == "ticker"


def test_an_empty_list_has_nothing_to_analyse(new_app: Callable[..., Flask]) -> None:
    client = new_app(sample="none").test_client()
    answer = client.post("/api/watchlist/analyze-async")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "empty_watchlist")


@pytest.mark.parametrize(("span", "least", "most"), [("1mo", 15, 25), ("1y", 240, 270)])
def test_a_history_is_cut_to_its_range_with_indicators_of_the_bars_before_it(
    reader: FlaskClient, span: str, least: int, most: int
) -> None:
    analysed(reader)
    told = reader.get(f"/api/history/LARK.SIM?range={span}").get_json()
    assert least <= len(told["days"]) <= most
    assert told["days"] == sorted(told["days"])
    columns = ("open", "high", "low", "close", "volume", "adjusted")
    assert {len(told[name]) for name in columns} == {len(told["days"])}
    assert {len(column) for column in told["indicators"].values()} == {len(told["days"])}
    assert told["indicators"]["sma_200"][0] is not None


def test_longer_bars_have_their_own_indicators(reader: FlaskClient) -> None:
    analysed(reader)
    days = reader.get("/api/history/LARK.SIM?range=5y").get_json()
    weeks = reader.get("/api/history/LARK.SIM?range=5y&interval=1wk").get_json()
    assert len(weeks["days"]) == pytest.approx(len(days["days"]) / 5, rel=0.02)
    assert weeks["close"][-1] == days["close"][-1]
    mean = sum(weeks["close"][-20:]) / 20
    assert weeks["indicators"]["sma_20"][-1] == pytest.approx(mean)


def test_a_history_that_is_not_there_yet_is_a_task_to_follow(client: FlaskClient) -> None:
    answer = client.get("/api/history/OSTR.SIM")
    assert answer.status_code == 202
    assert answer.headers["Cache-Status"] == "stockapp; fwd=miss"
    client.get(answer.get_json()["poll_url"], headers=WAIT)
    assert client.get("/api/history/OSTR.SIM").status_code == 200


def test_a_range_that_there_is_not_is_refused(reader: FlaskClient) -> None:
    for query in ("range=2y", "interval=5m", "format=xls"):
        answer = reader.get(f"/api/history/LARK.SIM?{query}")
        assert answer.status_code == 422
        assert answer.get_json()["field"] == query.partition("=")[0]


def test_statements_are_told_as_their_source_did(reader: FlaskClient) -> None:
    analysed(reader)
    told = reader.get("/api/statements/LARK.SIM").get_json()["statements"]
    assert [one["kind"] for one in told] == ["income", "balance", "cash_flow"]
    assert {one["source"] for one in told} == {"simulated"}
    assert {one["currency"] for one in told} == {"USD"}
    assert len(told[0]["years"]) == 5
    assert told[0]["years"][0]["values"]["revenue"] > 0


def rows_of(client: FlaskClient, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(path).get_data(as_text=True))))


def test_downloads_hold_what_the_json_holds(reader: FlaskClient) -> None:
    told = analysed(reader)
    history = reader.get("/api/history/LARK.SIM?range=5y").get_json()
    bars = rows_of(reader, "/api/history/LARK.SIM?range=5y&format=csv")
    assert [row["day"] for row in bars] == history["days"]
    assert [float(row["close"]) for row in bars] == history["close"]
    assert {row["currency"] for row in bars} == {"USD"}
    statements = rows_of(reader, "/api/statements/LARK.SIM?format=csv")
    revenue = next(row for row in statements if row["line"] == "revenue")
    years = told["report"]["years"]
    assert float(revenue[years[0]["end"]]) == years[0]["values"]["revenue"]
    analysis = rows_of(reader, f"{LARK}/cached?format=csv")
    value = next(row for row in analysis if row["name"] == "fair value")
    assert float(value["value"]) == fair_value(told)
    warnings = [row["note"] for row in analysis if row["section"] == "warning"]
    assert warnings == [caveat["message"] for caveat in told["report"]["caveats"]]
