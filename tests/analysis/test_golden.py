"""Businesses worked out by hand: the arithmetic stands in each test."""

import pytest

from stockapp.analysis.report import analyse
from stockapp.domain.analysis import FxRate, MethodValue, Severity, Verdict
from stockapp.domain.choices import Choices
from stockapp.domain.report import Report

from .builders import NOW, company, inputs, statements, steps_of

# A manufacturer that does not grow: the same three years. Free cash flow to the firm
# = 150 - 50 + 20 x (1 - 0.25) = 115.
STILL = {
    "revenue": 1000,
    "gross_profit": 400,
    "operating_income": 160,
    "ebit": 160,
    "interest_expense": 20,
    "pretax_income": 140,
    "tax_provision": 35,
    "net_income": 105,
    "diluted_shares": 100,
    "total_assets": 1500,
    "current_assets": 600,
    "cash": 100,
    "receivables": 200,
    "inventory": 150,
    "net_ppe": 600,
    "goodwill": 50,
    "intangibles": 30,
    "total_liabilities": 700,
    "current_liabilities": 300,
    "total_debt": 400,
    "long_term_debt": 350,
    "equity": 800,
    "minority_interest": 0,
    "retained_earnings": 500,
    "shares": 100,
    "operating_cash_flow": 150,
    "capital_expenditure": 50,
    "depreciation": 40,
    "dividends_paid": 30,
}
MAKER = company(sector="Industrials", industry="Specialty Machinery", market_cap=1600, shares=100)


def method(report: Report, key: str) -> MethodValue:
    assert report.valuation
    return next(m for m in report.valuation.methods if m.key == key)


def test_a_manufacturer() -> None:
    report = analyse(inputs(statements([STILL] * 3), about=MAKER, price=16.0))
    worth = report.valuation
    assert worth and worth.business_type == "manufacturing"
    # Ke = 4 % + 1 x 5 % = 9 %. Kd = 20 / 400 = 5 %. Tax = 35 / 140 = 25 %.
    # WACC = 1600 / 2000 x 9 % + 400 / 2000 x 5 % x 0.75 = 7.2 % + 0.75 % = 7.95 %.
    assert worth.capital.wacc == pytest.approx(0.0795)
    # Revenue and FCFF grew by 0 % a year; after year 10 by min(2.5 %, 4 %) = 2.5 %.
    # Years 1 to 5: 115 each. Then +0.5, +1, +1.5, +2 and +2.5 %.
    flows = [115.0] * 5
    for growth in (0.005, 0.01, 0.015, 0.02, 0.025):
        flows.append(flows[-1] * (1 + growth))
    value = sum(flow / 1.0795**year for year, flow in enumerate(flows, 1))
    value += flows[-1] * 1.025 / (0.0795 - 0.025) / 1.0795**10
    # Less debt, with cash: - 400 + 100 - 0; in 100 shares.
    dcf = (value - 400 + 100) / 100
    assert method(report, "dcf").value == pytest.approx(dcf)
    assert steps_of(method(report, "dcf"))["Free cash flow to the firm"] == pytest.approx(115)
    # EPV: margin 16 % x 1000 = 160; x 0.75 = 120; / 0.0795 = 1509.43; - 300; / 100 = 12.0943.
    assert method(report, "epv").value == pytest.approx((120 / 0.0795 - 300) / 100)
    # Assets / revenue = 1.5, not over 2: book = 800 / 100.
    assert method(report, "asset").value == pytest.approx(8.0)
    # 100 + 0.85 x 200 + 0.6 x 150 + 0.5 x 600 - 700 = -40.
    assert steps_of(method(report, "asset"))["Liquidation value per share"] == pytest.approx(-0.4)
    # Weights of a manufacturer: 20, 35, 45 %.
    fair = 0.20 * dcf + 0.35 * (120 / 0.0795 - 300) / 100 + 0.45 * 8.0
    assert worth.fair_value.value == pytest.approx(fair)
    assert worth.fair_value.margin == pytest.approx((fair - 16.0) / fair)
    assert worth.fair_value.upside == pytest.approx((fair - 16.0) / 16.0)
    assert worth.fair_value.low == 8.0
    assert worth.fair_value.high == pytest.approx(dcf)
    assert worth.verdict is Verdict.AVOID


def test_the_soundness_of_that_manufacturer() -> None:
    sound = analyse(inputs(statements([STILL] * 3), about=MAKER, price=16.0)).soundness
    assert sound and sound.altman
    # Working capital 300, retained 500, EBIT 160, revenue 1000, each over assets of 1500.
    z = 1.2 * 0.2 + 1.4 / 3 + 3.3 * 160 / 1500 + 0.6 * 1600 / 700 + 0.999 / 1.5
    assert sound.altman.value == pytest.approx(z) and sound.altman.zone == "safe"
    points = {line.name: line.points for line in sound.health.lines}
    assert points == {
        "Current ratio": 10,  # 600 / 300 = 2
        "Quick ratio": 10,  # 450 / 300 = 1.5
        "Debt / equity": 15,  # 400 / 800 = 0.5
        "Interest cover": 10,  # 160 / 20 = 8
        "Return on equity": 5,  # 105 / 800 = 13.1 %
        "Return on invested capital": 5,  # 160 x 0.75 / (400 + 800 - 100) = 10.9 %
        "Return on assets": 5,  # 105 / 1500 = 7 %
        "Free cash flow trend": 5,  # 0 %
        "Free cash flow margin": 5,  # 100 / 1000 = 10 %
        "Earnings variation": 10,  # 0
    }
    assert sound.health.percent == 80
    passed = {check.name: check.passed for check in sound.piotroski}
    # The same years: nothing rose, nothing fell; three of the nine hold, and no new shares.
    assert [name for name, yes in passed.items() if yes] == [
        "Net income is positive",
        "Operating cash flow is positive",
        "Cash flow exceeds net income",
        "No new shares",
    ]
    found = {ratio.name: ratio.value for ratio in sound.ratios}
    assert found["P/E"] == pytest.approx(1600 / 105)
    assert found["EV/EBIT"] == pytest.approx((1600 + 400 - 100) / 160)
    assert found["EV/EBITDA"] == pytest.approx(1900 / 200)
    assert found["Payout"] == pytest.approx(30 / 105)


def test_a_technology_firm_grows_no_faster_than_is_believed() -> None:
    # Revenue 100, 150, 225: 50 % a year. It has neither debt nor interest.
    years = [
        {
            "revenue": revenue,
            "ebit": revenue * 0.3,
            "pretax_income": revenue * 0.3,
            "tax_provision": revenue * 0.06,
            "net_income": revenue * 0.24,
            "diluted_shares": 10,
            "total_assets": 300,
            "cash": 80,
            "total_liabilities": 60,
            "total_debt": 0,
            "equity": 240,
            "interest_expense": 0,
            "operating_cash_flow": revenue * 0.3,
            "capital_expenditure": -revenue * 0.05,
            "minority_interest": 0,
        }
        for revenue in (225, 150, 100)
    ]
    about = company(sector="Technology", industry="Software", market_cap=900, beta=1.2)
    report = analyse(inputs(statements(years), about=about, price=90.0))
    worth = report.valuation
    assert worth and worth.business_type == "technology"
    # Growth is capped at 15 %. WACC = Ke = 4 % + 1.2 x 5 % = 10 %, as there is no debt.
    assert worth.growth == 0.15
    assert worth.capital.wacc == pytest.approx(0.10)
    # FCFF = 25 % of 225 = 56.25: capital expenditure is spent, whatever its sign.
    flow, value = 56.25, 0.0
    for year, growth in enumerate((0.15,) * 5 + (0.125, 0.10, 0.075, 0.05, 0.025), 1):
        flow *= 1 + growth
        value += flow / 1.1**year
    value += flow * 1.025 / 0.075 / 1.1**10
    assert method(report, "dcf").value == pytest.approx((value + 80) / 10)
    # EPV: 30 % x 225 x (1 - 0.2) / 10 % = 540; + 80; in 10 shares = 62.
    assert method(report, "epv").value == pytest.approx(62.0)
    assert worth.fair_value.weights == pytest.approx({"dcf": 0.5, "epv": 0.35, "asset": 0.15})


BANK_YEAR = {
    "revenue": 300,
    "net_income": 120,
    "pretax_income": 150,
    "tax_provision": 30,
    "diluted_shares": 100,
    "total_assets": 10_000,
    "total_liabilities": 9_000,
    "equity": 1_000,
    "goodwill": 100,
    "intangibles": 0,
    "dividends_paid": 60,
    "operating_cash_flow": -500,
}


def test_a_bank_is_worth_its_book_and_what_it_earns_above_its_cost() -> None:
    about = company(sector="Financial Services", industry="Banks - Regional", market_cap=1200)
    report = analyse(inputs(statements([BANK_YEAR] * 5), about=about, price=12.0))
    worth = report.valuation
    assert worth and worth.business_type == "bank"
    # ROE 12 %, falling to Ke = 9 % in a line from year 1 to 10; half is paid out.
    book, value = 1000.0, 1000.0
    for year in range(1, 11):
        roe = 0.12 - 0.03 * (year - 1) / 9
        value += (roe - 0.09) * book / 1.09**year
        book *= 1 + roe / 2
    assert method(report, "dcf").title == "Residual income"
    assert method(report, "dcf").value == pytest.approx(value / 100)
    # 12 % x 1000 / 9 % / 100 = 13.33.
    assert method(report, "epv").value == pytest.approx(120 / 0.09 / 100)
    # Assets are more than twice the revenue: tangible book = (1000 - 100) / 100.
    assert method(report, "asset").value == pytest.approx(9.0)
    assert worth.sensitivity is None
    sound = report.soundness
    assert sound and sound.altman is None
    special = {ratio.name: ratio.value for ratio in sound.special}
    assert special["Return on equity"] == pytest.approx(0.12)
    assert special["Price / tangible book"] == pytest.approx(1200 / 900)
    assert special["Loans / deposits"] is None


def test_an_insurer_is_no_bank() -> None:
    year = {**BANK_YEAR, "claims": 140, "non_interest_expense": 50, "premiums": 200}
    about = company(sector="Financial Services", industry="Insurance - Property & Casualty")
    report = analyse(inputs(statements([year] * 5), about=about, price=12.0))
    assert report.valuation and report.valuation.business_type == "insurance"
    assert report.valuation.fair_value.weights == pytest.approx(
        {"dcf": 0.2, "epv": 0.5, "asset": 0.3}
    )
    assert report.soundness
    special = {ratio.name: ratio.value for ratio in report.soundness.special}
    # (140 + 50) / 200 = 95 %.
    assert special["Combined ratio"] == pytest.approx(0.95)


def test_a_reit_is_worth_its_funds_from_operations() -> None:
    year = {**STILL, "net_income": 100, "depreciation": 80, "gain_on_sale": 20}
    about = company(sector="Real Estate", industry="REIT - Retail", market_cap=1600)
    report = analyse(inputs(statements([year] * 3), about=about, price=16.0))
    assert report.valuation and report.valuation.business_type == "reit"
    # FFO = 100 + 80 - 20 = 160; AFFO = 160 - 50 = 110; / 100 shares / Ke 9 % = 12.22.
    assert method(report, "epv").value == pytest.approx(1.10 / 0.09)
    assert report.soundness
    special = {ratio.name: ratio.value for ratio in report.soundness.special}
    assert special["P/FFO"] == pytest.approx(1600 / 160)
    assert special["P/AFFO"] == pytest.approx(1600 / 110)
    assert special["Payout of AFFO"] == pytest.approx(30 / 110)
    # EBIT 160 + depreciation 80 = 240; net debt 300.
    assert special["Net debt / EBITDA"] == pytest.approx(300 / 240)


def test_a_foreign_filer_is_converted_once_and_its_receipts_are_counted() -> None:
    # The manufacturer in TWD, 32 of which are a dollar; a receipt stands for 5 shares.
    home = {name: value if "shares" in name else value * 32 for name, value in STILL.items()}
    rate = FxRate("TWD", "USD", 1 / 32, NOW)
    about = company(
        sector="Industrials",
        industry="Specialty Machinery",
        financial_currency="TWD",
        market_cap=1600,
    )
    told = inputs(statements([home] * 3, "TWD"), about=about, price=80.0, fx=rate)
    report, plain = analyse(told), analyse(inputs(statements([STILL] * 3), about=MAKER, price=16.0))
    for key in ("dcf", "epv", "asset"):
        # 100 shares are 20 receipts: each is worth five times as much.
        assert method(report, key).value == pytest.approx(5 * (method(plain, key).value or 0))
    assert report.currency == "USD" and report.valuation and report.valuation.fx == rate
    words = [caveat.message for caveat in report.caveats]
    assert any("from TWD to USD at 0.03125" in message for message in words)
    assert any("about 5 shares" in message for message in words)


def test_a_london_share_in_pence_is_held_against_pounds() -> None:
    about = company(
        sector="Industrials",
        industry="Specialty Machinery",
        currency="GBP",
        financial_currency="GBP",
        market_cap=1600,
    )
    told = inputs(statements([STILL] * 3, "GBP"), about=about, price=1600.0, currency="GBp")
    worth = analyse(told).valuation
    assert worth and worth.currency == "GBP" and worth.fair_value.price == 16.0
    plain = analyse(inputs(statements([STILL] * 3), about=MAKER, price=16.0)).valuation
    assert plain and worth.fair_value.value == pytest.approx(plain.fair_value.value)


def test_without_an_exchange_rate_there_is_no_value_per_share_and_no_verdict() -> None:
    report = analyse(inputs(statements([STILL] * 3, "TWD"), about=MAKER, price=16.0))
    assert report.valuation and report.valuation.fair_value.value is None
    assert report.valuation.verdict is Verdict.NONE
    assert {m.value for m in report.valuation.methods} == {None}
    assert any(c.field == "fx" and c.severity is Severity.HIGH for c in report.caveats)
    assert report.soundness and {r.value for r in report.soundness.ratios[:1]} == {None}


def test_the_readers_choices_are_used() -> None:
    choices = Choices(weights={"epv": 2.0}, growth=0.05, discount_rate=0.10, terminal_growth=0.01)
    report = analyse(inputs(statements([STILL] * 3), about=MAKER, price=16.0, choices=choices))
    worth = report.valuation
    assert worth and worth.fair_value.weights == {"epv": 1.0}
    assert (worth.growth, worth.discount_rate, worth.terminal_growth) == (0.05, 0.10, 0.01)
    # 120 / 10 % = 1200; - 300; in 100 shares.
    assert worth.fair_value.value == pytest.approx(9.0)
