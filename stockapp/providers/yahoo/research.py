"""Yahoo as a source of profiles, statements and price histories."""

from collections.abc import Mapping
from typing import ClassVar

from stockapp.domain.attempt import Failure
from stockapp.domain.research import Finding, Part
from stockapp.domain.statement import StatementKind
from stockapp.providers.base import Answer, Request
from stockapp.providers.research import Researcher
from stockapp.providers.yahoo import history, profile, shared, statements


class YahooResearch(Researcher):
    """All parts; statements by one method, a request for each."""

    name = shared.SOURCE
    title = shared.SERVICE
    parts: ClassVar[Mapping[Part, str]] = {
        Part.PROFILE: profile.NAME,
        Part.INCOME: statements.NAME,
        Part.BALANCE: statements.NAME,
        Part.CASH_FLOW: statements.NAME,
        Part.HISTORY: history.NAME,
    }

    def request(self, part: Part, symbol: str) -> Request:
        """The request for a part."""
        if part is Part.PROFILE:
            return profile.request(symbol)
        if part is Part.HISTORY:
            return history.request(symbol)
        return statements.request(StatementKind(part.value), symbol)

    def parse(self, part: Part, symbol: str, answer: Answer) -> Finding | Failure:
        """What the answer says."""
        if part is Part.PROFILE:
            return profile.parse(symbol, answer)
        if part is Part.HISTORY:
            return history.parse(symbol, answer)
        return statements.parse(StatementKind(part.value), symbol, answer)
