"""Where analyses have their data from, and what they say where it is lacking or strange."""

from typing import Any

import pytest

from tests.upstream.accounts import accounts_of, company_of
from tests.upstream.world import price_of, rate

from .bureau import KEYS, STATEMENTS, Bureau, attempts, warned
from .server import eventually

OK = ("ok", None)


def fail(bureau: Bureau, *routes: str) -> None:
    for route in routes:
        bureau.upstream.fault(route, "status", status=500)


def money_of(analysis: dict[str, Any], line: str) -> list[float | None]:
    """A line of the accounts, newest first."""
    return [year["values"].get(line) for year in analysis["report"]["years"]]


def scarce(bureau: Bureau, symbol: str) -> list[str]:
    """What was asked about it, besides its price, of those who allow few requests."""
    return [r for r in bureau.asked(symbol) if r.startswith(("fmp/", "alpha_vantage/"))]


def methods_of(analysis: dict[str, Any]) -> dict[str, Any]:
    return {method["key"]: method for method in analysis["report"]["valuation"]["methods"]}


def test_statements_that_yahoo_does_not_give_come_from_the_next_source(bureau: Bureau) -> None:
    symbol = bureau.new()
    fail(bureau, "timeseries")
    result = bureau.analyse(symbol)
    for name in STATEMENTS:
        stage = result["stages"][name]
        assert (stage["source"], stage["method"]) == ("fmp", "statements")
        assert attempts(stage) == [("yahoo", "failed", "upstream_error"), ("fmp", *OK)]
    accounts = list(accounts_of(symbol).values())
    analysis = result["analysis"]
    assert money_of(analysis, "revenue") == [year["revenue"] for year in accounts]
    spent = [year["capital_expenditure"] for year in accounts]
    assert money_of(analysis, "capital_expenditure") == spent
    assert analysis["report"]["valuation"]["fair_value"]["value"] > 0


def test_what_a_plan_does_not_include_comes_from_the_source_after_that(bureau: Bureau) -> None:
    symbol = bureau.new()
    fail(bureau, "timeseries")
    bureau.upstream.fault("fmp", "error", name="symbol_plan")
    result = bureau.analyse(symbol)
    for name in STATEMENTS:
        stage = result["stages"][name]
        assert (stage["source"], stage["method"]) == ("alpha_vantage", "statements")
        assert attempts(stage) == [
            ("yahoo", "failed", "upstream_error"),
            ("fmp", "failed", "unsupported_symbol"),
            ("alpha_vantage", *OK),
        ]
        assert all(told["detail"] for told in stage["attempts"] if told["reason"])
    accounts = list(accounts_of(symbol).values())
    assert money_of(result["analysis"], "equity") == [year["equity"] for year in accounts]
    assert not any(key in str(result) for key in KEYS.values())


def test_each_statement_finds_a_source_of_its_own_and_that_is_said(bureau: Bureau) -> None:
    symbol = bureau.new()
    fail(bureau, "timeseries/balance", "timeseries/cash_flow", "fmp/cash_flow")
    result = bureau.analyse(symbol)
    told = {name: result["stages"][name]["source"] for name in STATEMENTS}
    assert told == {"income": "yahoo", "balance": "fmp", "cash_flow": "alpha_vantage"}
    (caveat,) = [c for c in result["analysis"]["report"]["caveats"] if c["field"] == "statements"]
    assert "Alpha vantage, FMP, Yahoo" in caveat["message"]
    # All three tell of the same company.
    newest = next(iter(accounts_of(symbol).values()))
    for line, name in (("revenue", "revenue"), ("equity", "equity"), ("depreciation",) * 2):
        assert money_of(result["analysis"], line)[0] == newest[name]


def test_profile_and_history_have_other_sources_too(bureau: Bureau) -> None:
    symbol = bureau.new()
    fail(bureau, "profile", "history", "fmp/profile")
    result = bureau.analyse(symbol)
    told = {name: result["stages"][name]["source"] for name in ("profile", "history")}
    assert told == {"profile": "alpha_vantage", "history": "fmp"}
    company = result["analysis"]["company"]
    assert (company["sector"], company["shares"]) == ("Industrials", 100e6)
    assert company["industry"] == "Specialty Industrial Machinery"
    assert result["analysis"]["figures"]["benchmark"] == "^GSPC"


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "500": ({"kind": "status", "status": 500}, "upstream_error"),
    "malformed": ({"kind": "malformed"}, "bad_response"),
    "truncated": ({"kind": "truncated"}, "bad_response"),
    "html": ({"kind": "html"}, "bad_response"),
    "empty": ({"kind": "empty"}, "bad_response"),
    "wrong_symbol": ({"kind": "wrong_symbol"}, "bad_response"),
    "reset": ({"kind": "reset"}, "connect_failed"),
}


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        *(("yahoo", fault) for fault in FAULTS),
        *(("fmp", fault) for fault in ("malformed", "wrong_symbol", "reset")),
        *(("alpha_vantage", fault) for fault in ("malformed", "wrong_symbol", "reset")),
    ],
)
def test_each_way_to_fail_is_told_with_its_reason(bureau: Bureau, source: str, fault: str) -> None:
    options, reason = FAULTS[fault]
    symbol = bureau.new()
    routes = {
        "yahoo": "timeseries/income",
        "fmp": "fmp/income",
        "alpha_vantage": "alpha_vantage/income",
    }
    fail(bureau, *(route for name, route in routes.items() if name != source))
    bureau.upstream.fault(routes[source], **options)
    result = bureau.analyse(symbol)
    stage = result["stages"]["income"]
    assert stage["success"] is False
    expected = dict.fromkeys(routes, ("failed", "upstream_error")) | {source: ("failed", reason)}
    assert attempts(stage) == [(name, *end) for name, end in expected.items()]
    assert all(told["detail"] for told in stage["attempts"])
    assert warned(result["analysis"])["income"] == "high"


def test_a_source_that_does_not_answer_in_time_is_told_as_late(yahoo: Any) -> None:
    server, upstream = yahoo
    upstream.fault("timeseries", "hang")
    headers = {"Prefer": "wait=30"}
    told = server.get("/api/analyze/LATE/async?force=true", headers=headers).json()
    assert told["status"] == "completed"
    for name in STATEMENTS:
        assert attempts(told["stages"][name]) == [("yahoo", "failed", "timeout")]
    assert told["analysis"]["report"]["valuation"] is None


def test_a_source_that_limits_the_rate_is_left_alone_until_a_person_says_otherwise(
    bureau: Bureau,
) -> None:
    bureau.upstream.fault("timeseries", "status", status=429, retry_after=600)
    first = bureau.analyse(bureau.new())["stages"]
    reasons = {attempts(first[name])[0][2] for name in STATEMENTS}
    assert "rate_limited" in reasons <= {"rate_limited", "circuit_open"}

    def income() -> tuple[str, str, str | None]:
        return attempts(bureau.analyse(bureau.new())["stages"]["income"])[0]

    # Workers learn of it from each other.
    assert eventually(
        lambda: {income() for _ in range(4)} == {("yahoo", "skipped", "circuit_open")}
    )
    bureau.upstream.heal("timeseries")
    answer = bureau.server.post("/api/providers/yahoo/statements/close")
    assert answer.json()["closed"] is True
    assert eventually(lambda: {income() for _ in range(4)} == {("yahoo", "ok", None)})


def test_without_any_statement_there_is_the_price_part_and_a_warning_for_each(
    bureau: Bureau,
) -> None:
    symbol = bureau.new()
    fail(bureau, "timeseries", "fmp", "alpha_vantage")
    result = bureau.analyse(symbol)
    analysis = result["analysis"]
    assert analysis["price"]["amount"] == price_of(symbol, 0)
    assert analysis["figures"]["volatility"] > 0
    assert (analysis["report"]["valuation"], analysis["report"]["soundness"]) == (None, None)
    assert {warned(analysis)[name] for name in STATEMENTS} == {"high"}
    for name in STATEMENTS:
        assert [end[2] for end in attempts(result["stages"][name])] == ["upstream_error"] * 3
    # That holds for other weights, too, and asks nobody: it was asked a moment ago.
    assert bureau.again(symbol, analysis_weights="1,1,1")["report"]["valuation"] is None


def test_when_everything_is_down_the_task_fails_and_says_why(bureau: Bureau) -> None:
    symbol = bureau.new()
    fail(bureau, "*")
    task = bureau.run(symbol)
    assert (task["status"], task["error"]["code"]) == ("failed", "no_data")
    assert "HTTP 500" in task["error"]["detail"]
    states = bureau.states(task["id"])
    assert {states[name] for name in ("price", "profile", *STATEMENTS, "history")} == {"failed"}
    assert task["result"]["analysis"] is None
    assert bureau.server.get(f"/api/analyze/{symbol}/cached").status_code == 202


def test_when_everything_is_down_what_is_held_stays_and_is_marked_as_old(bureau: Bureau) -> None:
    symbol = bureau.new()
    before = bureau.analyse(symbol)["analysis"]
    fail(bureau, "*")
    result = bureau.analyse(symbol, force="true")
    for name in ("price", "profile", *STATEMENTS, "history"):
        stage = result["stages"][name]
        assert (stage["success"], stage["source"]) == (False, "yahoo")
        assert stage["error"]["code"] == "upstream_error"
    after = result["analysis"]
    assert {warned(after)[name] for name in (*STATEMENTS, "price")} == {"medium"}
    assert after["price"] == before["price"]
    assert after["report"]["years"] == before["report"]["years"]


def test_a_bank_of_which_nobody_tells_the_kind_gets_no_verdict(bureau: Bureau) -> None:
    symbol = bureau.new("BANK")
    fail(bureau, "profile", "fmp", "alpha_vantage")
    analysis = bureau.analyse(symbol)["analysis"]
    assert warned(analysis)["business_type"] == "high"
    assert analysis["report"]["valuation"]["verdict"] == "none"


def test_without_a_balance_sheet_no_value_of_the_business_is_told(bureau: Bureau) -> None:
    symbol = bureau.new()
    fail(bureau, "timeseries/balance", "fmp", "alpha_vantage")
    analysis = bureau.analyse(symbol)["analysis"]
    assert analysis["report"]["valuation"]["fair_value"]["value"] is None
    reasons = {method["reason"] for method in methods_of(analysis).values()}
    assert reasons == {"What is owed is unknown.", "The equity is unknown."}


def test_an_unknown_ticker_fails_as_unknown(bureau: Bureau) -> None:
    symbol = bureau.new("NOPE")
    task = bureau.run(symbol)
    assert (task["status"], task["error"]["code"]) == ("failed", "unknown_symbol")
    assert "does not know" in task["error"]["detail"]
    assert scarce(bureau, symbol) == []
    income = task["result"]["stages"]["income"]
    assert attempts(income)[1:] == [
        ("fmp", "skipped", "not_found"),
        ("alpha_vantage", "skipped", "not_found"),
    ]


@pytest.mark.parametrize(
    ("kind", "suffix", "type_", "words"),
    [("^I", "", "index", "An index"), ("FUND", "", "fund", "A fund")],
)
def test_what_is_no_company_has_a_price_part_alone_and_says_so(
    bureau: Bureau, kind: str, suffix: str, type_: str, words: str
) -> None:
    symbol = bureau.new(kind, suffix)
    analysis = bureau.analyse(symbol)["analysis"]
    assert analysis["company"]["security_type"] == type_
    assert (analysis["report"]["valuation"], analysis["report"]["soundness"]) == (None, None)
    assert analysis["figures"]["week52_high"] >= analysis["figures"]["week52_low"] > 0
    (caveat,) = analysis["report"]["caveats"]
    assert caveat["message"].startswith(f"{words} has no statements")
    assert scarce(bureau, symbol) == []
    assert bureau.again(symbol, analysis_weights="1,1,1")["report"]["valuation"] is None


def test_a_currency_pair_is_not_asked_about_its_statements(bureau: Bureau) -> None:
    analysis = bureau.analyse("CHFCAD=X")["analysis"]
    assert analysis["price"]["amount"] == pytest.approx(rate("CHF", "CAD"), rel=1e-5)
    assert analysis["report"]["valuation"] is None
    asked = bureau.asked("CHFCAD=X")
    assert not [route for route in asked if route.startswith(("timeseries", "fmp", "alpha"))]


@pytest.mark.parametrize(
    ("kind", "type_", "title"),
    [
        ("BANK", "bank", "Residual income"),
        ("INSUR", "insurance", "Residual income"),
        ("REIT", "reit", "Adjusted funds from operations"),
        ("PLAIN", "manufacturing", "Discounted cash flow"),
        ("TWDF", "technology", "Discounted cash flow"),
    ],
)
def test_each_kind_of_business_is_valued_in_its_own_way(
    bureau: Bureau, kind: str, type_: str, title: str
) -> None:
    symbol = bureau.new(kind)
    worth = bureau.analyse(symbol)["analysis"]["report"]["valuation"]
    assert worth["business_type"] == worth["detected_type"] == type_
    assert title in [method["title"] for method in worth["methods"]]
    assert all(method["value"] > 0 and method["steps"] for method in worth["methods"])
    # The accounts were made so as to make some sense of the price.
    assert 0.2 < worth["fair_value"]["value"] / price_of(symbol, 0) < 5
    assert worth["verdict"] != "none"


def test_a_company_of_one_year_gets_values_but_no_verdict(bureau: Bureau) -> None:
    analysis = bureau.analyse(bureau.new("YOUNG"))["analysis"]
    assert len(analysis["report"]["years"]) == 1
    assert warned(analysis)["years"] == "high"
    worth = analysis["report"]["valuation"]
    assert worth["verdict"] == "none" and worth["fair_value"]["value"] > 0
    assert {grown["rate"] for grown in analysis["report"]["soundness"]["growth"]} == {None}


def test_negative_equity_is_worth_nothing_as_assets_and_has_no_return(bureau: Bureau) -> None:
    symbol = bureau.new("OWES")
    analysis = bureau.analyse(symbol)["analysis"]
    assert money_of(analysis, "equity")[0] == next(iter(accounts_of(symbol).values()))["equity"] < 0
    asset = methods_of(analysis)["asset"]
    assert asset["value"] in (0, None)
    assert "asset" not in analysis["report"]["valuation"]["fair_value"]["weights"]
    ratios = {ratio["name"]: ratio for ratio in analysis["report"]["soundness"]["ratios"]}
    assert ratios["P/B"]["value"] is None and ratios["P/B"]["reason"]


def test_without_a_count_of_shares_there_is_no_value_per_share_and_a_warning(
    bureau: Bureau,
) -> None:
    analysis = bureau.analyse(bureau.new("COUNTLESS"))["analysis"]
    worth = analysis["report"]["valuation"]
    assert (worth["verdict"], worth["fair_value"]["value"]) == ("none", None)
    assert [method["value"] for method in worth["methods"]] == [None] * 3
    assert all(method["reason"] for method in worth["methods"])
    assert warned(analysis)["shares"] == "high"


def test_foreign_statements_are_converted_once_by_a_rate_that_is_shown(bureau: Bureau) -> None:
    symbol = bureau.new("TWDF")
    result = bureau.analyse(symbol)
    assert "in TWD" in result["stages"]["income"]["note"]
    assert "TWDUSD=X" in result["stages"]["rates"]["note"]
    worth = result["analysis"]["report"]["valuation"]
    told = {name: worth["fx"][name] for name in ("base", "target", "rate")}
    assert told == {"base": "TWD", "target": "USD", "rate": price_of("TWDUSD=X", 0)}
    assert worth["currency"] == "USD"
    expected = [year["revenue"] * told["rate"] for year in accounts_of(symbol).values()]
    assert money_of(result["analysis"], "revenue") == pytest.approx(expected[:4])
    assert warned(result["analysis"])["fx"] == "low"


def test_without_a_rate_foreign_statements_give_no_value_per_share_and_a_warning(
    bureau: Bureau,
) -> None:
    symbol = bureau.new("TWDF")
    for route, pair in (("yahoo", "TWDUSD=X"), ("fmp", "TWDUSD"), ("alpha_vantage", "TWDUSD=X")):
        bureau.upstream.fault(route, "status", status=500, symbol=pair)
    result = bureau.analyse(symbol)
    assert result["stages"]["rates"]["success"] is False
    analysis = result["analysis"]
    worth = analysis["report"]["valuation"]
    assert (worth["fx"], worth["fair_value"]["value"], worth["verdict"]) == (None, None, "none")
    assert [method["value"] for method in worth["methods"]] == [None] * 3
    assert warned(analysis)["fx"] == "high"
    # They are shown as told, in the currency they are in.
    assert analysis["report"]["currency"] == "TWD"
    newest = next(iter(accounts_of(symbol).values()))
    assert money_of(analysis, "revenue")[0] == newest["revenue"]


def test_a_london_share_in_pence_is_valued_in_pounds(bureau: Bureau) -> None:
    symbol = bureau.new(suffix=".L")
    analysis = bureau.analyse(symbol)["analysis"]
    assert analysis["price"]["currency"] == "GBp"
    assert analysis["price"]["amount"] == price_of(symbol, 0)
    worth = analysis["report"]["valuation"]
    company = company_of(symbol)
    assert company is not None
    assert (worth["currency"], worth["fx"]) == ("GBP", None)
    assert worth["fair_value"]["price"] == pytest.approx(company.price)
    assert 0.2 < worth["fair_value"]["value"] / company.price < 5
    assert "market_cap" not in warned(analysis)
