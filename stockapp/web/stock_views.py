"""What the templates of a stock's page receive; see views.py."""

from dataclasses import dataclass, field

from stockapp.web.views import AttemptView, PriceView


@dataclass(frozen=True, slots=True)
class FigureView:
    """A line of a table: what it is, its value in words, and how it came about."""

    label: str
    words: str
    note: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage of the analysis that runs, or how it came out; `mark` colours its state."""

    id: str
    title: str
    state: str
    mark: str
    said: str
    reason: str
    attempts: tuple[AttemptView, ...]


@dataclass(frozen=True, slots=True)
class RunView:
    """The task that analyses: running with its progress, or how it ended."""

    task_id: str
    running: bool
    percent: float
    line: str
    error: str
    stages: tuple[StageView, ...]
    failed: int


@dataclass(frozen=True, slots=True)
class CaveatView:
    """Something to doubt."""

    severity: str
    mark: str
    message: str
    affects: str


@dataclass(frozen=True, slots=True)
class MethodView:
    """A way to value the business; `value` is "" where there is none, and `reason` says why."""

    key: str
    title: str
    value: str
    weight: str
    reason: str
    steps: tuple[FigureView, ...]


@dataclass(frozen=True, slots=True)
class RangeView:
    """The fair value as a range against the price; all places are 0 to 100 along it."""

    low: float
    high: float
    value: float
    price: float | None
    words: str


@dataclass(frozen=True, slots=True)
class SensitivityView:
    """Values by discount rate (rows) and terminal growth (columns), all in words."""

    growths: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class ValueView:
    """What the business is worth. `said`: the result in one line, for those who cannot see it."""

    verdict: str
    mark: str
    reasons: tuple[str, ...]
    fair: str
    price: str
    margin: str
    upside: str
    range: RangeView | None
    methods: tuple[MethodView, ...]
    capital: tuple[FigureView, ...]
    sensitivity: SensitivityView | None
    reverse: str
    conversion: str
    assumptions: tuple[FigureView, ...]
    age: str
    data_age: str
    made_at: str
    fresh_until: str
    stale: bool
    chosen: bool
    said: str


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A score of 100 with the reason of each point."""

    title: str
    words: str
    known: str
    lines: tuple[FigureView, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """A plain table: heads of its columns, and rows that begin with their own."""

    title: str
    note: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class SoundView:
    """How sound the business is."""

    health: ScoreView
    quality: ScoreView
    moats: tuple[str, ...]
    piotroski: TableView
    altman: FigureView | None
    altman_steps: tuple[FigureView, ...]
    growth: TableView
    ratios: tuple[FigureView, ...]
    special: tuple[FigureView, ...]


@dataclass(frozen=True, slots=True)
class ChartView:
    """The price history: where scripts get it, what it says in figures, and a table of months."""

    version: str
    source: str
    figures: tuple[FigureView, ...]
    months: TableView


@dataclass(frozen=True, slots=True)
class TypeView:
    """A type of business to choose."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of the form: what was typed, and what holds where nothing is."""

    name: str
    label: str
    typed: str
    used: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ChoicesView:
    """The form of assumptions."""

    types: tuple[TypeView, ...]
    detected: str
    weights: tuple[FieldView, ...]
    rates: tuple[FieldView, ...]
    problem: str = ""
    problem_field: str = ""


@dataclass(frozen=True, slots=True)
class StockView:
    """The whole page; `key` differs with what was chosen, so that no update of one choice takes
    the place of another's.
    """

    symbol: str
    key: str
    name: str
    about: str
    summary: str
    simulated: bool
    price: PriceView | None
    no_price: str
    run: RunView | None
    caveats: tuple[CaveatView, ...]
    value: ValueView | None
    no_value: str
    choices: ChoicesView
    sound: SoundView | None
    statements: tuple[TableView, ...]
    chart: ChartView | None
    no_chart: str
    event_id: int
    now: str
    shows: str
    links: tuple[tuple[str, str], ...] = field(default=())
