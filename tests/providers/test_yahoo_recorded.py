"""Every recorded Yahoo answer gives the recorded numbers, or a reason that fits.

The answers are not ours to publish: RECORDED_ANSWERS names the folder that holds them.
"""

import json
import math
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.providers.base import Answer
from stockapp.providers.yahoo.provider import Yahoo

FOLDER = os.environ.get("RECORDED_ANSWERS")
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
METHODS = {"v7_quote": "quote", "v8_chart": "chart"}


@dataclass(frozen=True)
class Recorded:
    path: Path
    method: str
    status: int
    url: str

    @property
    def body(self) -> bytes:
        return self.path.read_bytes()

    def symbols(self) -> list[str]:
        address = urlsplit(self.url)
        if self.method == "chart":
            return [unquote(address.path.rsplit("/", 1)[1])]
        return parse_qs(address.query)["symbols"][0].split(",")


def recorded() -> list[Recorded]:
    if not FOLDER:
        return []
    entries = json.loads((Path(FOLDER) / "index.json").read_text())
    return [
        Recorded(Path(FOLDER) / e["file"], METHODS[e["endpoint"]], e["status"], e["url"])
        for e in entries
        if e["provider"] == "yahoo" and e["endpoint"] in METHODS
    ]


def number(value: Any) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None


def positive(value: Any) -> float | None:
    found = number(value)
    return found if found and found > 0 else None


def raw_rows(entry: Recorded) -> dict[str, dict[str, Any]]:
    """The rows of a good answer, read without our own code."""
    try:
        document = json.loads(entry.body)
    except ValueError:
        return {}
    if entry.method == "quote":
        rows = (document.get("quoteResponse") or {}).get("result") or []
        return {row["symbol"]: row for row in rows}
    results = (document.get("chart") or {}).get("result") or []
    return {entry["meta"]["symbol"]: entry["meta"] for entry in results}


def expected_previous(method: str, row: dict[str, Any]) -> float | None:
    if method == "quote":
        return positive(row.get("regularMarketPreviousClose"))
    previous = positive(row.get("previousClose"))
    return previous or (positive(row.get("chartPreviousClose")) if row["range"] == "1d" else None)


def check_quote(entry: Recorded, quote: Quote, row: dict[str, Any]) -> None:
    assert quote.price == number(row["regularMarketPrice"])
    assert quote.currency == row.get("currency")
    assert quote.as_of.timestamp() == row["regularMarketTime"]
    assert quote.previous_close == expected_previous(entry.method, row)
    told = number(row.get("regularMarketChangePercent"))
    if told is not None:
        assert quote.change_percent == told


def check_failure(entry: Recorded, failure: Failure, row: dict[str, Any] | None) -> None:
    if entry.status == 429:
        assert failure.reason is Reason.RATE_LIMITED
    elif entry.status == 401:
        assert failure.reason is Reason.UNAUTHORIZED
    elif entry.status >= 400:
        assert failure.reason in {Reason.NOT_FOUND, Reason.NO_DATA, Reason.BAD_RESPONSE}
    elif row is None:
        assert failure.reason is Reason.NOT_FOUND
    else:
        assert failure.reason is Reason.NO_DATA
        assert not positive(row.get("regularMarketPrice")) or not row.get("regularMarketTime")
    assert failure.detail


def test_there_are_recorded_answers_of_both_methods() -> None:
    assert {entry.method for entry in recorded()} == {"quote", "chart"}


@pytest.mark.parametrize("entry", recorded(), ids=lambda entry: entry.path.name)
def test_a_recorded_answer_gives_its_numbers_or_a_fitting_reason(entry: Recorded) -> None:
    rows = raw_rows(entry)
    symbols = list(dict.fromkeys([*entry.symbols(), *rows]))
    if entry.method == "chart":
        symbols = list(rows) or entry.symbols()
    answer = Answer(entry.status, {}, entry.body, NOW)
    parsed = Yahoo(8).parse(entry.method, symbols, answer)
    assert set(parsed) == set(symbols)
    for symbol, outcome in parsed.items():
        if isinstance(outcome, Quote):
            check_quote(entry, outcome, rows[symbol])
        else:
            check_failure(entry, outcome, rows.get(symbol))
