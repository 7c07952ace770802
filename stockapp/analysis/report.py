"""The whole of an analysis but for the price history: value, soundness, and what to doubt."""

from dataclasses import dataclass, replace

from stockapp.analysis import business_type, data_quality, figures, growth, industries, ratios
from stockapp.analysis.accounts import Accounts, aligned
from stockapp.analysis.business_type import FINANCIAL
from stockapp.analysis.caveats import Caveats
from stockapp.analysis.cost_of_capital import Market, cost_of_capital
from stockapp.analysis.currency import Converted, in_price_currency
from stockapp.analysis.inputs import Inputs
from stockapp.analysis.soundness import altman, health, piotroski, quality
from stockapp.analysis.valuation import (
    assets,
    dcf,
    earnings_power,
    fair_value,
    reit,
    residual_income,
)
from stockapp.analysis.valuation.equity import Bridge, Listing, bridge
from stockapp.domain.analysis import (
    CostOfCapital,
    MethodValue,
    Ratio,
    Score,
    Severity,
    Soundness,
    Valuation,
)
from stockapp.domain.choices import BusinessType
from stockapp.domain.company import PRICE_ONLY
from stockapp.domain.report import Report
from stockapp.domain.statement import Line

_NO_FLOW = (
    "For a bank or an insurer free cash flow means nothing: what growth the price implies is not"
    " told."
)
_UNUSED_GROWTH = (
    "The growth that you chose changes nothing: a bank or an insurer is valued by its equity and"
    " what it earns on it, without a growth rate."
)
_GUESSED = (
    "No source told sector and industry, so the type of business was guessed by its figures; a"
    " bank, an insurer or a REIT would be valued in another way. Choose the type."
)
_NOT_COMPARABLE = "The statements are not in the currency of the price, and there is no rate."


@dataclass(frozen=True, slots=True)
class _Business:
    """What the parts of a report share."""

    inputs: Inputs
    money: Converted
    kind: BusinessType
    detected: BusinessType
    capital: CostOfCapital
    bridge: Bridge
    market_cap: float | None
    caveats: Caveats

    @property
    def accounts(self) -> Accounts:
        return self.money.accounts

    @property
    def industry(self) -> tuple[str | None, str | None]:
        """Sector and industry, as the profile names them."""
        company = self.inputs.company
        return (company.sector, company.industry) if company else (None, None)

    @property
    def rate(self) -> float:
        """What its values are discounted by."""
        return self.equity_rate if self.kind in FINANCIAL else self.capital.rate

    @property
    def equity_rate(self) -> float:
        """What shareholders ask for: the reader's rate, or the cost of equity."""
        chosen = self.inputs.choices.discount_rate
        return chosen if chosen is not None else self.capital.cost_of_equity


def analyse(inputs: Inputs) -> Report:
    """The report. Never raises for what the inputs lack, or for numbers that make no sense.

    Raises fair_value.BadWeights for weights that cannot be used.
    """
    caveats = Caveats(inputs.notes)
    money = in_price_currency(inputs, caveats)
    accounts, left_out = aligned(money.accounts, money.statements)
    money = replace(money, accounts=accounts)
    if inputs.security in PRICE_ONLY and not accounts.years:
        data_quality.price_only(inputs.security, caveats)
    else:
        data_quality.left_out(left_out, accounts, caveats)
        financial = _kind(inputs, accounts) in FINANCIAL
        data_quality.inspect(money.statements, accounts, inputs.today, caveats, financial=financial)
    if not money.accounts.years:
        return Report(inputs.symbol, money.currency, None, None, (), caveats.all())
    business = _business(inputs, money, caveats)
    score, moats = quality.score(
        business.accounts, business.capital.tax_rate, business.capital.wacc, _cap_in_usd(business)
    )
    sound = _soundness(business, score, moats)
    worth = _valuation(business, score.percent)
    years = money.accounts.years
    return Report(inputs.symbol, money.currency, worth, sound, years, caveats.all())


def _detected(inputs: Inputs, accounts: Accounts) -> BusinessType:
    company = inputs.company
    sector, industry = (company.sector, company.industry) if company else (None, None)
    return business_type.detected(sector, industry, accounts)


def _kind(inputs: Inputs, accounts: Accounts) -> BusinessType:
    """As the reader chose, else as detected."""
    return inputs.choices.business_type or _detected(inputs, accounts)


def _business(inputs: Inputs, money: Converted, caveats: Caveats) -> _Business:
    company, accounts = inputs.company, money.accounts
    found, kind = _detected(inputs, accounts), _kind(inputs, accounts)
    if not (company and (company.sector or company.industry)) and not inputs.choices.business_type:
        caveats.add(Severity.HIGH, "business_type", _GUESSED, "every value")
    listing = Listing(money.price, _told_cap(inputs, money), company.shares if company else None)
    way = bridge(accounts, listing, caveats, by_debt=kind not in FINANCIAL)
    cap = _market_cap(listing, way, caveats)
    market = Market(
        inputs.risk_free,
        inputs.equity_premium,
        company.beta if company else None,
        cap,
        inputs.risk_free_symbol,
    )
    capital = cost_of_capital(accounts, market, way.debt, caveats, inputs.choices.discount_rate)
    return _Business(inputs, money, kind, found, capital, way, cap, caveats)


def _told_cap(inputs: Inputs, money: Converted) -> float | None:
    """Only where it is in the accounts' currency."""
    company = inputs.company
    fits = company is not None and company.currency == money.currency and money.comparable
    return figures.known(company.market_cap) if company and fits else None


def _market_cap(listing: Listing, way: Bridge, caveats: Caveats) -> float | None:
    """As told, else price x shares."""
    if listing.market_cap is not None and listing.market_cap > 0:
        return listing.market_cap
    computed = figures.product(listing.price, way.shares)
    if computed is not None:
        message = "No source told the market capitalisation: price x shares was taken."
        caveats.add(Severity.LOW, "market_cap", message, "the discount rate, size and Altman's Z")
    return computed


def _cap_in_usd(business: _Business) -> float | None:
    return business.market_cap if business.money.currency == "USD" else None


def _valuation(business: _Business, quality_score: float | None) -> Valuation:
    choices, money = business.inputs.choices, business.money
    forecast = _forecast(business)
    methods = tuple(_methods(business, forecast))
    if not money.comparable:
        methods = tuple(MethodValue(m.key, m.title, None, _NOT_COMPARABLE) for m in methods)
        forecast = None
    weights = (
        fair_value.checked(choices.weights)
        if choices.weights
        else business_type.weights_of(business.kind)
    )
    fair = fair_value.fair_value(methods, weights, money.price)
    said, reasons = fair_value.verdict(fair, quality_score, business.caveats.grave())
    shown = None if business.kind in FINANCIAL else forecast
    price = money.price
    return Valuation(
        currency=money.currency,
        business_type=business.kind.value,
        detected_type=business.detected.value,
        capital=business.capital,
        methods=methods,
        fair_value=fair,
        verdict=said,
        reasons=reasons,
        sensitivity=dcf.sensitivity(shown) if shown and shown.per_share() is not None else None,
        reverse_dcf=_NO_FLOW if business.kind in FINANCIAL else dcf.implied_words(shown, price),
        implied_growth=dcf.implied_growth(shown, price) if shown and price else None,
        growth=forecast.growth if forecast else None,
        terminal_growth=_terminal(business),
        discount_rate=business.rate,
        fx=money.fx,
    )


def _methods(business: _Business, forecast: dcf.Forecast | None) -> list[MethodValue]:
    accounts, caveats, b = business.accounts, business.caveats, business.bridge
    book = assets.method(accounts, b, caveats)
    if business.kind in FINANCIAL:
        earned = earnings_power.for_financials(
            residual_income.mean_roe(accounts), accounts.get(Line.EQUITY), business.equity_rate, b
        )
        income = residual_income.method(accounts, business.equity_rate, b, caveats)
        return [income, earned, book]
    flow = dcf.method(forecast, "Revenue, operating cash flow or capital expenditure are unknown.")
    if business.kind is BusinessType.REIT:
        return [flow, reit.method(reit.funds(accounts, caveats), business.equity_rate, b), book]
    return [flow, earnings_power.method(accounts, business.capital, b), book]


def _forecast(business: _Business) -> dcf.Forecast | None:
    accounts, choices = business.accounts, business.inputs.choices
    if business.kind in FINANCIAL:
        if choices.growth is not None or choices.terminal_growth is not None:
            business.caveats.add(Severity.LOW, "growth", _UNUSED_GROWTH, "the assumptions")
        return None
    flows = dcf.free_cash_flows(accounts, business.capital.tax_rate, business.caveats)
    base = dcf.base_flow(accounts, flows, business.caveats)
    if base is None:
        return None
    growth_taken = _growth(business, flows)
    return dcf.Forecast(
        base=base.value,
        growth=growth_taken.value,
        terminal=_terminal(business),
        rate=business.capital.rate,
        bridge=business.bridge,
        mid_year=business.inputs.mid_year,
        of_base=base.formula,
        of_growth=growth_taken.formula,
    )


def _growth(business: _Business, flows: list[float | None]) -> dcf.Basis:
    chosen = business.inputs.choices.growth
    if chosen is not None:
        return dcf.Basis(chosen, "yours")
    cap = industries.growth_cap(*business.industry)
    return dcf.first_growth(business.accounts, flows, cap, business.caveats)


def _terminal(business: _Business) -> float:
    chosen = business.inputs.choices.terminal_growth
    return chosen if chosen is not None else dcf.terminal_growth(business.capital.risk_free)


def _soundness(business: _Business, score: Score, moats: tuple[str, ...]) -> Soundness:
    accounts, price = business.accounts, business.money.price
    grown = growth.rates(accounts)
    over_three = next((g.rate for g in grown if (g.line, g.years) == ("Net income", 3)), None)
    makes_things = industries.makes_things(*business.industry)
    return Soundness(
        piotroski=piotroski.checks(accounts),
        altman=None
        if business.kind in FINANCIAL
        else altman.score(accounts, business.market_cap, manufacturer=makes_things),
        health=health.score(accounts, business.capital.tax_rate),
        quality=score,
        moats=moats,
        growth=grown,
        ratios=ratios.of_price(
            accounts, business.bridge, price, business.inputs.company, over_three
        ),
        special=_special(business, price),
    )


def _special(business: _Business, price: float | None) -> tuple[Ratio, ...]:
    accounts, b = business.accounts, business.bridge
    if business.kind is BusinessType.BANK:
        return ratios.of_bank(accounts, b, price)
    if business.kind is BusinessType.INSURANCE:
        return ratios.of_insurer(accounts, b, price)
    if business.kind is BusinessType.REIT:
        return ratios.of_reit(accounts, b, price, reit.funds(accounts, business.caveats))
    return ()
