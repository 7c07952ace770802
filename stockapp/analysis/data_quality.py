"""What is lacking, old or doubtful in the data, before anything is computed from it."""

from collections.abc import Mapping, Sequence
from datetime import date

from stockapp.analysis.accounts import Accounts
from stockapp.analysis.caveats import Caveats
from stockapp.domain.analysis import Severity
from stockapp.domain.company import SecurityType
from stockapp.domain.statement import NAMES, Line, Statement, StatementKind
from stockapp.domain.wording import spelled

_OLD_DAYS = 548
_OUTDATED_DAYS = 3 * 365
_FEW_YEARS = 3
_KINDS = {
    SecurityType.FUND: "A fund",
    SecurityType.INDEX: "An index",
    SecurityType.CURRENCY: "A currency",
    SecurityType.CRYPTO: "A coin",
    SecurityType.FUTURE: "A future",
}
# What each missing statement, and each missing key line, does to which figure.
_STATEMENT_TOUCHES = {
    StatementKind.INCOME: "every value, growth and ratio",
    StatementKind.BALANCE: "every value per share",
    StatementKind.CASH_FLOW: "the discounted cash flow",
}
_KEY_LINES: Mapping[Line, tuple[StatementKind, str]] = {
    Line.REVENUE: (StatementKind.INCOME, "discounted cash flow, earnings power and ratios"),
    Line.EBIT: (StatementKind.INCOME, "the earnings power value and returns on capital"),
    Line.NET_INCOME: (StatementKind.INCOME, "returns, growth and price / earnings"),
    Line.PRETAX_INCOME: (StatementKind.INCOME, "the tax rate"),
    Line.TOTAL_ASSETS: (StatementKind.BALANCE, "the F-score and the choice of book value"),
    Line.TOTAL_LIABILITIES: (StatementKind.BALANCE, "liquidation value and Altman's Z"),
    Line.EQUITY: (StatementKind.BALANCE, "the asset value and returns on equity"),
    Line.OPERATING_CASH_FLOW: (StatementKind.CASH_FLOW, "the discounted cash flow"),
    Line.CAPITAL_EXPENDITURE: (StatementKind.CASH_FLOW, "free cash flow"),
}


# Lines that banks and insurers do not have, or that nothing of theirs rests on.
_NOT_OF_FINANCIALS = frozenset({Line.EBIT, Line.OPERATING_CASH_FLOW, Line.CAPITAL_EXPENDITURE})
# What each statement of a whole year tells.
_OF_A_YEAR = (Line.REVENUE, Line.EQUITY, Line.OPERATING_CASH_FLOW)


def price_only(security: SecurityType, caveats: Caveats) -> None:
    """Note that there is nothing to value, as it is no business."""
    message = f"{_KINDS[security]} has no statements: only its price can be looked at."
    caveats.add(Severity.LOW, "statements", message, "value and soundness")


def inspect(
    statements: Mapping[StatementKind, Statement],
    accounts: Accounts,
    today: date,
    caveats: Caveats,
    *,
    financial: bool,
) -> None:
    """Note what is missing or too old. `financial`: a bank or an insurer, which has other lines."""
    for kind, title in NAMES.items():
        if kind not in statements or not statements[kind].years:
            message = f"No source gave the {title}."
            spared = financial and kind is StatementKind.CASH_FLOW
            severity = Severity.MEDIUM if spared else Severity.HIGH
            touched = "the payout" if spared else _STATEMENT_TOUCHES[kind]
            caveats.add(severity, kind, message, touched)
    for line, (kind, touched) in _KEY_LINES.items():
        if financial and line in _NOT_OF_FINANCIALS:
            continue
        if kind in statements and statements[kind].years and accounts.get(line) is None:
            message = f"{spelled(line)} is not told for the latest year."
            caveats.add(Severity.MEDIUM, line, message, touched)
    if accounts.years:
        _inspect_years(accounts, today, caveats)


def left_out(ends: Sequence[date], accounts: Accounts, caveats: Caveats) -> None:
    """Note the years that not all statements tell of yet."""
    if not ends:
        return
    told = ", ".join(f"{end:%Y-%m-%d}" for end in ends)
    rests = f"{accounts.years[0].end:%Y-%m-%d}"
    message = f"Not all statements tell of {told} yet: the analysis rests on the year to {rests}."
    caveats.add(Severity.MEDIUM, "years", message, "every value")


def _inspect_years(accounts: Accounts, today: date, caveats: Caveats) -> None:
    count = _complete_years(accounts)
    if count < _FEW_YEARS:
        years = "one year" if count == 1 else f"{count} years" if count else "no year"
        message = f"There are statements of {years} only: means and growth rest on little."
        caveats.add(Severity.HIGH, "years", message, "every value")
    newest = accounts.years[0].end
    age = (today - newest).days
    if age < 0:
        message = f"The newest statement is of {newest:%Y-%m-%d}, which is still to come."
        caveats.add(Severity.HIGH, "years", message, "every value")
    elif age > _OLD_DAYS:
        severity = Severity.HIGH if age > _OUTDATED_DAYS else Severity.MEDIUM
        message = f"The newest statement is of {newest:%Y-%m-%d}."
        caveats.add(severity, "years", message, "every value")


def _complete_years(accounts: Accounts) -> int:
    """Of the lines that means rest on, how many years tell each; the least of these numbers.

    A line that no year tells is named elsewhere.
    """
    counts = [sum(v is not None for v in accounts.series(line)) for line in _OF_A_YEAR]
    return min((count for count in counts if count), default=0)
