"""Rows of a watchlist for templates; nothing but the arguments counts."""

from datetime import datetime, timedelta
from functools import lru_cache
from zlib import crc32

from stockapp.domain import moment
from stockapp.domain.analysis import Unit, Verdict
from stockapp.domain.attempt import Reason
from stockapp.domain.freshness import Freshness
from stockapp.domain.quote import Quote
from stockapp.domain.symbol import is_simulated
from stockapp.domain.trend import Trend
from stockapp.services.aged import Aged
from stockapp.services.board import Row
from stockapp.services.verdicts import Line
from stockapp.web import words
from stockapp.web.columns import SYMBOL, Column, Layout
from stockapp.web.figures import figure, percent, verdict_words
from stockapp.web.present import attempt_views, places, price_view
from stockapp.web.watchlist_views import (
    EditView,
    ItemView,
    RangeView,
    RowView,
    TrendView,
    WorthView,
)

# The box of a sparkline, with room for its line's width.
TREND_WIDTH, TREND_HEIGHT, _EDGE = 100, 24, 2
# Lines of sparklines kept in memory, each some 300 bytes.
_LINES_KEPT = 4096
# What an analysis came to is in these.
_WORTH = frozenset({Column.FAIR_VALUE, Column.MARGIN, Column.VERDICT})
# The best first, and last what is none.
_RANKS = {verdict: rank for rank, verdict in enumerate(Verdict)}


def row_id(symbol: str) -> str:
    """An element id for a symbol: letters and digits stay, each other character is spelt out."""
    return "row-" + "".join(c if c.isalnum() else f"_{ord(c):x}" for c in symbol)


def row_view(row: Row, now: datetime, layout: Layout, *, hidden: bool = False) -> RowView:
    """One line, with what sorts it among the columns shown. Others of its cells are not made."""
    item, report = row.item, row.report
    error = report.error if report else None
    quote = row.quote.quote if row.quote else None
    shows = layout.columns
    day = Column.DAY_RANGE in shows
    year = Column.YEAR_RANGE in shows
    return RowView(
        id=row_id(item.symbol),
        version=_version(row),
        symbol=item.symbol,
        name=item.name or (quote.name if quote and quote.name else ""),
        note=item.note,
        target=_target(item.target_price, quote),
        target_away=_away(item.target_price, quote),
        simulated=is_simulated(item.symbol) or (quote is not None and quote.source == "simulated"),
        price=price_view(row.quote, now) if row.quote else None,
        day=_range(quote, quote.day_low, quote.day_high, "today") if quote and day else None,
        year=_range(quote, quote.year_low, quote.year_high, "of 52 weeks")
        if quote and year
        else None,
        trend=_trend(row.trend) if row.trend and Column.TREND in shows else None,
        volume=words.volume(quote.volume) if quote and quote.volume is not None else "",
        market_cap=_cap(quote) if Column.MARKET_CAP in shows else "",
        worth=_worth(row.line, now) if row.line and not _WORTH.isdisjoint(shows) else None,
        state=words.state(row.state),
        failure=error.reason.value.replace("_", " ") if error else "",
        failure_detail=error.detail if error else "",
        unknown=error is not None and error.reason is Reason.NOT_FOUND and quote is None,
        hidden=hidden,
        sort=dict(_sort_values(row, layout)),
        groups=_groups(row, layout),
    )


def item_view(row: Row, list_path: str, path: str, now: datetime, layout: Layout) -> ItemView:
    """The details of a row."""
    target = words.plain(row.item.target_price) if row.item.target_price else ""
    return ItemView(
        list_path=list_path,
        path=path,
        row=row_view(row, now, layout),
        attempts=attempt_views(row.report.attempts if row.report else ()),
        edit=EditView(row.item.note, target),
        now=moment.to_text(now),
    )


def _version(row: Row) -> str:
    quote = row.quote.quote if row.quote else None
    # A price is told again, with the same time, when another source turns out to disagree.
    priced = (quote.fetched_at, quote.price, quote.disagreeing) if quote else None
    report = row.report
    failed = report is not None and report.error is not None
    made_at = row.line.value.made_at if row.line else None
    trend = row.trend.value.fetched_at if row.trend else None
    told = (row.item, priced, row.state, report.at if report else None, failed, made_at, trend)
    return f"{crc32(repr(told).encode()):x}"


def _range(quote: Quote, low: float | None, high: float | None, when: str) -> RangeView | None:
    if low is None or high is None or low > high:
        return None
    span = high - low
    # Between two updates a source's range may be behind its price.
    place = 50.0 if span == 0 else 100 * (quote.price - low) / span
    place = max(0.0, min(100.0, place))
    digits = places(quote)
    first, last = words.amount(low, digits), words.amount(high, digits)
    return RangeView(
        low=first,
        high=last,
        place=round(place, 1),
        words=f"{round(place)} % of the way from {first} to {last}, the range {when}",
    )


def _trend(aged: Aged[Trend]) -> TrendView:
    trend = aged.value
    move = trend.closes[-1] / trend.closes[0] - 1
    way = "flat" if move == 0 else "up" if move > 0 else "down"
    source = words.source_name(trend.source)
    return TrendView(
        points=_points(trend.closes),
        direction=way,
        words=(
            f"{words.change(100 * move, 1)} % from {trend.days[0]} to {trend.days[-1]},"
            f" daily closes, {source}"
        ),
        fresh_until=moment.to_text(aged.fresh_until),
        stale=aged.freshness is not Freshness.FRESH,
    )


# A quarter of what a page costs, and the same for all pages of a day.
@lru_cache(maxsize=_LINES_KEPT)
def _points(closes: tuple[float, ...]) -> str:
    low, high = min(closes), max(closes)
    step = (TREND_WIDTH - 2 * _EDGE) / (len(closes) - 1)
    scale = (TREND_HEIGHT - 2 * _EDGE) / (high - low) if high > low else 0.0
    middle = TREND_HEIGHT / 2
    return " ".join(
        f"{_EDGE + n * step:.1f},{TREND_HEIGHT - _EDGE - (close - low) * scale:.1f}"
        if scale
        else f"{_EDGE + n * step:.1f},{middle:.1f}"
        for n, close in enumerate(closes)
    )


def _cap(quote: Quote | None) -> str:
    if quote is None or quote.market_cap is None:
        return ""
    return figure(quote.market_cap, Unit.MONEY, words.major_currency(quote.currency))


def _worth(line: Aged[Line], now: datetime) -> WorthView:
    told = line.value
    verdict, mark = verdict_words(told.verdict)
    fair = told.fair_value is not None
    return WorthView(
        verdict=verdict,
        mark=mark,
        fair=figure(told.fair_value, Unit.PER_SHARE, told.currency) if fair else "",
        margin=percent(told.margin, 0) if told.margin is not None else "",
        reason=told.reason,
        age=words.ago(line.age_seconds),
        made_at=moment.to_text(now - timedelta(seconds=line.age_seconds)),
        fresh_until=moment.to_text(line.fresh_until),
        stale=line.freshness is not Freshness.FRESH,
    )


def _target(target: float | None, quote: Quote | None) -> str:
    if target is None:
        return ""
    return words.plain(target) if quote is None else words.amount(target, places(quote))


def _away(target: float | None, quote: Quote | None) -> str:
    if target is None or quote is None:
        return ""
    return f"{words.change(100 * (target - quote.price) / quote.price, 1)} %"


def _sort_values(row: Row, layout: Layout) -> list[tuple[str, str | float]]:
    """What each column shown sorts by; texts in lower case, as people sort them."""
    quote = row.quote.quote if row.quote else None
    line = row.line.value if row.line else None
    target = row.item.target_price
    told: dict[str, str | float | None] = {SYMBOL: row.item.symbol}
    if quote:
        told |= {
            Column.PRICE: quote.price,
            Column.CHANGE: quote.change,
            Column.CHANGE_PERCENT: quote.change_percent,
            Column.DAY_RANGE: _place(quote.price, quote.day_low, quote.day_high),
            Column.YEAR_RANGE: _place(quote.price, quote.year_low, quote.year_high),
            Column.VOLUME: quote.volume,
            Column.MARKET_CAP: quote.market_cap,
            Column.CURRENCY: (quote.currency or "").lower(),
            # By age: the youngest first, as the word says.
            Column.AGE: -quote.fetched_at.timestamp(),
            Column.SOURCE: words.source_name(quote.source).lower(),
        }
        told[Column.TARGET] = target / quote.price if target else None
    if row.trend:
        closes = row.trend.value.closes
        told[Column.TREND] = round(closes[-1] / closes[0] - 1, 4)
    if line:
        told |= {
            Column.FAIR_VALUE: line.fair_value,
            Column.MARGIN: line.margin,
            Column.VERDICT: _RANKS[line.verdict],
        }
    told[Column.NOTE] = row.item.note.lower()
    shown = (SYMBOL, *layout.columns)
    return [(key, "" if (value := told.get(key)) is None else value) for key in shown]


def _groups(row: Row, layout: Layout) -> dict[Column, str]:
    """The currency of each amount shown, where it is known."""
    quoted = row.quote.quote.currency if row.quote else None
    told = {
        Column.PRICE: quoted,
        Column.CHANGE: quoted,
        # Pounds where the price is in pence.
        Column.MARKET_CAP: words.major_currency(quoted),
        Column.FAIR_VALUE: row.line.value.currency if row.line else None,
    }
    return {c: currency for c in layout.columns if c.money and (currency := told[c])}


def _place(price: float, low: float | None, high: float | None) -> float | None:
    if low is None or high is None or low >= high:
        return None
    return round((price - low) / (high - low), 4)
