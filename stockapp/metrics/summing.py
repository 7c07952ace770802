"""The counts of all workers, also of those that are gone, added up.

Each worker's files stay when it ends, or what it counted would be lost. Whoever reads adds those
of the dead to one file of theirs, so that they do not grow in number with each replaced worker.
"""

import fcntl
import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from stockapp.metrics.folder import VARIABLE

# No process has this number.
_DEAD = "0"
_TRIES = 3


class _Families(Collector):
    """Stands in for a registry, less its lock: this runs in native threads."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """What there is."""
        return self._families


def written(families: Iterable[Metric]) -> bytes:
    """The families in Prometheus' text format."""
    return generate_latest(_Families(families))


def folder() -> Path | None:
    """Where all workers of this server count; None where there is this process alone."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def of_all(folder: Path, empty: Iterable[Metric]) -> list[Metric]:
    """The counts of all workers, with those families of which nothing was counted yet.

    For native threads: blocks on files, and takes none of the counts' locks. Raises OSError.
    """
    with _alone(folder):
        _bury(folder)
        counted = _read(folder)
    names = {family.name for family in counted}
    return [*counted, *(family for family in empty if family.name not in names)]


def _read(folder: Path) -> list[Metric]:
    for left in reversed(range(_TRIES)):
        try:
            return list(MultiProcessCollector(None, str(folder)).collect())
        except (struct.error, RuntimeError, ValueError):
            # A worker was just making its file, or a new entry in it.
            if not left:
                raise
    raise AssertionError("unreachable")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While nobody else adds up: files are moved meanwhile."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _bury(folder: Path) -> None:
    """Add the counts of workers that are gone to those of the dead."""
    for path in sorted(folder.glob("*_*.db")):
        kind, _, process = path.stem.rpartition("_")
        if process != _DEAD and not _lives(int(process)):
            _add(path, folder / f"{kind}_{_DEAD}.db")


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _add(source: Path, target: Path) -> None:
    # Made beside it and moved: who is killed meanwhile leaves what there was.
    new = target.with_suffix(".new")
    new.unlink(missing_ok=True)
    sums = MmapedDict(str(new))
    try:
        for path in (target, source):
            if path.exists():
                for key, value, timestamp, _ in MmapedDict.read_all_values_from_file(str(path)):
                    before, _ = sums.read_value(key)
                    sums.write_value(key, before + value, timestamp)
    finally:
        sums.close()
    new.replace(target)
    source.unlink()
