"""Whether the database can be used, for all pages of a worker."""

from collections.abc import Callable
from dataclasses import dataclass

from stockapp.ports import Clock, Storage
from stockapp.tasks.periodic import Periodic

_LOOK_SECONDS = 1.0
_LIST_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class StorageReport:
    """Why the database cannot be used, None when it can; damaged files that were set aside."""

    trouble: str | None = None
    set_aside: tuple[str, ...] = ()


class StorageWatch:
    """Looks again and again; `listeners` are called after each change."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self.listeners: list[Callable[[], None]] = []
        self.report = StorageReport()
        self._storage = storage
        self._clock = clock
        self._set_aside: tuple[str, ...] = ()
        self._list_at = clock.monotonic()
        self._periodic = Periodic("storage-watch", self._look, _LOOK_SECONDS)

    def start(self) -> None:
        """Begin, with a first look at once."""
        self._periodic.start()

    def stop(self) -> None:
        """End soon."""
        self._periodic.stop()

    def _look(self) -> None:
        now = self._clock.monotonic()
        if now >= self._list_at:
            self._list_at = now + _LIST_SECONDS
            self._set_aside = tuple(self._storage.set_aside())
        report = StorageReport(self._storage.trouble, self._set_aside)
        if report == self.report:
            return
        self.report = report
        for listener in self.listeners:
            listener()
