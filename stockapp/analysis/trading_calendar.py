"""The hours of an exchange from the library's calendars, for the process pool."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from stockapp.domain.trading_hours import TradingHours

Span = tuple[datetime, datetime]


def trading_hours(calendar: str, start: date, end: date) -> TradingHours | None:
    """When that market is open from `start` to `end`, both included; to be called in the pool only.

    None where the library cannot say. It ends sooner where nobody has announced holidays yet.
    """
    # Late: it brings pandas, which whoever names this function must not have to import.
    import exchange_calendars

    # Some calendars end with the last year of which the holidays are known.
    for last in (end, date(start.year, 12, 31)):
        try:
            days = exchange_calendars.get_calendar(calendar, start=start, end=last).schedule
        except Exception:  # noqa: S112 - by whatever defect: its hours are unknown # nosec B112
            continue
        # Sessions of the first and the last day may reach into the day before and after.
        known_from = datetime.combine(start, time(), UTC) + timedelta(days=1)
        known_until = datetime.combine(last, time(), UTC)
        return TradingHours(tuple(_joined(_spans(days))), known_from, known_until)
    return None


def _spans(days: Any) -> Iterator[Span]:
    columns = [days[name] for name in ("open", "break_start", "break_end", "close")]
    paused = days["break_start"].notna()
    for opens, breaks, resumes, closes, has_break in zip(*columns, paused, strict=True):
        if has_break:
            yield _utc(opens), _utc(breaks)
            yield _utc(resumes), _utc(closes)
        else:
            yield _utc(opens), _utc(closes)


def _utc(instant: Any) -> datetime:
    moment: datetime = instant.to_pydatetime()
    return moment.astimezone(UTC)


def _joined(spans: Iterator[Span]) -> list[Span]:
    """Those that follow without a pause as one: some markets close for the weekend only."""
    joined: list[Span] = []
    for opens, closes in spans:
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], closes)
        else:
            joined.append((opens, closes))
    return joined
