"""What sources tell of a symbol besides its quote, part by part."""

from enum import StrEnum

from stockapp.domain.bars import Bars
from stockapp.domain.company import Company
from stockapp.domain.statement import Statement, StatementKind


class Part(StrEnum):
    """One thing to ask a source for; each is fetched, failed and kept for itself."""

    PROFILE = "profile"
    INCOME = StatementKind.INCOME.value
    BALANCE = StatementKind.BALANCE.value
    CASH_FLOW = StatementKind.CASH_FLOW.value
    HISTORY = "history"


# What a part comes to.
Finding = Company | Statement | Bars
