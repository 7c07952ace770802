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

    `currency_words` says what the code means where it does not speak for itself (GBp: pence).
    `provenance` is the source and what limits its word: "Yahoo, 15 min delayed". The currency is
    `currency_assumed` where the source did not tell it. `disagreeing` says what others told.
    """

    amount: str
    currency: str
    currency_words: str
    change: str
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
class WorthView:
    """What the last analysis came to. `fair` is "" where there is no fair value; `reason` says why.

    `mark` colours the verdict. `age` is that of the oldest of its data, and `stale` that it is old.
    """

    verdict: str
    mark: str
    fair: str
    margin: str
    reason: str
    age: str
    made_at: str
    stale: bool


@dataclass(frozen=True, slots=True)
class EditView:
    """The row's form: what its fields hold, and what is wrong with that. `open`: show it."""

    note: str
    target: str
    problem: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class RowView:
    """One line of the watchlist.

    `state` is queued, updating or "". `failure` is the short reason why the last fetch gave no
    price, `failure_detail` its sentence. `target` is the target price with its distance in words.
    `sort` holds the values by which pages sort, "" where there is none. `version` differs
    whenever anything but the age does.
    """

    id: str
    version: str
    symbol: str
    name: str
    note: str
    target: str
    simulated: bool
    price: PriceView | None
    worth: WorthView | None
    state: str
    failure: str
    failure_detail: str
    attempts: tuple[AttemptView, ...]
    edit: EditView
    sort: dict[str, str | float]


@dataclass(frozen=True, slots=True)
class RefreshView:
    """The refresh of a list, or its analysis: running with progress, or ended with closing words.

    `line` is "21 of 50 · about 3 s left · AAPL from yahoo/quote" while it runs, then
    "48 updated, 1 not updated, 1 failed".
    """

    task_id: str
    running: bool
    done: int
    total: int
    percent: float
    line: str
    failed: bool


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


@dataclass(frozen=True, slots=True)
class BoardView:
    """The whole watchlist page. `sort` and `descending` tell the order of `rows`; "": as listed."""

    watchlist: str
    rows: tuple[RowView, ...]
    refresh: RefreshView | None
    analysis: RefreshView | None
    failing: tuple[SourceView, ...]
    event_id: int
    now: str
    any_simulated: bool
    any_sample: bool
    sort: str = ""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class AddProblem:
    """Why a symbol was not added. `symbol` is set when it may be added anyway."""

    detail: str
    symbol: str = ""
    attempts: tuple[AttemptView, ...] = ()
