"""A comparison, for templates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from stockapp.domain.analysis import PriceFigures, Soundness, Unit, Valuation
from stockapp.domain.symbol import is_simulated
from stockapp.domain.wording import spelled
from stockapp.services.dossier import Dossier
from stockapp.web import words
from stockapp.web.figures import (
    UNKNOWN,
    altman_words,
    figure,
    move,
    percent,
    ratio_words,
    verdict_words,
)
from stockapp.web.present import provenance


@dataclass(frozen=True, slots=True)
class ColumnView:
    """The head of a column; `state` says what is known of the symbol."""

    symbol: str
    name: str
    simulated: bool
    state: str


@dataclass(frozen=True, slots=True)
class CompareView:
    """The table: a column for each symbol, rows of words. `again`: where to ask while `busy`."""

    columns: tuple[ColumnView, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    busy: bool
    again: str


def compare_view(dossiers: Sequence[Dossier], now: datetime) -> CompareView:
    """Each in its own currency: what is no money can be compared, and says so by its unit."""
    rows = tuple((label, tuple(cell(dossier) for dossier in dossiers)) for label, cell in _ROWS)
    return CompareView(
        columns=tuple(_column(dossier) for dossier in dossiers),
        rows=rows if dossiers else (),
        busy=any(_runs(dossier) for dossier in dossiers),
        again="/compare?" + urlencode({"symbols": ",".join(d.symbol for d in dossiers)}),
    )


def _runs(dossier: Dossier) -> bool:
    return dossier.task is not None and not dossier.task.status.ended


def _column(dossier: Dossier) -> ColumnView:
    company = dossier.gathered.company
    if _runs(dossier) and dossier.task:
        progress = dossier.task.progress
        state = f"being analysed, {progress.done} of {progress.total}"
    elif dossier.kept:
        state = f"analysed {words.ago(dossier.kept.age_seconds)}"
    elif dossier.task and dossier.task.error:
        state = dossier.task.error.detail
    else:
        state = "not analysed"
    name = company.name or "" if company else ""
    return ColumnView(dossier.symbol, name, is_simulated(dossier.symbol), state)


def _price(dossier: Dossier) -> str:
    view = dossier.gathered.price.quote
    if view is None:
        return ""
    quote = view.quote
    amount = words.amount(quote.price, words.decimals(quote.price, quote.symbol, quote.currency))
    price = f"{amount} {quote.currency or 'currency?'}"
    return f"{price}, {words.ago(view.age_seconds)}, {provenance(quote)}"


def _of_value(cell: Callable[[Valuation], str]) -> Callable[[Dossier], str]:
    def told(dossier: Dossier) -> str:
        worth = dossier.kept.value.report.valuation if dossier.kept else None
        return cell(worth) if worth else ""

    return told


def _of_soundness(cell: Callable[[Soundness], str]) -> Callable[[Dossier], str]:
    def told(dossier: Dossier) -> str:
        sound = dossier.kept.value.report.soundness if dossier.kept else None
        return cell(sound) if sound else ""

    return told


def _of_price(cell: Callable[[PriceFigures], str]) -> Callable[[Dossier], str]:
    def told(dossier: Dossier) -> str:
        figures = dossier.kept.value.figures if dossier.kept else None
        return cell(figures) if figures else ""

    return told


def _fair(worth: Valuation) -> str:
    return figure(worth.fair_value.value, Unit.PER_SHARE, worth.currency)


def _passed(sound: Soundness) -> str:
    known = [check.passed for check in sound.piotroski if check.passed is not None]
    return f"{sum(known)} of {len(known)}"


def _altman(sound: Soundness) -> str:
    score = sound.altman
    return "not for its kind" if score is None else altman_words(score)


def _growth(line: str, years: int) -> Callable[[Soundness], str]:
    def told(sound: Soundness) -> str:
        found = next((g for g in sound.growth if (g.line, g.years) == (line, years)), None)
        return move(found.rate) if found and found.rate is not None else "unknown"

    return told


def _ratio(name: str) -> Callable[[Soundness], str]:
    def told(sound: Soundness) -> str:
        found = next((ratio for ratio in sound.ratios if ratio.name == name), None)
        return ratio_words(found) if found else UNKNOWN

    return told


def _score(value: float | None) -> str:
    return UNKNOWN if value is None else f"{round(value, 1):g} of 100"


_ROWS: tuple[tuple[str, Callable[[Dossier], str]], ...] = (
    ("Price", _price),
    ("Verdict", _of_value(lambda worth: verdict_words(worth.verdict)[0])),
    ("Fair value", _of_value(_fair)),
    ("Margin of safety", _of_value(lambda worth: percent(worth.fair_value.margin))),
    ("Type of business", _of_value(lambda worth: spelled(worth.business_type))),
    ("Discount rate", _of_value(lambda worth: percent(worth.discount_rate))),
    ("Business quality", _of_soundness(lambda sound: _score(sound.quality.percent))),
    ("Financial health", _of_soundness(lambda sound: _score(sound.health.percent))),
    ("Piotroski tests passed", _of_soundness(_passed)),
    ("Altman", _of_soundness(_altman)),
    ("Revenue growth, 3 years", _of_soundness(_growth("Revenue", 3))),
    ("Net income growth, 3 years", _of_soundness(_growth("Net income", 3))),
    ("P/E", _of_soundness(_ratio("P/E"))),
    ("P/B", _of_soundness(_ratio("P/B"))),
    ("EV/EBITDA", _of_soundness(_ratio("EV/EBITDA"))),
    ("Dividend yield", _of_soundness(_ratio("Dividend yield"))),
    ("Return, 1 year", _of_price(lambda figures: move(figures.returns.get("1y")))),
    ("Return, 5 years", _of_price(lambda figures: move(figures.returns.get("5y")))),
    ("Volatility", _of_price(lambda figures: percent(figures.volatility))),
    ("Deepest fall", _of_price(lambda f: percent(f.drawdown.depth) if f.drawdown else "unknown")),
)
