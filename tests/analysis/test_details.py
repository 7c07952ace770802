"""Details of the methods, each by one changed input."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from stockapp.analysis.report import analyse
from stockapp.analysis.valuation.residual_income import value_of
from stockapp.domain.choices import BusinessType, Choices
from stockapp.domain.statement import Line

from .builders import BALANCE, inputs, statements
from .reports import PLAIN, points, told, words
from .test_golden import MAKER, STILL, method


def test_cash_flows_may_be_discounted_to_the_middle_of_their_year() -> None:
    own = inputs(statements([STILL] * 3), about=MAKER, price=16.0)
    end, middle = (method(analyse(replace(own, mid_year=m)), "dcf").value for m in (False, True))
    # Half a year less of discounting for all: x 1.0795 ^ 0.5 before debt and cash, in 100 shares.
    assert end is not None and middle is not None
    assert (middle * 100 + 300) == pytest.approx((end * 100 + 300) * 1.0795**0.5)


def test_the_slower_of_revenue_and_cash_flow_sets_the_growth() -> None:
    # Revenue 8 % a year, cash flow 4 %: each as told two years apart.
    years = [
        {
            **STILL,
            "revenue": 1000 * 1.08**-age,
            "operating_cash_flow": 135 * 1.04**-age,
            "interest_expense": 0,
            "capital_expenditure": 0,
        }
        for age in range(3)
    ]
    report = told(years)
    assert report.valuation
    assert report.valuation.growth == pytest.approx(0.04)


def test_what_belongs_to_minorities_is_taken_off() -> None:
    report = told([{**STILL, "minority_interest": 50}] * 3)
    plain, less = method(PLAIN, "dcf").value, method(report, "dcf").value
    assert plain is not None and less == pytest.approx(plain - 0.5)


def test_the_tax_rate_is_that_of_the_last_five_years() -> None:
    old = {**STILL, "tax_provision": 14}
    report = told([STILL] * 5 + [old])
    assert report.valuation and report.valuation.capital.tax_rate == pytest.approx(0.25)
    shorter = told([STILL] * 3 + [old])
    assert shorter.valuation
    # (3 x 25 % + 10 %) / 4.
    assert shorter.valuation.capital.tax_rate == pytest.approx(0.2125)


def test_statements_that_end_within_days_are_of_one_year() -> None:
    full = statements([STILL] * 3)
    moved = tuple(replace(year, end=year.end - timedelta(days=30)) for year in full[BALANCE].years)
    near = {**full, BALANCE: replace(full[BALANCE], years=moved)}
    report = analyse(inputs(near, about=MAKER, price=16.0))
    assert len(report.years) == 3
    assert report.years[0].get(Line.EQUITY) == 800
    assert "Not all statements tell" not in words(report)


def test_a_loss_is_borne_whole_whatever_is_paid_out() -> None:
    # ROE from -10 % to 9 % over ten years, at a cost of 9 %.
    value, book = 1000.0, 1000.0
    for year in range(1, 11):
        earning = -0.10 + 0.19 * (year - 1) / 9
        value += (earning - 0.09) * book / 1.09**year
        book *= 1 + (earning if earning < 0 else earning * 0.5)
    assert value_of(1000.0, -0.10, 0.09, 0.5) == pytest.approx(value)


@pytest.mark.parametrize(("cap", "got"), [(150e9, 10.0), (50e9, 7.0), (5e9, 4.0), (0.5e9, 0.0)])
def test_size_counts_in_dollars(cap: float, got: float) -> None:
    about = {"market_cap": cap, "shares": cap / 16}
    assert points(told(about=about), "Market capitalisation") == got


def test_size_in_another_currency_is_unknown() -> None:
    pounds = {"currency": "GBP", "financial_currency": "GBP"}
    report = analyse(
        inputs(
            statements([STILL] * 3, "GBP"),
            about=replace(MAKER, **pounds),  # type: ignore[arg-type]
            price=16.0,
            currency="GBP",
        )
    )
    assert points(report, "Market capitalisation") is None


@pytest.mark.parametrize(
    ("ebit", "got"),
    # ROIC = EBIT x 0.75 / 1100 against a WACC of 7.95 %.
    [(250, 25.0), (130, 12.5), (60, 0.0)],
)
def test_returns_above_the_cost_of_capital_count(ebit: float, got: float) -> None:
    report = told([{**STILL, "ebit": ebit}] * 3)
    assert points(report, "Return on capital less its cost") == got


def test_scores_are_means_of_five_years() -> None:
    old = {**STILL, "current_assets": 30}
    assert points(told([STILL] * 5 + [old] * 3), "Current ratio") == 10
    assert points(told([STILL] * 2 + [old] * 3), "Current ratio") == 0


def test_growth_with_a_change_of_sign_is_not_meaningful() -> None:
    report = told([STILL, {**STILL, "net_income": -5}, STILL])
    assert report.soundness
    one = next(g for g in report.soundness.growth if (g.line, g.years) == ("Net income", 1))
    assert one.rate is None and one.reason and one.reason.startswith("n/m")


def test_altmans_second_model_is_for_those_who_make_nothing() -> None:
    report = told(about={"sector": "Technology", "industry": "Software - Infrastructure"})
    assert report.soundness and report.soundness.altman
    # 6.56 x 0.2 + 3.26 / 3 + 6.72 x 160 / 1500 + 1.05 x 800 / 700.
    expected = 6.56 * 0.2 + 3.26 / 3 + 6.72 * 160 / 1500 + 1.05 * 800 / 700
    assert report.soundness.altman.value == pytest.approx(expected)


def test_what_minorities_own_is_part_of_the_enterprise() -> None:
    report = told([{**STILL, "minority_interest": 60}] * 3)
    assert report.soundness
    ratios = {ratio.name: ratio.value for ratio in report.soundness.ratios}
    assert ratios["EV/EBIT"] == pytest.approx((1600 + 400 - 100 + 60) / 160)


def test_the_piotroski_tests_hold_against_the_years_beginning() -> None:
    now = {**STILL, "total_assets": 3000, "revenue": 1200, "net_income": 110}
    report = told([now, STILL, {**STILL, "total_assets": 1200}])
    assert report.soundness
    checks = {check.name: check for check in report.soundness.piotroski}
    turnover = checks["Revenue / assets rose"]
    # 1200 / 1500 against 1000 / 1200.
    assert (turnover.now, turnover.before) == pytest.approx((0.8, 1000 / 1200))
    debt = checks["Long-term debt / assets fell"]
    # 350 over the means of 3000 and 1500, and of 1500 and 1200.
    assert (debt.now, debt.before) == pytest.approx((350 / 2250, 350 / 1350))


def test_two_years_tell_no_return_of_the_year_before() -> None:
    report = told([STILL, STILL])
    assert report.soundness
    checks = {check.name: check.passed for check in report.soundness.piotroski}
    assert checks["Net income / assets rose"] is None
    assert checks["Net income is positive"] is True
    assert checks["Cash flow exceeds net income"] is True, "whose assets do not matter"


def test_a_chosen_type_weighs_and_values_by_its_own_ways() -> None:
    report = told(choices=Choices(business_type=BusinessType.REIT))
    assert report.valuation
    assert method(report, "epv").title == "Adjusted funds from operations"
    assert report.valuation.detected_type == "manufacturing"


@pytest.mark.parametrize(("days", "told_old"), [(548, False), (549, True)])
def test_statements_are_old_after_a_year_and_a_half(days: int, told_old: bool) -> None:
    own = inputs(statements([STILL] * 3), about=MAKER, price=16.0)
    later = replace(own, today=date(2025, 12, 31) + timedelta(days=days))
    assert ("The newest statement is of 2025-12-31." in words(analyse(later))) is told_old


@pytest.mark.parametrize(
    ("name", "line", "steps"),
    [
        ("Current ratio", "current_assets", {450: 10, 449: 5, 300: 5, 299: 0}),
        # Less an inventory of 150, over 300.
        ("Quick ratio", "current_assets", {450: 10, 449: 5, 300: 5, 299: 0}),
        ("Debt / equity", "total_debt", {400: 15, 401: 7.5, 800: 7.5, 801: 0}),
        ("Interest cover", "ebit", {100: 10, 99: 5, 40: 5, 39: 0}),
        ("Return on equity", "net_income", {120: 10, 119: 5, 80: 5, 79: 0}),
        # x 0.75 / 1100.
        ("Return on invested capital", "ebit", {176: 10, 175: 5, 118: 5, 117: 0}),
        ("Return on assets", "net_income", {120: 10, 119: 5, 75: 5, 74: 0}),
        ("Free cash flow margin", "operating_cash_flow", {150: 5, 149: 2.5, 70: 2.5, 69: 0}),
        ("Gross margin", "gross_profit", {400: 15, 399: 7.5, 200: 7.5, 199: 0}),
        ("Operating margin", "operating_income", {200: 15, 199: 7.5, 100: 7.5, 99: 0}),
        ("Capital expenditure / revenue", "capital_expenditure", {50: 10, 51: 5, 100: 5, 101: 0}),
    ],
)
def test_points_change_at_their_thresholds(name: str, line: str, steps: dict[float, float]) -> None:
    got = {value: points(told([{**STILL, line: value}] * 3), name) for value in steps}
    assert got == steps


def test_ratios_and_growth_tell_what_they_are_made_of() -> None:
    sound = PLAIN.soundness
    assert sound
    ratio = next(r for r in sound.ratios if r.name == "P/E")
    assert (ratio.formula, ratio.above, ratio.below) == (
        "price x shares / net income",
        1600.0,
        105.0,
    )
    one = next(g for g in sound.growth if (g.line, g.years) == ("Revenue", 1))
    assert (one.first, one.last) == (1000.0, 1000.0)
    assert all(line.formula for line in (*sound.health.lines, *sound.quality.lines))
