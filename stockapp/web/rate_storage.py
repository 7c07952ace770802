"""Counts of the library `limits`, kept in SharedState: so all workers share them."""

from collections.abc import Mapping
from typing import Any

from limits.storage import Storage

from stockapp.ports import Clock, SharedState, StoreTrouble

_PREFIX = "limit:"


class SharedStateStorage(Storage):
    """A storage for fixed windows, each begun by the first call in it."""

    # The base class says that it is one of instances.
    STORAGE_SCHEME: list[str] | None = ["shared-state"]  # noqa: RUF012

    def __init__(self, shared: SharedState, clock: Clock) -> None:
        super().__init__()
        self._shared = shared
        self._clock = clock

    @property
    def base_exceptions(self) -> type[Exception]:
        """What it raises where the counts cannot be reached."""
        return StoreTrouble

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count so much, or less where the amount is below 0. Returns the count after it."""
        now = self._now()

        def change(value: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], int]:
            if value is None or value["until"] <= now:
                value = {"count": 0, "until": now + expiry}
            count = max(0, int(value["count"]) + amount)
            return {**value, "count": count}, count

        return self._shared.update(_PREFIX + key, change, expiry)

    def get(self, key: str) -> int:
        """The count of the present window."""
        window = self._window(key)
        return int(window["count"]) if window else 0

    def get_expiry(self, key: str) -> float:
        """When the present window ends, in seconds since 1970; now where there is none."""
        window = self._window(key)
        return float(window["until"]) if window else self._now()

    def check(self) -> bool:
        """Whether the counts can be reached."""
        try:
            self._window("")
        except StoreTrouble:
            return False
        return True

    def reset(self) -> int:
        """Forget all counts. Returns how many there were."""
        keys = list(self._shared.scan(_PREFIX))
        self._shared.delete(keys)
        return len(keys)

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._shared.delete([_PREFIX + key])

    def _window(self, key: str) -> Mapping[str, Any] | None:
        window = self._shared.scan(_PREFIX + key).get(_PREFIX + key)
        return window if window and window["until"] > self._now() else None

    def _now(self) -> float:
        return self._clock.now().timestamp()
