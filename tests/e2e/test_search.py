"""Searching with real workers and the simulated upstream."""

from concurrent.futures import ThreadPoolExecutor

from .bureau import Bureau


def test_a_search_finds_by_name_symbol_and_isin_and_keeps_what_it_found(bureau: Bureau) -> None:
    first = bureau.server.get("/api/search?q=acme")
    assert first.headers["Cache-Status"] == "stockapp; fwd=miss"
    told = first.json()
    assert [one["symbol"] for one in told["results"]] == ["ACME", "ACME.L"]
    assert told["results"][0]["name"] == "ACME Holdings"
    assert [(a["source"], a["method"], a["outcome"]) for a in told["attempts"]] == [
        ("yahoo", "search", "ok")
    ]
    again = bureau.server.get("/api/search?q=Acme")
    assert again.json()["cached"] is True
    assert again.headers["Cache-Status"].startswith("stockapp; hit; ttl=")
    by_isin = bureau.server.get("/api/search?q=zz0000anvil6").json()
    assert [one["symbol"] for one in by_isin["results"]] == ["ANVIL.T"]
    assert bureau.asked("acme") == ["search"]


def test_ten_windows_ask_once_and_the_next_source_answers_for_one_that_is_limited(
    bureau: Bureau,
) -> None:
    bureau.upstream.fault("search", "status", status=429)
    with ThreadPoolExecutor(10) as pool:
        found = list(
            pool.map(lambda _: bureau.server.get("/api/search?q=bank7 hold").json(), range(10))
        )
    assert {one["results"][0]["symbol"] for one in found} == {"BANK7"}
    assert {one["results"][0]["currency"] for one in found} == {"USD"}
    assert bureau.asked("bank7 hold") == ["search", "fmp/search"]
    assert [a["reason"] for a in found[0]["attempts"]] == ["rate_limited", None]


def test_sources_that_fail_leave_what_is_known_here(bureau: Bureau) -> None:
    bureau.upstream.fault("search", "malformed")
    bureau.upstream.fault("fmp/search", "error", name="daily")
    told = bureau.server.get("/api/search?q=larkspur").json()
    assert [one["symbol"] for one in told["results"]] == ["LARK.SIM"]
    assert told["problem"] == "Yahoo gave no usable answer; type the symbol itself."
    assert [a["reason"] for a in told["attempts"]] == ["bad_response", "quota_exhausted"]
