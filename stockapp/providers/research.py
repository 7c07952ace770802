"""The contract of sources that tell more than prices, and what their parsers share."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.research import Finding, Part
from stockapp.domain.statement import (
    MOST_YEARS,
    NAMES,
    FiscalYear,
    Line,
    Statement,
    StatementKind,
)
from stockapp.providers.base import Answer, Request

# A line of ours: the labels of a source that mean it, the best first.
Labels = Mapping[Line, Sequence[str]]
# What a source tells: for the end of each year the currency, where it names one, and its labels
# with their numbers.
Told = Mapping[date, tuple[str | None, Mapping[str, float]]]

_WORDS = {
    Part.PROFILE: "profile",
    Part.HISTORY: "price history",
    **{Part(kind.value): name for kind, name in NAMES.items()},
}

# Amounts spent, which some sources write with a minus.
_SPENT = frozenset({Line.CAPITAL_EXPENDITURE, Line.DIVIDENDS_PAID})


class Researcher(ABC):
    """A service's side of research; no I/O, like a provider. `name` and `title` are the latter's.

    `parts` are those it can tell, each with the method's name that stands in attempts.
    """

    name: str
    title: str
    parts: ClassVar[Mapping[Part, str]]

    def covers(self, part: Part, symbol: str) -> bool:
        """Whether the service could tell that part of such a symbol."""
        return part in self.parts

    @abstractmethod
    def request(self, part: Part, symbol: str) -> Request:
        """The request for a part."""

    @abstractmethod
    def parse(self, part: Part, symbol: str, answer: Answer) -> Finding | Failure:
        """What the answer says. Never raises for any answer."""


def lacking(title: str, symbol: str, what: str) -> Failure:
    """A symbol that the service may know, but tells nothing of the kind about."""
    return Failure(Reason.NO_DATA, f"{title} has no {what} for {symbol}.")


def words_of(part: Part) -> str:
    """How people call a part."""
    return _WORDS[part]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who told a statement, by which method, and when."""

    source: str
    method: str
    fetched_at: datetime


def annual(kind: StatementKind, told: Told, labels: Labels, origin: Origin) -> Statement | None:
    """The statement in our lines, newest year first; None without a line.

    A company that changed the currency it reports in has told its older years in the old one:
    these are left out. One label stands for a line in all years; one that the newest year has
    comes before one that it lacks, so that years are comparable.
    """
    named = (told[end][0] for end in sorted(told, reverse=True) if told[end][0])
    currency = next(named, None)
    numbers = {end: rest for end, (own, rest) in told.items() if own in (None, currency)}
    years = _fiscal_years(numbers, labels)
    if not years:
        return None
    return Statement(kind, currency, years, origin.source, origin.method, origin.fetched_at)


def _fiscal_years(
    told: Mapping[date, Mapping[str, float]], labels: Labels
) -> tuple[FiscalYear, ...]:
    ends = sorted(told, reverse=True)[:MOST_YEARS]
    values: dict[date, dict[Line, float]] = {end: {} for end in ends}
    for line, names in labels.items():
        label = _label(told, ends, names)
        for end in ends:
            number = told[end].get(label) if label else None
            if number is not None:
                values[end][line] = abs(number) if line in _SPENT else number
    _right_interest(values.values())
    return tuple(FiscalYear(end, values[end]) for end in ends if values[end])


def _right_interest(years: Iterable[dict[Line, float]]) -> None:
    """Interest that is negative in every year is written so; in some, it was earned on balance."""
    told = [values for values in years if values.get(Line.INTEREST_EXPENSE)]
    if all(values[Line.INTEREST_EXPENSE] < 0 for values in told):
        for values in told:
            values[Line.INTEREST_EXPENSE] *= -1


def _label(
    told: Mapping[date, Mapping[str, float]], ends: Sequence[date], labels: Sequence[str]
) -> str | None:
    for end in ends:
        for label in labels:
            if label in told[end]:
                return label
    return None
