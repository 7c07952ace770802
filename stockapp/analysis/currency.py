"""Currency comes first: all statements in the price's whole currency, converted once, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts, converted, merged
from stockapp.analysis.caveats import Caveats
from stockapp.analysis.inputs import Inputs
from stockapp.domain.analysis import FxRate, Severity
from stockapp.domain.statement import NAMES, Statement, StatementKind

_OF_TREASURIES = "^TNX"


@dataclass(frozen=True, slots=True)
class Converted:
    """The accounts, with the currency they are in.

    `comparable`: it is that of the share, so that there are values per share. `price` is in that
    currency, and None where it is not known in it.
    """

    accounts: Accounts
    statements: Mapping[StatementKind, Statement]
    currency: str | None
    price: float | None
    comparable: bool
    fx: FxRate | None


def in_price_currency(inputs: Inputs, caveats: Caveats) -> Converted:
    """Statements and price in one currency; where that cannot be had, the statements as told."""
    price, target = _price(inputs, caveats)
    told = {kind: _with_currency(s, inputs, target, caveats) for kind, s in _ordered(inputs)}
    if target is None:
        caveats.add(
            Severity.HIGH,
            "currency",
            "The currency of the price is unknown.",
            "every value against the price",
        )
        return _unconverted(told, caveats)
    rate = _usable(inputs.fx, target)
    same, used = {}, None
    for kind, statement in told.items():
        if statement.currency == target:
            same[kind] = statement
        elif rate and rate.base == statement.currency:
            same[kind], used = converted(statement, rate), rate
    strange = [statement for kind, statement in told.items() if kind not in same]
    if strange:
        _no_rate(strange, target, caveats)
        return _unconverted(told, caveats)
    if used:
        _tell_rate(used, caveats)
    if inputs.risk_free_symbol == _OF_TREASURIES and target != "USD" and told:
        message = f"The risk-free rate is that of US treasuries, though all money is in {target}."
        caveats.add(Severity.LOW, "risk_free", message, "every discount rate")
    return Converted(merged(same), same, target, price, True, used)


def _price(inputs: Inputs, caveats: Caveats) -> tuple[float | None, str | None]:
    """The price in whole currency, and that currency: the profile's where nobody told it."""
    amount, target = inputs.price.in_major() if inputs.price else (None, None)
    price = figures.known(amount)
    if price is None or price <= 0:
        caveats.add(
            Severity.MEDIUM, "price", "No source told a price.", "margin of safety and ratios"
        )
        price = None
    if target is None and inputs.company and inputs.company.currency:
        target = inputs.company.currency
        if price is not None:
            message = f"Nobody told the currency of the price: {target} was assumed."
            caveats.add(Severity.HIGH, "currency", message, "margin of safety and ratios")
    return price, target


def _usable(rate: FxRate | None, target: str) -> FxRate | None:
    if rate is None or rate.target != target:
        return None
    told = figures.known(rate.rate)
    return rate if told is not None and told > 0 else None


def _unconverted(told: Mapping[StatementKind, Statement], caveats: Caveats) -> Converted:
    """The statements of one currency, in that; those in another are left out, and named."""
    currency = next((s.currency for s in told.values()), None)
    kept = {kind: s for kind, s in told.items() if s.currency == currency}
    for statement in (s for kind, s in told.items() if kind not in kept):
        message = (
            f"The {NAMES[statement.kind]} is in {statement.currency}, the others in {currency}:"
            " it was left out."
        )
        caveats.add(Severity.HIGH, "currency", message, "whatever follows from it")
    return Converted(merged(kept), kept, currency, None, False, None)


def _ordered(inputs: Inputs) -> list[tuple[StatementKind, Statement]]:
    return [(kind, inputs.statements[kind]) for kind in StatementKind if kind in inputs.statements]


def _with_currency(
    statement: Statement, inputs: Inputs, target: str | None, caveats: Caveats
) -> Statement:
    """The statement with the currency that its source, or the profile, tells."""
    if statement.currency:
        return statement
    told = inputs.company.financial_currency if inputs.company else None
    if told is None and target:
        message = f"Nobody told the currency of the {NAMES[statement.kind]}: {target} was assumed."
        caveats.add(Severity.HIGH, "currency", message, "every value")
    return Statement(
        statement.kind,
        told or target,
        statement.years,
        statement.source,
        statement.method,
        statement.fetched_at,
    )


def _no_rate(strange: Sequence[Statement], target: str, caveats: Caveats) -> None:
    names = ", ".join(NAMES[statement.kind] for statement in strange)
    told = " and ".join(sorted({statement.currency or "" for statement in strange}))
    message = (
        f"In {told}: {names}. The price is in {target}, and there is no exchange rate: no value"
        " per share can be given."
    )
    caveats.add(Severity.HIGH, "fx", message, "every value per share")


def _tell_rate(rate: FxRate, caveats: Caveats) -> None:
    message = (
        f"Statements were converted from {rate.base} to {rate.target} at {rate.rate:.6g}"
        f" of {rate.as_of:%Y-%m-%d %H:%M} UTC."
    )
    caveats.add(Severity.LOW, "fx", message, "all amounts of money")
