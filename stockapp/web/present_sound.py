"""How sound a business is, its statements and its price figures, for templates."""

from collections.abc import Mapping, Sequence

from stockapp.domain.analysis import (
    AltmanScore,
    Check,
    Growth,
    Point,
    PriceFigures,
    Ratio,
    Score,
    Soundness,
)
from stockapp.domain.statement import NAMES, SHARE_COUNTS, Line, Statement, StatementKind
from stockapp.domain.wording import spelled
from stockapp.web import words
from stockapp.web.figures import (
    UNKNOWN,
    altman_words,
    compact,
    figure,
    move,
    percent,
    ratio_words,
    signed,
)
from stockapp.web.present_value import step_views
from stockapp.web.stock_views import FigureView, ScoreView, SoundView, TableView

_PASSED = {True: "yes", False: "no", None: "unknown"}
_SPANS = {
    "1d": "1 day",
    "1w": "1 week",
    "1m": "1 month",
    "3m": "3 months",
    "ytd": "This year",
    "1y": "1 year",
    "3y": "3 years",
    "5y": "5 years",
}


def sound_view(sound: Soundness, currency: str | None) -> SoundView:
    """All scores, growth and ratios."""
    return SoundView(
        health=_score("Financial health", sound.health, currency),
        quality=_score("Business quality", sound.quality, currency),
        moats=sound.moats,
        piotroski=_piotroski(sound.piotroski, currency),
        altman=_altman(sound.altman) if sound.altman else None,
        altman_steps=step_views(sound.altman.steps, currency) if sound.altman else (),
        growth=_growth(sound.growth),
        ratios=tuple(_ratio(ratio, currency) for ratio in sound.ratios),
        special=tuple(_ratio(ratio, currency) for ratio in sound.special),
    )


def statement_views(statements: Mapping[StatementKind, Statement]) -> tuple[TableView, ...]:
    """Each statement as its source told it, in its own currency, newest year first."""
    return tuple(_statement(statements[kind]) for kind in StatementKind if kind in statements)


def price_figure_views(figures: PriceFigures) -> tuple[FigureView, ...]:
    """What the price has been doing."""
    views = [
        FigureView(f"Return, {_SPANS[span].lower()}", move(figures.returns[span]))
        for span in _SPANS
        if figures.returns.get(span) is not None
    ]
    if figures.volatility is not None:
        note = "of daily log returns over a year, annualised"
        views.append(FigureView("Volatility", percent(figures.volatility), note))
    if figures.drawdown:
        fall = figures.drawdown
        note = f"from {fall.peak:%Y-%m-%d} to {fall.trough:%Y-%m-%d}"
        views.append(FigureView("Deepest fall", percent(fall.depth), note))
    if figures.week52_position is not None:
        note = f"{figures.week52_low:,.6g} to {figures.week52_high:,.6g}; 100 % is the highest"
        views.append(FigureView("Place in 52 weeks", percent(figures.week52_position, 0), note))
    if figures.beta is not None and figures.correlation is not None:
        note = f"to {figures.benchmark}, weekly over two years"
        views.append(FigureView("Beta", signed(figures.beta, 2), note))
        views.append(FigureView("Correlation", signed(figures.correlation, 2), note))
    return tuple(views)


def _score(title: str, score: Score, currency: str | None) -> ScoreView:
    said = "unknown" if score.percent is None else f"{round(score.percent, 1):g} of 100"
    out_of = sum(line.out_of for line in score.lines)
    known = f"{score.got:g} points of the {score.known:g} that are known, of {out_of:g} in all"
    return ScoreView(title, said, known, tuple(_point(line, currency) for line in score.lines))


def _point(line: Point, currency: str | None) -> FigureView:
    note = f"{line.formula}. {line.rule}" if line.formula else line.rule
    if line.points is None:
        return FigureView(line.name, "unknown", f"{note}; not counted", "unknown")
    got = f"{line.points:g} of {line.out_of:g}"
    mark = "good" if line.points == line.out_of else "bad" if line.points == 0 else ""
    told = "" if line.value is None else f"{figure(line.value, line.unit, currency)} · "
    return FigureView(line.name, told + got, note, mark)


def _piotroski(checks: Sequence[Check], currency: str | None) -> TableView:
    passed = sum(check.passed is True for check in checks)
    known = sum(check.passed is not None for check in checks)
    rows = tuple(
        (
            check.name,
            figure(check.now, check.unit, currency),
            figure(check.before, check.unit, currency),
            _PASSED[check.passed],
        )
        for check in checks
    )
    note = f"{passed} of {known} tests passed" + ("" if known else ": none can be told")
    return TableView("Piotroski F-score", note, ("Test", "Now", "Against", "Passed"), rows)


def _altman(score: AltmanScore) -> FigureView:
    mark = {"safe": "good", "distress": "bad"}.get(score.zone, "")
    return FigureView(f"Altman {score.model}", altman_words(score), "", mark)


def _growth(rates: Sequence[Growth]) -> TableView:
    lines = list(dict.fromkeys(rate.line for rate in rates))
    spans = sorted({rate.years for rate in rates})
    by_place = {(rate.line, rate.years): rate for rate in rates}
    rows = tuple((line, *(_rate(by_place.get((line, years))) for years in spans)) for line in lines)
    heads = ("A year", *(f"{years} year{'' if years == 1 else 's'}" for years in spans))
    return TableView("Growth", "compound, over exactly so many years", heads, rows)


def _rate(rate: Growth | None) -> str:
    if rate is None:
        return "unknown"
    if rate.first is None or rate.last is None:
        return rate.reason or "unknown"
    ends = f"{compact(rate.first)} to {compact(rate.last)}"
    return f"{move(rate.rate) if rate.rate is not None else 'n/m'} ({ends})"


def _ratio(ratio: Ratio, currency: str | None) -> FigureView:
    told = ratio_words(ratio, currency)
    parts = (UNKNOWN if part is None else compact(part) for part in (ratio.above, ratio.below))
    known = ratio.above is not None or ratio.below is not None
    inputs = ratio.formula + (f": {' / '.join(parts)}" if known else "")
    if ratio.value is None:
        return FigureView(ratio.name, told, f"{ratio.reason}. {inputs}", "unknown")
    return FigureView(ratio.name, told, inputs)


def _statement(told: Statement) -> TableView:
    lines = [line for line in Line if any(line in year.values for year in told.years)]
    rows = tuple(
        (spelled(line.value), *(_amount(line, year.values.get(line)) for year in told.years))
        for line in lines
    )
    note = (
        f"In {told.currency or 'a currency that nobody told'}, from"
        f" {words.source_name(told.source)} ({told.method}),"
        f" fetched {told.fetched_at:%Y-%m-%d %H:%M} UTC"
    )
    heads = ("Line", *(f"{year.end:%Y-%m-%d}" for year in told.years))
    return TableView(NAMES[told.kind].capitalize(), note, heads, rows)


def _amount(line: Line, value: float | None) -> str:
    if value is None:
        return "\N{EN DASH}"
    if line is Line.DILUTED_EPS:
        return signed(value, 2)
    return compact(value) if line in SHARE_COUNTS or abs(value) >= 1 else signed(value, 2)
