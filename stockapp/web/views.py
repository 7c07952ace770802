"""What templates receive: frozen data classes, with numbers and times already in words.

Times that scripts read are RFC 3339.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One line of a row's attempts.

    `source` and `method` were asked, `outcome` came of it (`ok`: the price), for the `reason` of
    the closed list ("" when ok), told by the sentence `detail`; `took` is "" when not asked.
    """

    source: str
    method: str
    ok: bool
    outcome: str
    reason: str
    detail: str
    took: str


@dataclass(frozen=True, slots=True)
class PriceView:
    """A price. `direction` is up, down, flat or unknown.

    `change` and `percent` are the move, "" where it is unknown; `basis` says since when, where that
    is not the close before.

    `currency_words` says what the code means where it does not speak for itself (GBp: pence).
    `provenance` is the source and what limits its word: "Yahoo, 15 min delayed". The currency is
    `currency_assumed` where the source did not tell it. `disagreeing` says what others told.
    """

    amount: str
    currency: str
    currency_words: str
    change: str
    percent: str
    basis: str
    direction: str
    age: str
    fetched_at: str
    fresh_until: str
    market_time: str
    provenance: str
    exchange: str
    stale: bool
    currency_assumed: bool = False
    disagreeing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefreshView:
    """The refresh of a list, or its analysis: running with progress, or ended with closing words.

    `line` is "21 of 50 · 7 a second · about 3 s left · AAPL from yahoo/quote" while it runs, then
    "48 updated, 1 stale, 1 unknown". `has_reasons`: some gave no price, and its page says why.
    """

    task_id: str
    running: bool
    done: int
    total: int
    percent: float
    line: str
    failed: bool
    has_reasons: bool = False


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source that does not answer, or only in part.

    `headline` is such as "Yahoo cannot be reached"; `methods` are those that fail.
    """

    headline: str
    methods: tuple["MethodView", ...]


@dataclass(frozen=True, slots=True)
class MethodView:
    """Methods of a source that failed alike when they were last asked, at the time `at`."""

    method: str
    reason: str
    detail: str
    age: str
    at: str
