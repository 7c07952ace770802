"""The value of a business, for templates."""

from datetime import datetime, timedelta

from stockapp.domain import moment
from stockapp.domain.analysis import (
    FairValue,
    MethodValue,
    Sensitivity,
    Severity,
    Step,
    Unit,
    Valuation,
)
from stockapp.domain.choices import METHODS, BusinessType, Choices
from stockapp.domain.freshness import Freshness
from stockapp.domain.report import Report
from stockapp.domain.wording import spelled
from stockapp.services.aged import Aged
from stockapp.services.analysis_store import Analysis
from stockapp.web import words
from stockapp.web.figures import figure, move, percent, verdict_words
from stockapp.web.stock_views import (
    CaveatView,
    ChoicesView,
    FieldView,
    FigureView,
    MethodView,
    RangeView,
    SensitivityView,
    TypeView,
    ValueView,
)

_SEVERITIES = {Severity.HIGH: "bad", Severity.MEDIUM: "warn", Severity.LOW: ""}
_WEIGHTS = {"dcf": "Discounted cash flow", "epv": "Earnings power", "asset": "Assets"}
_RATES = {
    "growth": ("Growth for five years", "of free cash flow, before it fades"),
    "discount_rate": ("Discount rate", "in place of the cost of capital"),
    "terminal_growth": ("Terminal growth", "after ten years"),
}
# Room on both sides of the range, as a part of it.
_MARGIN = 0.08


def caveat_views(report: Report) -> tuple[CaveatView, ...]:
    """What to doubt, the gravest first."""
    return tuple(
        CaveatView(c.severity.value, _SEVERITIES[c.severity], c.message, c.affects)
        for c in report.caveats
    )


def value_view(kept: Aged[Analysis], now: datetime, fresh_seconds: float) -> ValueView | None:
    """The value; None without statements."""
    worth = kept.value.report.valuation
    if worth is None:
        return None
    label, mark = verdict_words(worth.verdict)
    fair, currency = worth.fair_value, worth.currency
    made = kept.value.made_at
    return ValueView(
        verdict=label,
        mark=mark,
        reasons=worth.reasons,
        fair=figure(fair.value, Unit.PER_SHARE, currency) if fair.value is not None else "",
        price=figure(fair.price, Unit.PER_SHARE, currency),
        margin=percent(fair.margin),
        upside=move(fair.upside),
        range=_range(fair, currency),
        methods=tuple(_method(method, fair, currency) for method in worth.methods),
        capital=step_views(worth.capital.steps, currency),
        sensitivity=_sensitivity(worth.sensitivity, currency) if worth.sensitivity else None,
        reverse=worth.reverse_dcf,
        conversion=_conversion(worth),
        assumptions=_assumptions(worth),
        age=words.ago(max(0.0, (now - made).total_seconds())),
        data_age=words.ago(kept.age_seconds),
        made_at=moment.to_text(made),
        fresh_until=moment.to_text(made + timedelta(seconds=fresh_seconds)),
        stale=kept.freshness is not Freshness.FRESH,
        chosen=kept.value.choices != Choices(),
        said=_said(fair, label, currency),
    )


def choices_view(
    worth: Valuation | None,
    typed: dict[str, str],
    problem: str = "",
    problem_field: str = "",
) -> ChoicesView:
    """The form, with what was typed, and what holds where nothing was."""
    used = _used_weights(worth)
    return ChoicesView(
        types=tuple(
            TypeView(kind.value, spelled(kind.value), typed.get("business_type") == kind.value)
            for kind in BusinessType
        ),
        detected=spelled(worth.detected_type) if worth else "",
        weights=tuple(
            FieldView(f"w_{key}", _WEIGHTS[key], typed.get(f"w_{key}", ""), used.get(key, ""))
            for key in METHODS
        ),
        rates=tuple(
            FieldView(name, label, typed.get(name, ""), _used_rate(worth, name), hint)
            for name, (label, hint) in _RATES.items()
        ),
        problem=problem,
        problem_field=problem_field,
    )


def step_views(steps: tuple[Step, ...], currency: str | None) -> tuple[FigureView, ...]:
    """The lines of a calculation."""
    return tuple(
        FigureView(step.label, figure(step.value, step.unit, currency), step.formula)
        for step in steps
    )


def _used_weights(worth: Valuation | None) -> dict[str, str]:
    if worth is None:
        return {}
    return {key: f"{100 * weight:.4g}" for key, weight in worth.fair_value.weights.items()}


def _used_rate(worth: Valuation | None, name: str) -> str:
    value = getattr(worth, name) if worth else None
    return "" if value is None else f"{100 * value:.4g}"


def _method(method: MethodValue, fair: FairValue, currency: str | None) -> MethodView:
    weight = fair.weights.get(method.key)
    return MethodView(
        key=method.key,
        title=method.title,
        value="" if method.value is None else figure(method.value, Unit.PER_SHARE, currency),
        weight="not used" if weight is None else f"weight {100 * weight:.3g} %",
        reason=method.reason or _why_unused(method, weight),
        steps=step_views(method.steps, currency),
    )


def _why_unused(method: MethodValue, weight: float | None) -> str:
    if weight is not None or method.value is None:
        return ""
    return "Its weight is 0." if method.counts else "It is not positive, so it does not count."


def _range(fair: FairValue, currency: str | None) -> RangeView | None:
    if fair.value is None or fair.low is None or fair.high is None:
        return None
    worths = [fair.low, fair.high, *([fair.price] if fair.price else [])]
    span = (max(worths) - min(worths)) or max(worths)
    start, length = min(worths) - _MARGIN * span, span * (1 + 2 * _MARGIN)

    def place(value: float) -> float:
        return round(100 * (value - start) / length, 2)

    said = (
        f"Fair value {figure(fair.value, Unit.PER_SHARE, currency)}, between"
        f" {figure(fair.low, Unit.PER_SHARE, currency)} and"
        f" {figure(fair.high, Unit.PER_SHARE, currency)}"
    )
    if fair.price:
        price = figure(fair.price, Unit.PER_SHARE, currency)
        said += f"; price {price}"
    at = place(fair.price) if fair.price else None
    return RangeView(place(fair.low), place(fair.high), place(fair.value), at, said)


def _said(fair: FairValue, verdict: str, currency: str | None) -> str:
    if fair.value is None:
        return "No fair value."
    value = figure(fair.value, Unit.PER_SHARE, currency)
    return f"Fair value {value}, margin of safety {percent(fair.margin)}. {verdict}."


def _sensitivity(table: Sensitivity, currency: str | None) -> SensitivityView:
    return SensitivityView(
        tuple(percent(growth, 2) for growth in table.growths),
        tuple(
            (
                percent(rate, 2),
                tuple(
                    figure(value, Unit.PER_SHARE, currency) if value is not None else "none"
                    for value in row
                ),
            )
            for rate, row in zip(table.discount_rates, table.values, strict=True)
        ),
    )


def _conversion(worth: Valuation) -> str:
    rate = worth.fx
    if rate is None:
        return ""
    return (
        f"Statements in {rate.base} were converted to {rate.target} at {rate.rate:.6g},"
        f" the rate of {rate.as_of:%Y-%m-%d %H:%M} UTC."
    )


def _assumptions(worth: Valuation) -> tuple[FigureView, ...]:
    kind = spelled(worth.business_type)
    found = "as detected" if worth.business_type == worth.detected_type else "chosen"
    lines = [FigureView("Business type", kind, found)]
    if worth.growth is not None:
        lines.append(FigureView("Growth for five years", percent(worth.growth)))
        lines.append(FigureView("Terminal growth", percent(worth.terminal_growth)))
    lines.append(FigureView("Discount rate", percent(worth.discount_rate, 2)))
    return tuple(lines)
