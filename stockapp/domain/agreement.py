"""Whether two sources tell the same price of a symbol."""

from datetime import timedelta

from stockapp.domain.money import in_major_units
from stockapp.domain.quote import MarketState, OtherPrice, Quote

# Sources delay by up to 15 minutes; further apart than this, prices may well differ.
_COMPARABLE = timedelta(minutes=20)
_TOLERANCE = 0.02


def disagreement(kept: Quote, other: Quote) -> OtherPrice | None:
    """The other's price, if it is of a comparable time and more than 2 % away from the kept one.

    Prices in different currencies disagree by that alone; where one has no currency they are
    compared as numbers.
    """
    if not _comparable(kept, other):
        return None
    in_one_unit = kept.currency is None or other.currency is None
    ours = in_major_units(kept.price, None if in_one_unit else kept.currency)
    theirs = in_major_units(other.price, None if in_one_unit else other.currency)
    same_currency = ours[1] == theirs[1]
    if same_currency and abs(ours[0] - theirs[0]) <= _TOLERANCE * min(ours[0], theirs[0]):
        return None
    return OtherPrice(other.source, other.method, other.price, other.currency, other.as_of)


def _comparable(kept: Quote, other: Quote) -> bool:
    if kept.end_of_day == other.end_of_day:
        return abs(kept.as_of - other.as_of) <= (timedelta(0) if kept.end_of_day else _COMPARABLE)
    daily, timed = (kept, other) if kept.end_of_day else (other, kept)
    # A close compares with the last price of its own day, once that day is over.
    over = timed.market_state in (MarketState.CLOSED, MarketState.POST)
    return over and timed.as_of.date() == daily.as_of.date()
