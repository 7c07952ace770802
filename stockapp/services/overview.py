"""All of stockapp at a glance, for machines that watch it: what hangs or fails is told as such."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stockapp.domain.cache_statistics import CacheStatistics
from stockapp.ports import Clock, ResponseCache, Storage
from stockapp.services.board import SourceStatus
from stockapp.services.cache_admin import CacheAdmin
from stockapp.services.folder_watch import FolderWatch
from stockapp.services.looks import Look
from stockapp.services.sources import Sources
from stockapp.services.storage_watch import StorageWatch
from stockapp.services.system_samples import SystemSample, SystemSamples
from stockapp.services.vitals import Vitals
from stockapp.version import VERSION


@dataclass(frozen=True, slots=True)
class Overview:
    """None, or nothing, is what could not be told; `database_trouble` and the others say why.

    `versions`: of the tables as they are, and as this stockapp makes them. `uptime_seconds` and
    `draining` are of the worker that answers.
    """

    version: str
    uptime_seconds: float
    draining: bool
    database_trouble: str | None
    set_aside: Sequence[str]
    lacking: Sequence[str]
    versions: tuple[int, int] | None
    cache_troubles: Sequence[str]
    cache: CacheStatistics | None
    folder: Mapping[str, Any]
    workers: Sequence[Mapping[str, Any]]
    sample: SystemSample | None
    breakers: Mapping[tuple[str, str], Mapping[str, Any]]
    statuses: Sequence[SourceStatus]

    @property
    def pending_migrations(self) -> int | None:
        """How many steps the tables lack."""
        return max(0, self.versions[1] - self.versions[0]) if self.versions else None

    def obstacles(self) -> list[str]:
        """Why this worker should be sent no requests; nothing when it is ready."""
        told = []
        if self.draining:
            told.append("the worker is stopping")
        if self.database_trouble:
            told.append(f"the database cannot be used: {self.database_trouble}")
        elif self.pending_migrations:
            told.append(f"{self.pending_migrations} migrations of the database are to be made")
        if self.folder["trouble"]:
            told.append(f"the data folder cannot be written: {self.folder['trouble']}")
        return told


class Overviews:
    """One worker's; `look` returns within a second or two whatever hangs."""

    def __init__(
        self,
        clock: Clock,
        storage: Storage,
        cache: ResponseCache,
        admin: CacheAdmin,
        watch: StorageWatch,
        folder: FolderWatch,
        vitals: Vitals,
        samples: SystemSamples,
        sources: Sources,
        draining: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self._watch = watch
        self._folder = folder
        self._draining = draining
        self._began = clock.monotonic()
        self._versions = Look(storage.versions)
        self._troubles = Look(admin.troubles)
        self._cache = Look(cache.statistics)
        self._workers = Look(vitals.workers)
        self._sample = Look(samples.present)
        self._breakers = Look(sources.breakers)
        self._statuses = Look(sources.statuses)

    def look(self) -> Overview:
        """How all is now."""
        for part in self._parts():
            part.begin()
        versions, trouble = self._versions.told()
        troubles, silence = self._troubles.told()
        return Overview(
            VERSION,
            self._clock.monotonic() - self._began,
            self._draining(),
            self._watch.report.trouble or trouble,
            self._watch.report.set_aside,
            self._watch.report.lacking,
            versions,
            [silence] if silence else troubles or (),
            self._cache.told()[0],
            self._folder.to_json(),
            self._workers.told()[0] or (),
            self._sample.told()[0],
            self._breakers.told()[0] or {},
            self._statuses.told()[0] or (),
        )

    def _parts(self) -> Sequence[Look[Any]]:
        return (
            self._versions,
            self._troubles,
            self._cache,
            self._workers,
            self._sample,
            self._breakers,
            self._statuses,
        )
