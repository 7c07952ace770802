"""The data folder: whether it can be written, and how much room its disk has left."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stockapp.ports import Clock, Executor
from stockapp.tasks.periodic import Periodic

_LOOK_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class FolderReport:
    """`trouble` says why it cannot be written, None when it can. `at` is monotonic."""

    at: float
    free_bytes: int | None
    total_bytes: int | None
    trouble: str | None


class FolderWatch:
    """Looks again and again, so that nobody who asks waits for a disk that hangs."""

    def __init__(self, folder: Path, executor: Executor, clock: Clock) -> None:
        self._folder = folder
        self._executor = executor
        self._clock = clock
        self._report: FolderReport | None = None
        self._periodic = Periodic("folder-watch", self.look, _LOOK_SECONDS)

    def start(self) -> None:
        """Begin, with a first look at once."""
        self._periodic.start()

    def stop(self) -> None:
        """End soon."""
        self._periodic.stop()

    def look(self) -> None:
        """Look now."""
        at = self._clock.monotonic()
        try:
            free, total = self._executor.run_blocking(_look, self._folder)
            self._report = FolderReport(at, free, total, None)
        except OSError as error:
            self._report = FolderReport(at, None, None, error.strerror or str(error))

    @property
    def report(self) -> FolderReport:
        """What was seen last."""
        if self._report is None:
            return FolderReport(0.0, None, None, "nobody has looked yet")
        return self._report

    def to_json(self) -> Mapping[str, Any]:
        """The same for machines. A disk that hangs is told by the age of what was seen."""
        report = self.report
        age = self._clock.monotonic() - report.at
        late = self._report is not None and age > 3 * _LOOK_SECONDS
        trouble = f"the disk has not answered for {age:.0f} s" if late else report.trouble
        return {
            "status": "failing" if trouble else "ok",
            "trouble": trouble,
            "free_bytes": report.free_bytes,
            "total_bytes": report.total_bytes,
        }


def _look(folder: Path) -> tuple[int, int]:
    with tempfile.TemporaryFile(dir=folder) as probe:
        # A full disk lets files be made, but nothing be written in them.
        probe.write(b"\0" * 4096)
        probe.flush()
        os.fsync(probe.fileno())
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total
