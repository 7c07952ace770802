"""The clock of the machine."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Clock: what the operating system says."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed point, never going back."""
        return time.monotonic()
