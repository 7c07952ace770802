"""What the templates of the watchlist receive; see views.py."""

from dataclasses import dataclass

from stockapp.web.columns import Column, Layout
from stockapp.web.views import AttemptView, PriceView, RefreshView, SourceView


@dataclass(frozen=True, slots=True)
class WorthView:
    """What the last analysis came to. `fair` is "" where there is no fair value; `reason` says why.

    `mark` colours the verdict. `age` is that of the oldest of its data, and `stale` that it is old,
    from `fresh_until` on.
    """

    verdict: str
    mark: str
    fair: str
    margin: str
    reason: str
    age: str
    made_at: str
    fresh_until: str
    stale: bool


@dataclass(frozen=True, slots=True)
class RangeView:
    """Where the price stands between two others; `place` is 0 to 100, beyond neither end."""

    low: str
    high: str
    place: float
    words: str


@dataclass(frozen=True, slots=True)
class TrendView:
    """Closes as a line of SVG in a box of 100 by 24; `direction` as of a price.

    It is stale from `fresh_until` on.
    """

    points: str
    direction: str
    words: str
    fresh_until: str
    stale: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """One line of the watchlist.

    `state` is queued, updating or "". `failure` is the short reason why the last fetch gave no
    price, `failure_detail` its sentence; `unknown` that no source knows the symbol. `target_away`
    is how far the target is from the price. `sort` holds the values by which pages sort, "" where
    there is none, and `groups` the currency of those that are money, which groups the rows then; an
    amount of an unknown currency has none. `hidden`: the filter leaves it out. `version` differs
    whenever anything does but ages and what has grown old, which pages see to themselves.
    """

    id: str
    version: str
    symbol: str
    name: str
    note: str
    target: str
    target_away: str
    simulated: bool
    price: PriceView | None
    day: RangeView | None
    year: RangeView | None
    trend: TrendView | None
    volume: str
    market_cap: str
    worth: WorthView | None
    state: str
    failure: str
    failure_detail: str
    unknown: bool
    hidden: bool
    sort: dict[str, str | float]
    groups: dict[Column, str]


@dataclass(frozen=True, slots=True)
class EditView:
    """The form of an item: what its fields hold, and what is wrong with that."""

    note: str
    target: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ItemView:
    """The details of one item: its row, how its last fetch went, and what can be changed."""

    list_path: str
    path: str
    row: RowView
    attempts: tuple[AttemptView, ...]
    edit: EditView
    now: str


@dataclass(frozen=True, slots=True)
class ListTab:
    """One of the lists, as the line of all shows it."""

    name: str
    title: str
    path: str
    size: int
    here: bool


@dataclass(frozen=True, slots=True)
class TotalsView:
    """What the rows of one currency come to; nothing is added across currencies.

    `cap` is the sum of the market capitalisations that are known, "" where none is.
    """

    currency: str
    rows: int
    up: int
    down: int
    average: str
    cap: str


@dataclass(frozen=True, slots=True)
class LiveView:
    """Whether the rows of a list are refreshed while somebody watches, and how."""

    name: str
    on: bool
    possible: bool
    line: str


@dataclass(frozen=True, slots=True)
class BoardView:
    """The whole page of a list. `layout` tells the columns, and the order of `rows`.

    `filter` is what rows must contain to be shown. `deleted`: the list is no more.
    """

    name: str
    title: str
    path: str
    tabs: tuple[ListTab, ...]
    layout: Layout
    rows: tuple[RowView, ...]
    totals: tuple[TotalsView, ...]
    refresh: RefreshView | None
    analysis: RefreshView | None
    failing: tuple[SourceView, ...]
    event_id: int
    now: str
    any_simulated: bool
    any_sample: bool
    filter: str = ""
    deleted: bool = False

    @property
    def none_match(self) -> bool:
        """Whether the filter leaves all rows out."""
        return bool(self.rows) and all(row.hidden for row in self.rows)


@dataclass(frozen=True, slots=True)
class OptionView:
    """Something that a search found. `about`: its exchange, type and currency, as far as told."""

    symbol: str
    name: str
    about: str
    listed: bool


@dataclass(frozen=True, slots=True)
class FoundView:
    """What a search found. `note` says why there may be more, `failed` that one went wrong.

    `more` is the address of what the sources find besides, "" when they were asked.
    """

    options: tuple[OptionView, ...]
    note: str
    failed: bool
    more: str


@dataclass(frozen=True, slots=True)
class AddProblem:
    """What was not added, and why. `choices` may have been meant."""

    detail: str
    choices: tuple[OptionView, ...] = ()


@dataclass(frozen=True, slots=True)
class PageView:
    """What a list's page shows besides the board: its forms, and what was said last."""

    live: LiveView
    typed: str = ""
    problem: AddProblem | None = None
    said: str = ""
    undo: str = ""
    item: ItemView | None = None
    customising: bool = False
