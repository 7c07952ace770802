"""Instants as text: RFC 3339 in UTC with a trailing Z, to the millisecond."""

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """Format an aware instant, e.g. 2026-11-23T10:00:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Parse what `to_text` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def from_epoch(seconds: float) -> datetime:
    """The instant `seconds` after 1970-01-01T00:00:00Z. Raises ValueError or OverflowError."""
    return datetime.fromtimestamp(seconds, UTC)
