"""Small businesses to value, with round numbers."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from stockapp.analysis.inputs import Inputs
from stockapp.domain.analysis import FxRate, MethodValue
from stockapp.domain.choices import Choices
from stockapp.domain.company import Company
from stockapp.domain.report import PricePoint
from stockapp.domain.statement import FiscalYear, Line, Statement, StatementKind

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
INCOME, BALANCE, CASH_FLOW = StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW

_ORDER = list(Line)
_FIRST_OF_BALANCE = _ORDER.index(Line.TOTAL_ASSETS)
_FIRST_OF_CASH_FLOW = _ORDER.index(Line.OPERATING_CASH_FLOW)


def kind_of(line: Line) -> StatementKind:
    place = _ORDER.index(line)
    if place < _FIRST_OF_BALANCE:
        return INCOME
    return BALANCE if place < _FIRST_OF_CASH_FLOW else CASH_FLOW


def statements(
    years: Sequence[Mapping[str, float]], currency: str | None = "USD", newest: int = 2025
) -> dict[StatementKind, Statement]:
    """Statements of such years, newest first, each ending with the calendar year."""
    told: dict[StatementKind, list[FiscalYear]] = {INCOME: [], BALANCE: [], CASH_FLOW: []}
    for place, values in enumerate(years):
        lines = {Line(name): float(value) for name, value in values.items()}
        for kind, list_ in told.items():
            own = {line: value for line, value in lines.items() if kind_of(line) is kind}
            if own:
                list_.append(FiscalYear(date(newest - place, 12, 31), own))
    return {
        kind: Statement(kind, currency, tuple(list_), "yahoo", "statements", NOW)
        for kind, list_ in told.items()
        if list_
    }


def company(**fields: object) -> Company:
    told: dict[str, object] = {"currency": "USD", "financial_currency": "USD", "beta": 1.0}
    return Company("ACME", "yahoo", "profile", NOW, **{**told, **fields})  # type: ignore[arg-type]


def inputs(
    told: Mapping[StatementKind, Statement],
    *,
    about: Company | None = None,
    price: float | None = 50.0,
    currency: str = "USD",
    fx: FxRate | None = None,
    risk_free: float | None = 0.04,
    choices: Choices | None = None,
) -> Inputs:
    return Inputs(
        symbol="ACME",
        today=NOW.date(),
        company=about,
        statements=told,
        price=PricePoint(price, currency, NOW) if price is not None else None,
        fx=fx,
        risk_free=risk_free,
        choices=choices or Choices(),
    )


def steps_of(method: MethodValue) -> dict[str, float | None]:
    return {step.label: step.value for step in method.steps}
