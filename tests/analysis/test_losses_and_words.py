"""Losses, what does not exist, and what is said of it all."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from stockapp.analysis.report import analyse
from stockapp.domain.analysis import FxRate, Severity, Verdict
from stockapp.domain.choices import BusinessType, Choices
from stockapp.domain.statement import StatementKind

from .builders import BALANCE, CASH_FLOW, NOW, inputs, statements
from .reports import PLAIN, fair, points, told, words
from .test_golden import MAKER, STILL, method
from .test_properties import GROWING


class TestLossesAndNegatives:
    def test_lost_equity_makes_no_one_look_sound(self) -> None:
        lost = {**STILL, "equity": -500.0, "total_liabilities": 2000.0}
        report = told([lost, lost, STILL, STILL])
        assert points(report, "Debt / equity") == 0.0
        assert points(report, "Return on equity") == 0.0

    def test_steady_losses_are_no_steady_earnings(self) -> None:
        report = told([{**STILL, "net_income": -100}] * 4)
        assert points(report, "Earnings variation") == 0.0

    def test_who_has_no_debt_any_more_needs_no_cover(self) -> None:
        free = {**STILL, "total_debt": 0, "long_term_debt": 0, "interest_expense": 0}
        report = told([free, {**STILL, "interest_expense": 150}])
        assert points(report, "Interest cover") == 10.0

    def test_nothing_sold_is_distress_and_its_goodwill_counts_nothing(self) -> None:
        idle = {**STILL, "revenue": 0, "goodwill": 700}
        report = told([idle] * 3, about={"sector": None, "industry": None}, price=1.6)
        assert report.valuation and report.valuation.business_type == "distressed"
        # (800 - 700 - 30) / 100, and not 8.00.
        assert method(report, "asset").value == pytest.approx(0.7)

    def test_interest_that_is_earned_is_not_added_back(self) -> None:
        earns = told([{**STILL, "interest_expense": -20}] * 3)
        steps = {s.label: s.value for s in method(earns, "dcf").steps}
        # 150 - 50, and nothing for interest.
        assert steps["Free cash flow to the firm"] == pytest.approx(100.0)

    def test_unknown_debt_makes_no_ratio(self) -> None:
        year = {n: v for n, v in STILL.items() if n not in ("total_debt", "long_term_debt")}
        report = told([year] * 3)
        assert report.soundness
        ratios = {ratio.name: ratio.value for ratio in report.soundness.ratios}
        assert ratios["EV/EBITDA"] is None and ratios["EV/EBIT"] is None

    def test_unknown_debt_forbids_a_verdict_but_not_that_on_a_bank(self) -> None:
        year = {n: v for n, v in STILL.items() if n not in ("total_debt", "long_term_debt")}
        said = "do not tell the total debt, and there is likely to be some"
        report = told([year] * 3)
        assert said in words(report, Severity.HIGH)
        for key in ("dcf", "epv"):
            assert method(report, key).value is None
            assert method(report, key).reason == "What is owed is unknown."
        assert method(report, "asset").value == 8.0
        bank = {"sector": "Financial Services", "industry": "Banks - Regional"}
        assert said in words(told([year] * 3, about=bank), Severity.MEDIUM)

    def test_without_a_balance_sheet_nothing_is_told_per_share(self) -> None:
        full = statements([STILL] * 3)
        del full[BALANCE]
        report = analyse(inputs(full, about=MAKER, price=16.0))
        assert fair(report) is None
        assert report.valuation and report.valuation.verdict is Verdict.NONE

    def test_neither_debt_nor_interest_is_no_debt_and_it_is_said(self) -> None:
        lacking = ("total_debt", "long_term_debt", "interest_expense")
        year = {name: v for name, v in STILL.items() if name not in lacking}
        report = told([year] * 3)
        assert "tell neither debt nor interest: no debt was taken" in words(report)
        assert method(report, "epv").value


class TestWhatIsShown:
    def test_a_rate_that_was_assumed_does_not_claim_a_source(self) -> None:
        year = {n: v for n, v in STILL.items() if n not in ("tax_provision", "interest_expense")}
        report = told([year] * 3, about={"beta": None}, risk_free=None)
        assert report.valuation
        formulas = {step.label: step.formula for step in report.valuation.capital.steps}
        for label in ("Risk-free rate", "Beta", "Effective tax rate", "Cost of debt"):
            assert formulas[label].startswith("assumed"), label

    def test_what_was_kept_within_bounds_says_what_it_was(self) -> None:
        report = told(about={"beta": 7.0})
        assert report.valuation
        formulas = {step.label: step.formula for step in report.valuation.capital.steps}
        assert formulas["Beta"] == "7.00, kept within 0.3 and 3"

    def test_growth_shows_what_it_was_chosen_from(self) -> None:
        steps = {s.label: s.formula for s in method(told(GROWING), "dcf").steps}
        assert steps["Growth, years 1 to 5"] == (
            "the smaller of revenue 6.0% and free cash flow 6.0% a year"
        )
        assert steps["Free cash flow to the firm"].endswith("margins 11.5%, 11.5%, 11.5%")

    def test_a_mean_of_fewer_years_than_three_is_named(self) -> None:
        year = {n: v for n, v in STILL.items() if n != "operating_cash_flow"}
        report = told([STILL, year, STILL])
        assert "Only 2 of the last three years tell a free cash flow margin." in words(report)

    def test_a_verdict_that_is_withheld_says_for_what(self) -> None:
        report = told(currency=None)
        assert report.valuation
        assert report.valuation.reasons[0] == (
            "No verdict, as the data is in doubt: Nobody told the currency of the price: USD was"
            " assumed."
        )
        assert any("the fair value" in reason for reason in report.valuation.reasons)

    def test_the_readers_rate_does_not_change_the_quality_of_the_business(self) -> None:
        chosen = told(choices=Choices(discount_rate=0.15))
        assert chosen.soundness and PLAIN.soundness and chosen.valuation
        assert chosen.soundness.quality.percent == PLAIN.soundness.quality.percent
        assert chosen.valuation.discount_rate == 0.15

    def test_a_bank_is_discounted_by_the_cost_of_equity_and_says_so(self) -> None:
        report = told(choices=Choices(business_type=BusinessType.BANK))
        assert report.valuation
        assert report.valuation.discount_rate == report.valuation.capital.cost_of_equity

    @pytest.mark.parametrize("chosen", [Choices(growth=0.03), Choices(terminal_growth=0.03)])
    def test_a_growth_chosen_for_a_bank_is_said_to_change_nothing(self, chosen: Choices) -> None:
        bank = Choices(business_type=BusinessType.BANK)
        of_bank = replace(chosen, business_type=BusinessType.BANK)
        assert "changes nothing: a bank or an insurer" in words(told(choices=of_bank))
        assert "changes nothing" not in words(told(choices=bank))
        assert "changes nothing" not in words(told(choices=chosen))

    def test_binary_noise_passes_no_test(self) -> None:
        rate = FxRate("TWD", "USD", 0.0317, NOW)
        home = [
            {n: v if "shares" in n else v * 1.07**k for n, v in STILL.items()} for k in range(4)
        ]
        about = replace(MAKER, financial_currency="TWD", market_cap=None, shares=None)
        report = analyse(inputs(statements(home, "TWD"), about=about, price=0.5, fx=rate))
        assert report.soundness
        passed = {check.name: check.passed for check in report.soundness.piotroski}
        assert passed["Gross margin rose"] is False
        assert passed["Revenue / assets rose"] is False


@pytest.mark.parametrize(
    ("sector", "industry", "expected"),
    [
        ("Financial Services", "Insurance—Life", BusinessType.INSURANCE),
        ("Financial Services", "Insurance Brokers", BusinessType.PROFESSIONAL_SERVICES),
        ("Financial Services", "Banks - Regional", BusinessType.BANK),
        ("Financial Services", "Capital Markets", BusinessType.BANK),
        ("Financial Services", "Credit Services", BusinessType.MATURE),
        ("Real Estate", "REIT - Office", BusinessType.REIT),
        ("Real Estate", "REIT - Mortgage", BusinessType.BANK),
        ("Healthcare", "Biotechnology", BusinessType.HEALTHCARE),
        ("Utilities", "Oil & Gas Midstream", BusinessType.ENERGY),
        ("Consumer Cyclical", "Auto - Manufacturers", BusinessType.MANUFACTURING),
        ("Consumer Cyclical", "Auto Manufacturers", BusinessType.MANUFACTURING),
        ("Consumer Cyclical", "Auto & Truck Dealerships", BusinessType.RETAIL),
        ("Communication Services", "Telecommunications Services", BusinessType.SUBSCRIPTION),
        ("Technology", "Software - Infrastructure", BusinessType.TECHNOLOGY),
        (None, None, BusinessType.MATURE),
    ],
)
def test_the_type_follows_from_the_exact_names_of_sector_and_industry(
    sector: str | None, industry: str | None, expected: BusinessType
) -> None:
    report = told(about={"sector": sector, "industry": industry})
    assert report.valuation and report.valuation.detected_type == expected


@pytest.mark.parametrize(
    ("sector", "industry", "model"),
    [
        ("Industrials", "Specialty Industrial Machinery", "Z"),
        ("Industrials", "Railroads", 'Z"'),
        ("Basic Materials", "Steel", "Z"),
        ("Consumer Defensive", "Beverages - Non-Alcoholic", "Z"),
        ("Technology", "Software - Infrastructure", 'Z"'),
    ],
)
def test_altmans_model_follows_from_what_it_makes_and_not_from_what_the_reader_chose(
    sector: str, industry: str, model: str
) -> None:
    about: Mapping[str, Any] = {"sector": sector, "industry": industry}
    for choices in (Choices(), Choices(business_type=BusinessType.RETAIL)):
        report = told(about=dict(about), choices=choices)
        assert report.soundness and report.soundness.altman
        assert report.soundness.altman.model == model


def test_dividends_that_are_told_as_none_are_no_unknown_ones() -> None:
    bank = {"sector": "Financial Services", "industry": "Banks - Regional"}
    none = told([{**STILL, "dividends_paid": 0}] * 3, about=bank)
    assert "Dividends are not told" not in words(none)
    steps = {s.label: s.value for s in method(none, "dcf").steps}
    assert steps["Payout"] == 0.0


def test_a_reit_whose_spending_exceeds_its_funds_bought_property() -> None:
    reit = {"sector": "Real Estate", "industry": "REIT - Retail"}
    report = told([{**STILL, "capital_expenditure": 900}] * 3, about=reit)
    assert "must hold purchases of property" in words(report)


def test_a_missing_kind_is_named_with_what_it_touches() -> None:
    full = statements([STILL] * 3)
    del full[StatementKind.BALANCE]
    report = analyse(inputs(full, about=MAKER, price=16.0))
    caveat = next(c for c in report.caveats if "balance sheet" in c.message)
    assert (caveat.severity, caveat.affects) == (Severity.HIGH, "every value per share")


def test_today_is_the_day_that_ages_are_counted_from() -> None:
    later = replace(
        inputs(statements([STILL] * 3), about=MAKER, price=16.0),
        today=NOW.date() + timedelta(days=2000),
    )
    assert "The newest statement is of 2025-12-31." in words(analyse(later), Severity.HIGH)


def test_what_a_bank_does_not_have_is_not_told_as_missing() -> None:
    bank = {"sector": "Financial Services", "industry": "Banks - Regional"}
    lacking = ("ebit", "capital_expenditure", "operating_cash_flow")
    year = {name: v for name, v in STILL.items() if name not in lacking}
    report = told([year] * 3, about=bank)
    assert "EBIT is not told" not in words(report)
    assert "Capital expenditure is not told" not in words(report)
    assert "EBIT is not told" in words(told([year] * 3)), "of others it is"


def test_a_bank_can_be_judged_without_a_cash_flow_statement() -> None:
    bank = replace(MAKER, sector="Financial Services", industry="Banks - Regional")
    full = statements([STILL] * 3)
    del full[CASH_FLOW]
    report = analyse(inputs(full, about=bank, price=16.0))
    assert "No source gave the cash flow statement" in words(report, Severity.MEDIUM)
    assert report.valuation and report.valuation.verdict is not Verdict.NONE


def test_a_type_that_was_guessed_for_want_of_a_profile_gives_no_verdict() -> None:
    report = analyse(inputs(statements([STILL] * 3), about=None, price=16.0))
    assert "a bank, an insurer or a REIT would be valued in another way" in words(
        report, Severity.HIGH
    )
    assert report.valuation and report.valuation.verdict is Verdict.NONE
    chosen = Choices(business_type=BusinessType.MATURE)
    sure = analyse(inputs(statements([STILL] * 3), about=None, price=16.0, choices=chosen))
    assert "was guessed" not in words(sure)


def test_a_change_within_the_rounding_of_statements_is_none() -> None:
    report = told([{**STILL, "gross_profit": 400.02}, STILL, STILL])
    assert report.soundness
    passed = {check.name: check.passed for check in report.soundness.piotroski}
    assert passed["Gross margin rose"] is False
    assert points(told([{**STILL, "gross_profit": 399.98}] * 3), "Gross margin") == 15


def test_without_a_rate_one_warning_names_all_statements_and_no_step_tells_a_value() -> None:
    report = analyse(inputs(statements([STILL] * 3, "TWD"), about=MAKER, price=16.0))
    (caveat,) = [c for c in report.caveats if c.field == "fx"]
    assert caveat.message.startswith(
        "In TWD: income statement, balance sheet, cash flow statement. The price is in USD"
    )
    assert report.valuation
    assert all(not m.steps for m in report.valuation.methods)
    assert report.valuation.reasons[0].endswith(caveat.message)
