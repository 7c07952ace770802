"""What must hold for every business, however strange its numbers."""

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.analysis.accounts import CurrencyMismatch, converted, merged
from stockapp.analysis.business_type import weights_of
from stockapp.analysis.report import analyse
from stockapp.analysis.valuation import dcf
from stockapp.analysis.valuation.equity import Bridge
from stockapp.domain.analysis import FxRate, Verdict
from stockapp.domain.choices import BusinessType, Choices
from stockapp.domain.report import Report
from stockapp.domain.statement import SHARE_COUNTS, Line, StatementKind

from .builders import NOW, company, inputs, statements
from .test_golden import MAKER, STILL

GROWING = [
    {name: v if "shares" in name else v * 1.06**-place for name, v in STILL.items()}
    for place in range(5)
]
TYPES = [None, *BusinessType]

money = st.floats(min_value=1.0, max_value=1e6)
rates = st.floats(min_value=0.05, max_value=0.20)
forecasts = st.builds(
    dcf.Forecast,
    base=money,
    growth=st.floats(min_value=-0.10, max_value=0.15),
    terminal=st.floats(min_value=0.0, max_value=0.025),
    rate=st.floats(min_value=0.06, max_value=0.20),
    bridge=st.builds(Bridge, debt=money, cash=money, minority=money, shares=money),
    mid_year=st.booleans(),
)


def numbers_in(value: Any) -> Iterator[float]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from numbers_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from numbers_in(part)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from numbers_in(getattr(value, field.name))


def per_share(report: Report) -> dict[str, float | None]:
    assert report.valuation
    return {m.key: m.value for m in report.valuation.methods}


def scaled(factor: float) -> Report:
    years = [
        {name: v if "shares" in name else v * factor for name, v in year.items()}
        for year in GROWING
    ]
    about = replace(MAKER, market_cap=1600 * factor)
    return analyse(inputs(statements(years), about=about, price=16.0 * factor))


@given(st.sampled_from([1e-3, 0.25, 3.0, 1e4]))
def test_values_scale_with_money_and_ratios_do_not(factor: float) -> None:
    plain, other = scaled(1.0), scaled(factor)
    for key, value in per_share(plain).items():
        assert per_share(other)[key] == pytest.approx((value or 0) * factor)
    assert plain.valuation and other.valuation and plain.soundness and other.soundness
    assert other.valuation.fair_value.margin == pytest.approx(plain.valuation.fair_value.margin)
    assert other.valuation.capital.wacc == pytest.approx(plain.valuation.capital.wacc)
    assert other.soundness.health.percent == pytest.approx(plain.soundness.health.percent)
    assert [r.value for r in other.soundness.ratios] == pytest.approx(
        [r.value for r in plain.soundness.ratios]
    )


@given(forecasts, money)
def test_more_debt_never_raises_the_value(forecast: dcf.Forecast, more: float) -> None:
    indebted = replace(
        forecast, bridge=replace(forecast.bridge, debt=(forecast.bridge.debt or 0) + more)
    )
    assert (indebted.per_share() or 0) <= (forecast.per_share() or 0)


@given(forecasts, st.floats(min_value=0.0, max_value=0.1))
def test_a_higher_discount_rate_never_raises_the_value(forecast: dcf.Forecast, more: float) -> None:
    dearer = replace(forecast, rate=forecast.rate + more)
    assert (dearer.enterprise() or 0) <= (forecast.enterprise() or 0) * (1 + 1e-12)


@given(forecasts)
def test_the_implied_growth_gives_the_price_again(forecast: dcf.Forecast) -> None:
    price = forecast.per_share()
    assert price is not None
    implied = dcf.implied_growth(forecast, price)
    assert implied is not None and abs(implied - forecast.growth) < 1e-4
    again = replace(forecast, growth=implied).per_share()
    assert again == pytest.approx(price, rel=1e-4, abs=1e-4 * forecast.base)


@given(forecasts)
def test_the_middle_of_the_sensitivity_table_is_the_value(forecast: dcf.Forecast) -> None:
    table = dcf.sensitivity(forecast)
    assert len(table.values) == 5 and {len(row) for row in table.values} == {5}
    assert table.values[2][2] == forecast.per_share()


def test_a_rate_too_close_to_growth_is_refused_with_its_reason() -> None:
    forecast = dcf.Forecast(100, 0.02, 0.025, 0.034, Bridge(0, 0, 0, 10))
    method = dcf.method(forecast, "")
    assert method.value is None and method.reason and "less than one point" in method.reason


def test_converting_twice_is_found() -> None:
    rate = FxRate("TWD", "USD", 1 / 32, NOW)
    for statement in statements([STILL], "TWD").values():
        once = converted(statement, rate)
        with pytest.raises(CurrencyMismatch):
            converted(once, rate)


def test_shares_are_not_converted() -> None:
    told = statements([STILL], "TWD")
    rate = FxRate("TWD", "USD", 1 / 32, NOW)
    accounts = merged({kind: converted(s, rate) for kind, s in told.items()})
    for line in SHARE_COUNTS:
        assert accounts.get(line) == 100
    assert accounts.get(Line.REVENUE) == pytest.approx(1000 / 32)


@given(st.permutations(range(5)))
def test_the_order_of_years_does_not_matter(order: list[int]) -> None:
    told = statements(GROWING)
    mixed = {
        kind: replace(s, years=tuple(s.years[place] for place in order)) for kind, s in told.items()
    }
    assert analyse(inputs(mixed, about=MAKER, price=16.0)) == analyse(
        inputs(told, about=MAKER, price=16.0)
    )


strange = st.one_of(
    st.none(),
    st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf, 1e-300, -1e-300, 1e308, -1e308]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(min_value=-1e9, max_value=1e9),
)


@given(
    years=st.lists(
        st.dictionaries(st.sampled_from(list(Line)), strange, max_size=len(Line)), max_size=5
    ),
    business=st.sampled_from(TYPES),
    price=strange,
    cap=strange,
    beta=strange,
    risk_free=strange,
)
def test_no_input_makes_an_exception_or_an_endless_number(
    years: list[dict[Line, float | None]],
    business: BusinessType | None,
    price: float | None,
    cap: float | None,
    beta: float | None,
    risk_free: float | None,
) -> None:
    told = statements([{line: v for line, v in year.items() if v is not None} for year in years])
    about = company(market_cap=cap, beta=beta, shares=cap, sector="Energy")
    report = analyse(
        inputs(
            told,
            about=about,
            price=price,
            risk_free=risk_free,
            choices=Choices(business_type=business),
        )
    )
    told_numbers = [n for n in numbers_in(report) if not math.isfinite(n)]
    assert told_numbers == []


def test_one_year_gives_values_but_no_verdict() -> None:
    report = analyse(inputs(statements([STILL]), about=MAKER, price=16.0))
    assert report.valuation and report.valuation.verdict is Verdict.NONE
    assert per_share(report)["epv"] is None
    assert any("one year only" in caveat.message for caveat in report.caveats)


def test_negative_equity_is_no_asset_value() -> None:
    year = {**STILL, "equity": -50, "total_liabilities": 1550}
    report = analyse(inputs(statements([year] * 3), about=MAKER, price=16.0))
    assert report.valuation and "asset" not in report.valuation.fair_value.weights
    (asset,) = (m for m in report.valuation.methods if m.key == "asset")
    assert asset.value == 0 and asset.reason and "negative" in asset.reason


def test_without_a_number_of_shares_nothing_is_told_per_share() -> None:
    year = {name: v for name, v in STILL.items() if "shares" not in name}
    report = analyse(inputs(statements([year] * 3), about=company(), price=16.0))
    assert set(per_share(report).values()) == {None}
    assert report.valuation and report.valuation.verdict is Verdict.NONE


def test_a_missing_statement_is_named_and_the_rest_goes_on() -> None:
    told = statements([STILL] * 3)
    del told[StatementKind.CASH_FLOW]
    report = analyse(inputs(told, about=MAKER, price=16.0))
    assert per_share(report)["dcf"] is None and per_share(report)["epv"]
    assert any("No source gave the cash flow statement" in c.message for c in report.caveats)


@pytest.mark.parametrize("business", list(BusinessType))
def test_weights_of_every_type_sum_to_one(business: BusinessType) -> None:
    assert math.fsum(weights_of(business).values()) == pytest.approx(1.0)
