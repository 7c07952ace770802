"""What an analysis says: figures that can be opened to their steps, and what to doubt in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Unit(StrEnum):
    """What a figure counts. MONEY is in whole units of the report's currency, PER_SHARE too.

    A PERCENT is shown as one, and held and told to programs as a fraction: 0.12 is 12 %.
    """

    MONEY = "money"
    PER_SHARE = "per_share"
    PERCENT = "fraction"
    RATIO = "ratio"
    COUNT = "count"


class Severity(StrEnum):
    """How much a caveat matters. HIGH: it touches the value, and forbids a verdict."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Caveat:
    """Something to doubt: the field, what is the matter or was assumed, what that touches."""

    severity: Severity
    field: str
    message: str
    affects: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a calculation: what it is, its value (None: unknown), and how it came about."""

    label: str
    value: float | None
    unit: Unit
    formula: str = ""


@dataclass(frozen=True, slots=True)
class MethodValue:
    """One way to value a share. `value` per share, or None, and then `reason` says why not."""

    key: str
    title: str
    value: float | None
    reason: str | None
    steps: tuple[Step, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it can have a part in the fair value."""
        return self.value is not None and self.value > 0


class Verdict(StrEnum):
    """What the rule says; not advice."""

    STRONG_BUY = "strong_buy"
    BUY = "buy"
    HOLD = "hold"
    AVOID = "avoid"
    NONE = "none"

    @property
    def words(self) -> str:
        """The verdict for people."""
        return "no verdict" if self is Verdict.NONE else self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class FairValue:
    """The weighted mean of the methods that gave a positive value, per share; None without any.

    `weights` are those used, which sum to 1. `margin` of safety and `upside` are fractions.
    """

    value: float | None
    low: float | None
    high: float | None
    weights: Mapping[str, float]
    price: float | None
    margin: float | None
    upside: float | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The DCF per share by discount rate (rows) and terminal growth (columns)."""

    discount_rates: tuple[float, ...]
    growths: tuple[float, ...]
    values: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One line of a score. `points` is None when the figure is unknown. `rule` says the rule,
    `formula` how the figure comes about.
    """

    name: str
    value: float | None
    unit: Unit
    rule: str
    points: float | None
    out_of: float
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """Points got, of those that could be known, scaled to 0..100; None when none is known."""

    percent: float | None
    got: float
    known: float
    lines: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A yes/no test with its two numbers; `passed` is None when it cannot be told."""

    name: str
    now: float | None
    before: float | None
    unit: Unit
    passed: bool | None


@dataclass(frozen=True, slots=True)
class AltmanScore:
    """The Z-score with its zone: safe, grey or distress. `model` is Z or Z''."""

    model: str
    value: float | None
    zone: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """Compound growth a year over exactly `years`, from `first` to `last`; None where these differ
    in sign, or lack.
    """

    line: str
    years: int
    rate: float | None
    reason: str | None = None
    first: float | None = None
    last: float | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio, or why there is none; what stands above and below its line, as `formula` says."""

    name: str
    value: float | None
    unit: Unit
    reason: str | None = None
    formula: str = ""
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True)
class FxRate:
    """Units of `target` for one unit of `base`, as a source told it."""

    base: str
    target: str
    rate: float
    as_of: datetime


@dataclass(frozen=True, slots=True)
class CostOfCapital:
    """All rates are fractions a year. `rate` discounts: the WACC, or what the reader chose."""

    risk_free: float
    beta: float
    cost_of_equity: float
    cost_of_debt: float
    tax_rate: float
    wacc: float
    rate: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Valuation:
    """What the business is worth. Money per share in `currency`, a whole currency."""

    currency: str | None
    business_type: str
    detected_type: str
    capital: CostOfCapital
    methods: tuple[MethodValue, ...]
    fair_value: FairValue
    verdict: Verdict
    reasons: tuple[str, ...]
    sensitivity: Sensitivity | None
    reverse_dcf: str
    implied_growth: float | None
    growth: float | None
    terminal_growth: float
    discount_rate: float
    fx: FxRate | None


@dataclass(frozen=True, slots=True)
class Soundness:
    """How sound the business is."""

    piotroski: tuple[Check, ...]
    altman: AltmanScore | None
    health: Score
    quality: Score
    moats: tuple[str, ...]
    growth: tuple[Growth, ...]
    ratios: tuple[Ratio, ...]
    special: tuple[Ratio, ...]


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall from a peak, as a negative fraction, with its dates."""

    depth: float
    peak: date
    trough: date


@dataclass(frozen=True, slots=True)
class PriceFigures:
    """What the price has been doing. Fractions; `returns` by span, total returns."""

    returns: Mapping[str, float | None]
    volatility: float | None
    drawdown: Drawdown | None
    week52_low: float | None
    week52_high: float | None
    week52_position: float | None
    beta: float | None
    correlation: float | None
    benchmark: str | None
