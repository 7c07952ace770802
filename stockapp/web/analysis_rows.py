"""An analysis and its statements as rows of a table, for downloads."""

from collections.abc import Iterable, Sequence

from stockapp.domain.analysis import Soundness, Valuation
from stockapp.domain.statement import Line, Statement
from stockapp.services.analysis_store import Analysis
from stockapp.web.csv_files import Cell

HEAD = ("section", "name", "value", "unit", "note")
_Row = Sequence[Cell]


def rows(analysis: Analysis) -> list[_Row]:
    """Every figure with its unit; what is unknown is empty, with the reason beside it."""
    report = analysis.report
    told: list[_Row] = [
        ("analysis", "symbol", analysis.symbol, "", ""),
        ("analysis", "made_at", analysis.made_at.isoformat(), "", ""),
        ("analysis", "currency", report.currency, "", ""),
    ]
    if analysis.price:
        at = analysis.price.as_of.isoformat()
        told.append(("price", "price", analysis.price.amount, analysis.price.currency, at))
    if report.valuation:
        told += _of_value(report.valuation)
    if report.soundness:
        told += _of_soundness(report.soundness)
    if analysis.figures:
        for span, value in analysis.figures.returns.items():
            told.append(("price", f"return {span}", value, "fraction", ""))
        told.append(("price", "volatility", analysis.figures.volatility, "fraction", ""))
        told.append(("price", "beta", analysis.figures.beta, "ratio", ""))
        told.append(("price", "correlation", analysis.figures.correlation, "ratio", ""))
        told.append(("price", "52 weeks, lowest", analysis.figures.week52_low, "price", ""))
        told.append(("price", "52 weeks, highest", analysis.figures.week52_high, "price", ""))
        if fall := analysis.figures.drawdown:
            note = f"{fall.peak} to {fall.trough}"
            told.append(("price", "deepest fall", fall.depth, "fraction", note))
    for origin in analysis.origins:
        at = origin.fetched_at.isoformat() if origin.fetched_at else ""
        told.append(("source", origin.stage.value, origin.source, origin.method, at))
    for caveat in report.caveats:
        told.append(("warning", caveat.field, None, caveat.severity.value, caveat.message))
    return told


def statement_rows(statements: Iterable[Statement]) -> tuple[list[str], list[_Row]]:
    """Head and rows: a line of a statement each, its years in columns, newest first."""
    told = list(statements)
    ends = sorted({year.end for one in told for year in one.years}, reverse=True)
    head = ["statement", "line", "currency", "source", *(end.isoformat() for end in ends)]
    body: list[_Row] = []
    for one in told:
        by_end = {year.end: year.values for year in one.years}
        lines = [line for line in Line if any(line in values for values in by_end.values())]
        for line in lines:
            values = [by_end.get(end, {}).get(line) for end in ends]
            body.append((one.kind.value, line.value, one.currency, one.source, *values))
    return head, body


def _of_value(worth: Valuation) -> list[_Row]:
    fair, capital = worth.fair_value, worth.capital
    told: list[_Row] = [
        ("value", "verdict", worth.verdict.value, "", " ".join(worth.reasons)),
        ("value", "fair value", fair.value, "per_share", ""),
        ("value", "lowest", fair.low, "per_share", ""),
        ("value", "highest", fair.high, "per_share", ""),
        ("value", "price", fair.price, "per_share", ""),
        ("value", "margin of safety", fair.margin, "fraction", ""),
        ("value", "upside", fair.upside, "fraction", ""),
        ("value", "business type", worth.business_type, "", ""),
        ("value", "growth", worth.growth, "fraction", ""),
        ("value", "terminal growth", worth.terminal_growth, "fraction", ""),
        ("value", "discount rate", worth.discount_rate, "fraction", ""),
        ("value", "implied growth", worth.implied_growth, "fraction", worth.reverse_dcf),
    ]
    for step in capital.steps:
        told.append(("cost of capital", step.label, step.value, step.unit.value, step.formula))
    for method in worth.methods:
        weight = fair.weights.get(method.key)
        note = method.reason or f"weight {weight:.4g}" if weight is not None else method.reason
        told.append(("method", method.title, method.value, "per_share", note))
        for step in method.steps:
            told.append((method.key, step.label, step.value, step.unit.value, step.formula))
    return told


def _of_soundness(sound: Soundness) -> list[_Row]:
    told: list[_Row] = []
    for name, score in (("health", sound.health), ("quality", sound.quality)):
        told.append((name, "score", score.percent, "of 100", f"{score.known:g} points known"))
        for line in score.lines:
            got = "unknown" if line.points is None else f"{line.points:g} of {line.out_of:g}"
            told.append((name, line.name, line.value, line.unit.value, f"{got}; {line.rule}"))
    for check in sound.piotroski:
        passed = "unknown" if check.passed is None else "yes" if check.passed else "no"
        told.append(("piotroski", check.name, check.now, check.unit.value, passed))
    if sound.altman:
        told.append(("altman", sound.altman.model, sound.altman.value, "", sound.altman.zone))
    for rate in sound.growth:
        name = f"{rate.line}, {rate.years} year{'' if rate.years == 1 else 's'}"
        told.append(("growth", name, rate.rate, "fraction", rate.reason))
    for ratio in (*sound.ratios, *sound.special):
        told.append(("ratio", ratio.name, ratio.value, ratio.unit.value, ratio.reason))
    return told
