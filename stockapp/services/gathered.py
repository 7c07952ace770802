"""All that an analysis is made from, as the cache holds it."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from stockapp.analysis.inputs import Inputs
from stockapp.domain.analysis import Caveat, FxRate
from stockapp.domain.attempt import Reason
from stockapp.domain.bars import Bars
from stockapp.domain.choices import Choices
from stockapp.domain.company import Company, SecurityType
from stockapp.domain.instrument import InstrumentKind, instrument
from stockapp.domain.money import in_major_units
from stockapp.domain.report import PricePoint
from stockapp.domain.research import Part
from stockapp.domain.statement import Statement, StatementKind
from stockapp.domain.symbol import SIMULATED_SUFFIX, is_simulated
from stockapp.services.findings import Held
from stockapp.services.quotes import Known

STATEMENTS = (Part.INCOME, Part.BALANCE, Part.CASH_FLOW)
_HIGHEST_YIELD = 25.0
# Reasons that will be the same when one asks again.
_LASTING = frozenset(
    {Reason.NO_DATA, Reason.NOT_FOUND, Reason.NOT_CONFIGURED, Reason.UNSUPPORTED_SYMBOL}
)
_BY_SHAPE = {
    InstrumentKind.INDEX: SecurityType.INDEX,
    InstrumentKind.CURRENCY_PAIR: SecurityType.CURRENCY,
    InstrumentKind.CRYPTO_PAIR: SecurityType.CRYPTO,
    InstrumentKind.FUTURE: SecurityType.FUTURE,
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What analyses assume and are held against. Simulated companies have a market of their own."""

    risk_free: str
    benchmark: str
    simulated_risk_free: str
    simulated_benchmark: str
    equity_premium: float
    mid_year: bool

    def risk_free_of(self, symbol: str) -> str:
        """The symbol whose price is the risk-free yield in percent."""
        return self.simulated_risk_free if is_simulated(symbol) else self.risk_free

    def benchmark_of(self, symbol: str) -> str:
        """The index that the price is held against."""
        return self.simulated_benchmark if is_simulated(symbol) else self.benchmark


@dataclass(frozen=True, slots=True)
class Gathered:
    """Of one symbol. `fx` is the quote of the exchange rate that the statements need, if any."""

    symbol: str
    price: Known
    parts: Mapping[Part, Held]
    risk_free: Known
    fx: Known | None
    benchmark: Held | None

    @property
    def company(self) -> Company | None:
        """The profile."""
        found = self.parts[Part.PROFILE].finding
        return found if isinstance(found, Company) else None

    @property
    def statements(self) -> dict[StatementKind, Statement]:
        """Those there are."""
        found = (self.parts[part].finding for part in STATEMENTS)
        return {told.kind: told for told in found if isinstance(told, Statement)}

    @property
    def bars(self) -> Bars | None:
        """The price history."""
        found = self.parts[Part.HISTORY].finding
        return found if isinstance(found, Bars) else None

    @property
    def benchmark_bars(self) -> Bars | None:
        """The history of the index."""
        found = self.benchmark.finding if self.benchmark else None
        return found if isinstance(found, Bars) else None

    @property
    def basis(self) -> str:
        """Differs with each part that is fetched anew; not with the price, which changes often."""
        parts = sorted(self.parts.items())
        told = "/".join(f"{part}={held.stored_at}" for part, held in parts)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def data_at(self) -> datetime | None:
        """When the oldest of what there is was fetched; None when there is nothing."""
        quotes = [known.quote for known in (self.price, self.risk_free, self.fx) if known]
        told = [view.quote.fetched_at for view in quotes if view]
        told += [held.stored_at for held in self.parts.values() if held.stored_at]
        return min(told, default=None)

    @property
    def incomplete(self) -> bool:
        """Whether something lacks, or is old, for a reason that may pass."""
        reports = [known.report for known in (self.price, self.risk_free, self.fx) if known]
        errors = [report.error for report in reports if report]
        errors += [held.error for held in self.parts.values()]
        return any(error and error.reason not in _LASTING for error in errors)

    @property
    def is_nothing(self) -> bool:
        """Whether there is neither a price nor a statement."""
        return self.price.quote is None and not self.statements

    @property
    def is_complete_and_fresh(self) -> bool:
        """Whether nobody need be asked for anything."""
        quote = self.price.quote
        held = all(part.is_fresh for part in self.parts.values())
        return held and quote is not None and quote.is_fresh


def security_of(symbol: str, company: Company | None) -> SecurityType:
    """What the symbol stands for: by its profile, else by its shape."""
    if company:
        return company.security_type
    found = instrument(symbol)
    return _BY_SHAPE.get(found.kind, SecurityType.SHARE) if found else SecurityType.SHARE


def has_statements(symbol: str) -> bool:
    """Whether it makes sense to ask for any, by the shape of the symbol."""
    return security_of(symbol, None) is SecurityType.SHARE


def fx_symbol(
    symbol: str, known: Known, company: Company | None, statements: Collection[Statement]
) -> str | None:
    """The symbol of the exchange rate that the statements need; None where they need none."""
    pair = _pair(known, company, statements)
    if pair is None:
        return None
    base, target = pair
    return f"{base}{target}{SIMULATED_SUFFIX}" if is_simulated(symbol) else f"{base}{target}=X"


def price_of(gathered: Gathered) -> PricePoint | None:
    """The price, as analyses take it; the last close of the history where there is no quote."""
    quote, bars = gathered.price.quote, gathered.bars
    if quote:
        return PricePoint(quote.quote.price, quote.quote.currency, quote.quote.as_of)
    if bars is None or not len(bars) or bars.without_dividends:
        return None
    at = datetime.combine(bars.days[-1], time(), UTC)
    return PricePoint(bars.close[-1], bars.currency, at)


def inputs_of(
    gathered: Gathered, choices: Choices, rules: Rules, today: date, notes: tuple[Caveat, ...]
) -> Inputs:
    """The inputs of an analysis; `notes` are what is to be doubted in them."""
    return Inputs(
        symbol=gathered.symbol,
        today=today,
        company=gathered.company,
        statements=gathered.statements,
        price=price_of(gathered),
        fx=_rate(gathered),
        risk_free=_risk_free(gathered.risk_free),
        equity_premium=rules.equity_premium,
        mid_year=rules.mid_year,
        choices=choices,
        security=security_of(gathered.symbol, gathered.company),
        notes=notes,
        risk_free_symbol=rules.risk_free_of(gathered.symbol),
    )


def _pair(
    known: Known, company: Company | None, statements: Collection[Statement]
) -> tuple[str, str] | None:
    """The statements' currency and the price's whole one, where they differ and are known."""
    target = None
    if known.quote:
        _, target = in_major_units(1.0, known.quote.quote.currency)
    target = target or (company.currency if company else None)
    told = [statement.currency for statement in statements if statement.currency]
    base = next((currency for currency in told if currency != target), None)
    if not told and company and statements:
        base = company.financial_currency
    return (base, target) if base and target and base != target else None


def _rate(gathered: Gathered) -> FxRate | None:
    pair = _pair(gathered.price, gathered.company, gathered.statements.values())
    quote = gathered.fx.quote.quote if gathered.fx and gathered.fx.quote else None
    if pair is None or quote is None or quote.price <= 0:
        return None
    if quote.currency not in (None, pair[1]):
        return None
    return FxRate(pair[0], pair[1], quote.price, quote.as_of)


def _risk_free(known: Known) -> float | None:
    """The yield as a fraction; what can be no yield is none."""
    percent = known.quote.quote.price if known.quote else None
    return percent / 100 if percent is not None and 0 < percent < _HIGHEST_YIELD else None
