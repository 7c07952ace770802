"""Figures of analyses in words: every number with its unit, and "unknown" for what is not known."""

from stockapp.domain.analysis import AltmanScore, Ratio, Unit, Verdict
from stockapp.web import words

UNKNOWN = "unknown"
_SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"))
_SHOWN_WHOLE = 1e4

_MARKS = {
    Verdict.STRONG_BUY: "good",
    Verdict.BUY: "good",
    Verdict.AVOID: "bad",
    Verdict.NONE: "warn",
}


def verdict_words(verdict: Verdict) -> tuple[str, str]:
    """The verdict for people, and the class of its mark."""
    return verdict.words.capitalize(), _MARKS.get(verdict, "")


def figure(value: float | None, unit: Unit, currency: str | None = None) -> str:
    """A figure with its unit."""
    if value is None:
        return UNKNOWN
    match unit:
        case Unit.MONEY:
            return f"{compact(value)} {currency or ''}".rstrip()
        case Unit.PER_SHARE:
            return f"{per_share(value, currency)} {currency or ''}".rstrip()
        case Unit.PERCENT:
            return percent(value)
        case Unit.COUNT:
            return compact(value)
    return signed(value, 2)


def ratio_words(ratio: Ratio, currency: str | None = None) -> str:
    """A ratio; n/m where it means nothing."""
    if ratio.value is not None:
        return figure(ratio.value, ratio.unit, currency)
    return "n/m" if "n/m" in (ratio.reason or "") else UNKNOWN


def altman_words(score: AltmanScore) -> str:
    """The score with its zone."""
    return UNKNOWN if score.value is None else f"{signed(score.value, 2)}, {score.zone}"


def compact(value: float) -> str:
    """A large number as short as one reads it: 12.3 bn."""
    for scale, name in _SCALES:
        if abs(value) >= scale:
            return f"{signed(value / scale, 2)} {name}"
    return signed(value, 0 if abs(value) >= _SHOWN_WHOLE else 2)


def per_share(value: float, currency: str | None) -> str:
    """An amount for one share, in as many decimals as its currency has."""
    return signed(value, words.decimals(max(1.0, abs(value)), "", currency))


def percent(value: float | None, places: int = 1) -> str:
    """A fraction as a percentage: 0.123 is 12.3 %."""
    return UNKNOWN if value is None else f"{signed(100 * value, places)} %"


def move(value: float | None) -> str:
    """The same with a sign, as it is a change."""
    return UNKNOWN if value is None else f"{words.change(100 * value, 1)} %"


def signed(value: float, places: int) -> str:
    """A number with a real minus sign, and none for what is nought when rounded."""
    text = f"{abs(value):,.{places}f}"
    is_nought = not text.strip("0.,")
    return f"{words.MINUS}{text}" if value < 0 and not is_nought else text
