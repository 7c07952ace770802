"""Rights to begin something that is to be done once, by whichever worker is first."""

from collections.abc import Mapping
from typing import Any

from stockapp.domain import moment
from stockapp.ports import Clock, SharedState


class Claims:
    """Rights that all workers share; each is free again some seconds after it was taken."""

    def __init__(self, shared: SharedState, clock: Clock) -> None:
        self._shared = shared
        self._clock = clock

    def take(self, key: str, seconds: float) -> float:
        """Take the right for so many seconds: 0; else in how many seconds somebody may."""
        now = self._clock.now()

        def change(value: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], float]:
            if value is not None:
                since = (now - moment.from_text(value["at"])).total_seconds()
                # A clock that was set back must not stop it.
                if 0 <= since < seconds:
                    return value, seconds - since
            return {"at": moment.to_text(now)}, 0.0

        return self._shared.update(key, change, 2 * seconds)
