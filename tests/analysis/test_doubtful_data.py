"""Data that contradicts itself, lacks something, or is old: no wrong figure, and no silence."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from stockapp.analysis.report import analyse
from stockapp.domain.analysis import FxRate, Severity, Verdict
from stockapp.domain.choices import Choices
from stockapp.domain.statement import Line

from .builders import BALANCE, CASH_FLOW, INCOME, NOW, inputs, statements
from .reports import PLAIN, fair, told, words
from .test_golden import MAKER, STILL, method
from .test_properties import GROWING


class TestSharesAndCapitalisation:
    def test_an_old_capitalisation_does_not_make_another_number_of_shares(self) -> None:
        # Half the price, the same cap of 1600: at 8 it would mean 200 shares.
        report = told(price=8.0)
        assert fair(report) == pytest.approx(fair(PLAIN))
        assert "one of the three is old or in another unit" in words(report, Severity.HIGH)
        assert report.valuation and report.valuation.verdict is Verdict.NONE

    @pytest.mark.parametrize("factor", [0.01, 100.0])
    def test_a_capitalisation_in_another_unit_changes_no_value_per_share(
        self, factor: float
    ) -> None:
        report = told(about={"market_cap": 1600 * factor})
        assert method(report, "asset").value == 8.0
        assert report.valuation and report.valuation.verdict is Verdict.NONE

    def test_a_capitalisation_in_another_currency_is_not_used(self) -> None:
        report = told(about={"market_cap": 240_000, "currency": "JPY"})
        assert fair(report) == pytest.approx(fair(PLAIN))
        assert "price x shares was taken" in words(report)

    def test_a_count_that_differs_by_some_percent_is_told_and_the_larger_one_divides(self) -> None:
        report = told(about={"shares": 130, "market_cap": 130 * 16})
        assert method(report, "asset").value == pytest.approx(800 / 130)
        assert "count 100 shares, the market 130" in words(report)

    def test_receipts_that_only_a_capitalisation_speaks_of_forbid_a_verdict(self) -> None:
        report = told(about={"shares": None, "market_cap": 320})
        assert method(report, "asset").value == pytest.approx(800 / 20)
        assert "stands for about 5 shares" in words(report, Severity.HIGH)
        sure = told(about={"shares": 20, "market_cap": 320})
        assert "stands for about 5 shares" in words(sure, Severity.MEDIUM)

    def test_shares_in_issue_stand_in_for_diluted_ones_and_it_is_said(self) -> None:
        year = {name: v for name, v in STILL.items() if name != "diluted_shares"}
        report = told([year] * 3)
        assert fair(report) == pytest.approx(fair(PLAIN))
        assert "Diluted shares are not told" in words(report)

    def test_without_a_told_capitalisation_price_times_shares_is_one(self) -> None:
        report = told(about={"market_cap": None})
        assert report.valuation and PLAIN.valuation
        assert report.valuation.capital.wacc == pytest.approx(PLAIN.valuation.capital.wacc)


class TestCurrencies:
    def test_a_price_without_a_currency_gives_no_verdict(self) -> None:
        report = told(currency=None)
        assert "Nobody told the currency of the price: USD was assumed." in words(
            report, Severity.HIGH
        )
        assert report.valuation and report.valuation.verdict is Verdict.NONE

    def test_statements_in_different_currencies_are_never_mixed(self) -> None:
        dollars, home = statements([STILL] * 3), statements([STILL] * 3, "TWD")
        mixed = {INCOME: home[INCOME], BALANCE: dollars[BALANCE], CASH_FLOW: dollars[CASH_FLOW]}
        report = analyse(inputs(mixed, about=MAKER, price=16.0))
        assert report.currency == "TWD"
        assert all(year.get(Line.EQUITY) is None for year in report.years)
        assert "The balance sheet is in USD, the others in TWD" in words(report, Severity.HIGH)

    def test_without_a_rate_the_price_is_not_told_in_the_statements_currency(self) -> None:
        report = analyse(inputs(statements([STILL] * 3, "TWD"), about=MAKER, price=16.0))
        assert report.valuation and report.valuation.fair_value.price is None

    @pytest.mark.parametrize("rate", [float("nan"), float("inf"), 0.0, -1.0])
    def test_a_rate_that_can_be_none_is_none(self, rate: float) -> None:
        fx = FxRate("TWD", "USD", rate, NOW)
        report = analyse(inputs(statements([STILL] * 3, "TWD"), about=MAKER, price=16.0, fx=fx))
        assert report.valuation and report.valuation.fx is None
        assert "there is no exchange rate" in words(report, Severity.HIGH)

    def test_treasuries_are_named_where_money_is_no_dollar(self) -> None:
        about: dict[str, Any] = {"currency": "GBP", "financial_currency": "GBP"}
        report = analyse(
            inputs(statements([STILL] * 3, "GBP"), about=replace(MAKER, **about), currency="GBP")
        )
        assert "that of US treasuries, though all money is in GBP" in words(report)


class TestYears:
    def test_without_a_price_there_is_a_value_but_no_margin(self) -> None:
        report = told(price=None)
        assert report.valuation
        assert report.valuation.fair_value.margin is None
        assert method(report, "asset").value == 8.0
        assert "No source told a price." in words(report)
        assert "no price to hold the fair value against" in report.valuation.reasons[0]

    def test_a_balance_sheet_that_is_a_year_behind_leaves_the_newest_year_out(self) -> None:
        full = statements(GROWING)
        behind = {**full, BALANCE: replace(full[BALANCE], years=full[BALANCE].years[1:])}
        report = analyse(inputs(behind, about=MAKER, price=16.0))
        older = analyse(inputs(statements(GROWING[1:], newest=2024), about=MAKER, price=16.0))
        assert fair(report) == pytest.approx(fair(older))
        assert "Not all statements tell of 2025-12-31 yet" in words(report)

    def test_years_count_only_as_far_as_each_statement_tells_of_them(self) -> None:
        full = statements([STILL] * 5)
        short = {**full, INCOME: replace(full[INCOME], years=full[INCOME].years[:1])}
        report = analyse(inputs(short, about=MAKER, price=16.0))
        assert "one year only" in words(report, Severity.HIGH)

    @pytest.mark.parametrize(
        ("newest", "severity"),
        [(2025, None), (2024, None), (2023, Severity.MEDIUM), (2022, Severity.HIGH)],
    )
    def test_the_older_the_newest_statement_the_graver(
        self, newest: int, severity: Severity | None
    ) -> None:
        report = analyse(inputs(statements([STILL] * 3, newest=newest), about=MAKER, price=16.0))
        found = [c.severity for c in report.caveats if "The newest statement" in c.message]
        assert found == ([severity] if severity else [])

    def test_a_statement_of_a_year_to_come_is_in_doubt(self) -> None:
        report = analyse(inputs(statements([STILL] * 3, newest=2031), about=MAKER, price=16.0))
        assert "which is still to come" in words(report, Severity.HIGH)

    def test_growth_over_two_and_a_half_years_is_no_growth_over_two(self) -> None:
        years = [{**STILL, "revenue": 2000, "operating_cash_flow": 150}, STILL]
        made = statements(years)
        moved = {
            kind: replace(s, years=(s.years[0], replace(s.years[1], end=date(2023, 6, 30))))
            for kind, s in made.items()
        }
        report = analyse(inputs(moved, about=MAKER, price=16.0, choices=Choices()))
        flow = next(s for s in method(report, "dcf").steps if s.label == "Growth, years 1 to 5")
        # Doubling in 2.5 years: 2 ^ (1 / 2.5) - 1 = 32.0 %; in two it would be 41.4 %.
        assert "revenue 31.9%" in flow.formula or "revenue 32.0%" in flow.formula
