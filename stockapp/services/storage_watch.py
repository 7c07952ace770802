"""Whether the database can be used and tasks are done, for all pages of a worker."""

from collections.abc import Callable
from dataclasses import dataclass

from stockapp.ports import Clock, Storage, StoreTrouble
from stockapp.services.workforce import Workforce
from stockapp.tasks.periodic import Periodic

_LOOK_SECONDS = 1.0
_LIST_SECONDS = 15.0
_LACKING_SECONDS = 3.0
# After storage was away all who work have yet to come back and to tell so.
_SETTLING_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class StorageReport:
    """Why the database cannot be used, None when it can; damaged files that were set aside; what
    nobody is there to do.
    """

    trouble: str | None = None
    set_aside: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


class StorageWatch:
    """Looks again and again; `listeners` are called after each change."""

    def __init__(self, storage: Storage, workforce: Workforce, clock: Clock) -> None:
        self.listeners: list[Callable[[], None]] = []
        self.report = StorageReport()
        self._storage = storage
        self._workforce = workforce
        self._clock = clock
        self._set_aside: tuple[str, ...] = ()
        self._list_at = self._lacking_at = clock.monotonic()
        self._lacking: tuple[str, ...] = ()
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
        trouble = self._storage.trouble
        if trouble:
            self._lacking, self._lacking_at = (), now + _SETTLING_SECONDS
        elif now >= self._lacking_at:
            self._lacking_at = now + _LACKING_SECONDS
            self._lacking = self._missed()
        report = StorageReport(trouble, self._set_aside, self._lacking)
        if report == self.report:
            return
        self.report = report
        for listener in self.listeners:
            listener()

    def _missed(self) -> tuple[str, ...]:
        try:
            return self._workforce.lacking()
        except StoreTrouble:
            # Of that one hears at the next look.
            return ()
