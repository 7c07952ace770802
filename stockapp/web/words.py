"""Numbers, times, states and reasons in the words that pages use."""

import math
from collections.abc import Mapping

from stockapp.domain.attempt import Outcome, Reason
from stockapp.domain.money import minor_unit
from stockapp.domain.task import ItemState

MINUS = "\N{MINUS SIGN}"

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_JUST_NOW = 5
_SECONDS_MATTER_BELOW = 90
_NO_SMALLER_UNIT = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "HUF", "IDR"})

_titles: dict[str, str] = {}
_OUTCOMES = {
    Outcome.OK: "gave the price",
    Outcome.FAILED: "failed",
    Outcome.SKIPPED: "not asked",
    Outcome.LOST_RACE: "slower than another",
    Outcome.CANCELLED: "cancelled",
}
# After "Yahoo"; as short as a mark in a row must be.
_REASONS = {
    Reason.TIMEOUT: "did not answer in time",
    Reason.CONNECT_FAILED: "could not be reached",
    Reason.TLS_FAILED: "had no secure connection",
    Reason.RATE_LIMITED: "was asked too often",
    Reason.UNAUTHORIZED: "refused our key",
    Reason.ACCESS_DENIED: "denied access",
    Reason.BLOCKED: "blocked the request",
    Reason.NOT_FOUND: "does not know the symbol",
    Reason.NO_DATA: "has no price for it",
    Reason.BAD_RESPONSE: "gave an unreadable answer",
    Reason.UPSTREAM_ERROR: "had an error of its own",
    Reason.CIRCUIT_OPEN: "is left alone after failures",
    Reason.QUOTA_EXHAUSTED: "has no requests left for now",
    Reason.NOT_CONFIGURED: "is not set up",
    Reason.UNSUPPORTED_SYMBOL: "does not cover this symbol",
    Reason.CANCELLED: "was cancelled",
    Reason.INTERNAL: "met an error in stockapp",
}
_STATES = {ItemState.QUEUED: "queued", ItemState.RUNNING: "updating"}


def name_sources(titles: Mapping[str, str]) -> None:
    """Tell how the sources are called on pages, once at the start."""
    _titles.update(titles)


def source_name(source: str) -> str:
    """A source's name for people."""
    return _titles.get(source) or source.replace("_", " ").title()


def outcome(value: Outcome) -> str:
    """How an attempt ended."""
    return _OUTCOMES[value]


def reason(value: Reason) -> str:
    """What a source did, to go after its name: "did not answer in time"."""
    return _REASONS[value]


def state(value: ItemState | None) -> str:
    """What is being done with a row; nothing when nothing is."""
    return _STATES.get(value, "") if value else ""


def ago(seconds: float) -> str:
    """An age, as coarse as one cares for; static/js/ages.js says the same."""
    if seconds < _JUST_NOW:
        return "just now"
    if seconds < _MINUTE:
        return f"{int(seconds)} s ago"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min ago"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} h ago"
    days = int(seconds // _DAY)
    return f"{days} day{'' if days == 1 else 's'} ago"


def time_left(seconds: float | None) -> str:
    """An estimate; nothing when there is none yet."""
    if seconds is None:
        return ""
    if seconds < _SECONDS_MATTER_BELOW:
        return f"about {max(1, math.ceil(seconds))} s left"
    return f"about {round(seconds / _MINUTE)} min left"


def rate(left: int, eta_seconds: float | None) -> str:
    """How fast work goes on that has so many items left for so long: "7 a second"."""
    if not eta_seconds or left <= 0:
        return ""
    a_second = left / eta_seconds
    if a_second >= 1:
        return f"{a_second:,.0f} a second"
    return f"{a_second * _MINUTE:,.0f} a minute"


def span(seconds: float) -> str:
    """A length of time as one says it: 15 s, 5 min."""
    if seconds < _SECONDS_MATTER_BELOW:
        return f"{seconds:g} s"
    return f"{round(seconds / _MINUTE)} min"


def volume(number: float) -> str:
    """A number of things, as short as one reads it: 12,345, then 1.23 m."""
    for scale, name in ((1e9, "bn"), (1e6, "m")):
        if number >= scale:
            return f"{number / scale:,.2f} {name}"
    return f"{number:,.0f}"


def elapsed(milliseconds: float) -> str:
    """How long an attempt took."""
    return f"{milliseconds:,.0f} ms"


def count(number: int, noun: str) -> str:
    """So many of something whose plural is made by an s: "1 worker", "2 workers"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """How long something took as a whole."""
    if seconds < _SECONDS_MATTER_BELOW:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s"


def decimals(price: float, symbol: str, currency: str | None) -> int:
    """With how many decimals a price is told: more for small ones and exchange rates."""
    if symbol.endswith("=X") or price < 1:
        return 4
    return 0 if currency in _NO_SMALLER_UNIT and price == round(price) else 2


def amount(price: float, places: int) -> str:
    """A price without its currency."""
    return f"{price:,.{places}f}"


def change(amount: float, places: int) -> str:
    """A move with its sign; none when it is nought."""
    text = f"{abs(amount):,.{places}f}"
    return text if amount == 0 else f"{'+' if amount > 0 else MINUS}{text}"


def plain(value: float) -> str:
    """A number as one types it into a field."""
    return f"{value:.10f}".rstrip("0").rstrip(".")


def currency_words(currency: str | None) -> str:
    """What a currency code means where it does not speak for itself, such as pence for GBp."""
    if currency is None:
        return "no source said for certain which currency this is"
    unit = minor_unit(currency)
    return f"{unit.name}, {unit.per_major} to one {unit.major}" if unit else ""


def major_currency(currency: str | None) -> str | None:
    """The whole currency in which sums are told of what is quoted in a minor unit."""
    unit = minor_unit(currency)
    return unit.major if unit else currency
