"""Currency comes first: all statements in the price's whole currency, converted once, or none."""

from collections.abc import Mapping
from dataclasses import dataclass

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts, converted, merged
from stockapp.analysis.caveats import Caveats
from stockapp.analysis.inputs import Inputs
from stockapp.domain.analysis import FxRate, Severity
from stockapp.domain.statement import Statement, StatementKind


@dataclass(frozen=True, slots=True)
class Converted:
    """The accounts, with the currency they are in.

    `comparable`: it is that of the price, so that values per share can be held against it.
    """

    accounts: Accounts
    statements: Mapping[StatementKind, Statement]
    currency: str | None
    price: float | None
    comparable: bool
    fx: FxRate | None


def in_price_currency(inputs: Inputs, caveats: Caveats) -> Converted:
    """Statements and price in one currency; where that cannot be had, the statements as told."""
    told_price, target = inputs.price.in_major() if inputs.price else (None, None)
    price = figures.known(told_price)
    if target is None and inputs.company:
        target = inputs.company.currency
    told = {kind: _with_currency(s, inputs, target, caveats) for kind, s in _ordered(inputs)}
    if target is None:
        caveats.add(
            Severity.HIGH,
            "currency",
            "The currency of the price is unknown.",
            "every value against the price",
        )
        return Converted(merged(told), told, _currency_of(told), price, False, None)
    same, strange, used = {}, False, None
    for kind, statement in told.items():
        if statement.currency == target:
            same[kind] = statement
        elif inputs.fx and (inputs.fx.base, inputs.fx.target) == (statement.currency, target):
            same[kind], used = converted(statement, inputs.fx), inputs.fx
        else:
            strange = True
            _no_rate(statement, target, caveats)
    if strange:
        return Converted(merged(told), told, _currency_of(told), price, False, None)
    if used:
        _tell_rate(used, caveats)
    return Converted(merged(same), same, target, price, price is not None, used)


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
        message = f"Nobody told the currency of the {statement.kind} statement: {target} assumed."
        caveats.add(Severity.HIGH, "currency", message, "every value")
    return Statement(
        statement.kind,
        told or target,
        statement.years,
        statement.source,
        statement.method,
        statement.fetched_at,
    )


def _currency_of(statements: Mapping[StatementKind, Statement]) -> str | None:
    return next((s.currency for s in statements.values()), None)


def _no_rate(statement: Statement, target: str, caveats: Caveats) -> None:
    message = (
        f"The {statement.kind} statement is in {statement.currency}, the price in {target}, and"
        " there is no exchange rate: no value per share can be given."
    )
    caveats.add(Severity.HIGH, "fx", message, "every value per share")


def _tell_rate(rate: FxRate, caveats: Caveats) -> None:
    message = (
        f"Statements were converted from {rate.base} to {rate.target} at {rate.rate:.6g}"
        f" of {rate.as_of:%Y-%m-%d %H:%M} UTC."
    )
    caveats.add(Severity.LOW, "fx", message, "all amounts of money")
