"""What is old, lacking or contradicted in the data of an analysis."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from stockapp.domain.analysis import Caveat, Severity
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.freshness import Freshness
from stockapp.domain.quote import OtherPrice, Quote
from stockapp.domain.research import Finding, Part
from stockapp.domain.statement import Statement
from stockapp.services.board import QuoteView, SymbolReport
from stockapp.services.doubts import doubts
from stockapp.services.findings import Held
from stockapp.services.gathered import Gathered
from stockapp.services.quotes import Known
from tests.analysis.builders import company, statements
from tests.analysis.test_golden import STILL
from tests.web.boards import NOW, a_quote

DAY = 86_400.0
DOWN = Failure(Reason.TIMEOUT, "Yahoo did not answer in time.")


def known(age: float = 60.0, error: Failure | None = None, **quote: Any) -> Known:
    told: Quote = replace(a_quote("ACME"), **quote)
    view = QuoteView(told, age, Freshness.FRESH, NOW)
    return Known(view, SymbolReport(NOW, error, ()))


def held(
    part: Part, finding: Finding | None, age: float = 60.0, error: Failure | None = None
) -> Held:
    freshness = Freshness.FRESH if age < 3600 else Freshness.STALE
    return Held(part, "ACME", finding, NOW, age, freshness, error, ())


def gathered(
    parts: Mapping[Part, Held] | None = None,
    price: Known | None = None,
    **others: Known,
) -> Gathered:
    told = {Part(kind.value): s for kind, s in statements([STILL] * 3).items()}
    usual: dict[Part, Finding | None] = {**told, Part.PROFILE: company(), Part.HISTORY: None}
    everything = {part: held(part, finding) for part, finding in usual.items()} | dict(parts or {})
    return Gathered(
        "ACME",
        price or known(),
        everything,
        others.get("risk_free") or known(),
        others.get("fx"),
        None,
    )


def found(data: Gathered) -> tuple[Caveat, ...]:
    return doubts(data, NOW.date())


def statement() -> Statement:
    return next(iter(statements([STILL] * 3).values()))


def test_what_is_new_and_agrees_is_not_doubted() -> None:
    assert found(gathered()) == ()


@pytest.mark.parametrize(
    ("days", "severity"), [(3, None), (6, Severity.MEDIUM), (31, Severity.HIGH)]
)
def test_the_market_time_of_a_price_tells_its_age_however_new_the_answer_is(
    days: int, severity: Severity | None
) -> None:
    caveats = found(gathered(price=known(as_of=NOW - timedelta(days=days))))
    assert [c.severity for c in caveats] == ([severity] if severity else [])
    if severity:
        assert f"{days} days ago" in caveats[0].message


def test_an_old_exchange_rate_or_yield_is_named() -> None:
    old = known(as_of=NOW - timedelta(days=90))
    fields = [(c.field, c.severity) for c in found(gathered(risk_free=old, fx=old))]
    assert fields == [("risk_free", Severity.MEDIUM), ("fx", Severity.MEDIUM)]


def test_an_assumed_currency_of_the_price_is_named() -> None:
    (caveat,) = found(gathered(price=known(currency_assumed=True)))
    assert (caveat.field, caveat.severity) == ("currency", Severity.MEDIUM)


def test_a_price_that_another_source_disputes_is_shown_with_both() -> None:
    other = OtherPrice("google", "page", 250.0, "USD", NOW)
    (caveat,) = found(gathered(price=known(disagreeing=(other,))))
    assert "google tells 250 USD in place of 227.5 USD" in caveat.message


@pytest.mark.parametrize("part", [Part.INCOME, Part.PROFILE])
def test_what_could_not_be_renewed_is_told_with_its_age_and_the_reason(part: Part) -> None:
    finding: Finding = company() if part is Part.PROFILE else statement()
    (caveat,) = found(gathered({part: held(part, finding, 25 * DAY, DOWN)}))
    assert "fetched 25 days ago, as asking anew failed: Yahoo did not answer" in caveat.message


def test_what_is_old_is_told_also_where_nobody_was_asked_since() -> None:
    (caveat,) = found(gathered({Part.BALANCE: held(Part.BALANCE, statement(), 30 * DAY)}))
    assert caveat.message == "The balance sheet is one fetched 30 days ago."


def test_statements_of_several_sources_are_named() -> None:
    other = replace(statement(), source="fmp")
    (caveat,) = found(gathered({Part.INCOME: held(Part.INCOME, other)}))
    assert "several sources: FMP, Yahoo" in caveat.message
