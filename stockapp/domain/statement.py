"""Annual statements as sources tell them, in field names of our own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

# Older years say little of what a business is worth today.
MOST_YEARS = 10


class StatementKind(StrEnum):
    """The three statements of a year."""

    INCOME = "income"
    BALANCE = "balance"
    CASH_FLOW = "cash_flow"


NAMES = {
    StatementKind.INCOME: "income statement",
    StatementKind.BALANCE: "balance sheet",
    StatementKind.CASH_FLOW: "cash flow statement",
}


class Line(StrEnum):
    """The lines that an analysis reads. Money in the statement's currency; shares as a count.

    Signs as in accounts, but for what is paid out: `capital_expenditure` and `dividends_paid` are
    the amounts spent, positive. `interest_expense` is positive too; negative where more interest
    was earned than paid.
    """

    REVENUE = "revenue"
    GROSS_PROFIT = "gross_profit"
    EBIT = "ebit"
    EBITDA = "ebitda"
    OPERATING_INCOME = "operating_income"
    INTEREST_EXPENSE = "interest_expense"
    NET_INTEREST_INCOME = "net_interest_income"
    NON_INTEREST_EXPENSE = "non_interest_expense"
    CLAIMS = "claims"
    PREMIUMS = "premiums"
    PRETAX_INCOME = "pretax_income"
    TAX_PROVISION = "tax_provision"
    NET_INCOME = "net_income"
    DILUTED_EPS = "diluted_eps"
    DILUTED_SHARES = "diluted_shares"

    TOTAL_ASSETS = "total_assets"
    CURRENT_ASSETS = "current_assets"
    CASH = "cash"
    RECEIVABLES = "receivables"
    INVENTORY = "inventory"
    NET_PPE = "net_ppe"
    GOODWILL = "goodwill"
    INTANGIBLES = "intangibles"
    LOANS = "loans"
    DEPOSITS = "deposits"
    TOTAL_LIABILITIES = "total_liabilities"
    CURRENT_LIABILITIES = "current_liabilities"
    TOTAL_DEBT = "total_debt"
    LONG_TERM_DEBT = "long_term_debt"
    EQUITY = "equity"
    MINORITY_INTEREST = "minority_interest"
    RETAINED_EARNINGS = "retained_earnings"
    SHARES = "shares"

    OPERATING_CASH_FLOW = "operating_cash_flow"
    CAPITAL_EXPENDITURE = "capital_expenditure"
    DEPRECIATION = "depreciation"
    GAIN_ON_SALE = "gain_on_sale"
    DIVIDENDS_PAID = "dividends_paid"


# Counts of shares, which no exchange rate touches.
SHARE_COUNTS = frozenset({Line.DILUTED_SHARES, Line.SHARES})


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """One year of a statement. A line that the source left out is not in `values`."""

    end: date
    values: Mapping[Line, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Statement:
    """One kind of statement, as one source told it. `currency` is None when it did not say."""

    kind: StatementKind
    currency: str | None
    years: tuple[FiscalYear, ...]
    source: str
    method: str
    fetched_at: datetime
