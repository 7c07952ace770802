"""Live mode for templates."""

from stockapp.services.live_rows import LiveStatus
from stockapp.web import words
from stockapp.web.watchlist_views import LiveView


def live_view(name: str, status: LiveStatus, *, wanted: bool) -> LiveView:
    """How live mode is with a list, where the reader wants it or not."""
    if not status.on:
        return LiveView(name, on=False, possible=False, line="Live mode is off on this server")
    if not wanted:
        return LiveView(name, on=False, possible=True, line="Refreshed on request only")
    return LiveView(name, on=True, possible=True, line=_line(status))


def _line(status: LiveStatus) -> str:
    rows = status.open + status.closed + status.unknown
    if rows == 0:
        return ""
    if status.open == status.unknown == 0:
        return "All markets are closed; they are looked at again when they open"
    parts = [f"every {words.span(status.interval_seconds)} while a market is open"]
    if status.closed:
        parts.append(f"{status.closed} of {rows} closed")
    return " · ".join(parts)
