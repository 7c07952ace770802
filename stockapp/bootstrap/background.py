"""What runs in a worker besides requests and tasks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stockapp.bootstrap.access import watching
from stockapp.bootstrap.backends import Backends
from stockapp.bootstrap.services import Services
from stockapp.domain.event import Event
from stockapp.services.cache_admin import CacheAdmin, CacheUpkeep
from stockapp.services.folder_watch import FolderWatch
from stockapp.services.live_mode import LiveMode
from stockapp.services.storage_watch import StorageWatch
from stockapp.services.system_samples import EndedItems, SystemSamples
from stockapp.services.vitals import HubLagMeter, Vitals
from stockapp.services.watch_signs import WatchSigns
from stockapp.services.workforce import TELL_SECONDS, Job, Workforce
from stockapp.settings import Settings
from stockapp.tasks.fanout import Follower
from stockapp.tasks.periodic import Periodic
from stockapp.tasks.upkeep import Upkeep
from stockapp.web.stream_gate import StreamGate

# How often each worker looks for tasks that nobody has: a file is near, a server is not.
_SWEEP_SECONDS, _SWEEP_FAR_SECONDS = 0.25, 1.0
_END_OF_DAY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Background:
    """What runs in a worker besides requests and tasks."""

    follower: Follower
    upkeep: Upkeep
    meter: HubLagMeter
    vitals: Vitals
    ledger: Periodic
    cache: CacheUpkeep
    cache_admin: CacheAdmin
    storage: StorageWatch
    live: LiveMode | WatchSigns
    end_of_day: Periodic | None
    samples: SystemSamples
    sessions: Periodic
    folder: FolderWatch
    workforce: Workforce
    presence: Periodic

    def start(self, *, pages: bool, work: bool) -> None:
        """Begin what serving `pages` needs, and doing tasks."""
        self.storage.start()
        self.follower.start()
        self.meter.start()
        self.vitals.start(pages=pages, work=work)
        self.ledger.start()
        self.cache.start()
        if work:
            self.upkeep.start()
        if work and not pages:
            self.presence.start()
        if pages:
            self.live.start()
            self.samples.start()
            self.sessions.start()
            self.folder.start()
        if pages and work and self.end_of_day:
            self.end_of_day.start()

    def start_for_errands(self) -> None:
        """Begin what a command needs to have its own tasks done, and to hear how they go on."""
        self.follower.start()
        self.upkeep.start_for_errands()
        self.ledger.start()

    def stop(self) -> None:
        """End."""
        self.live.stop()
        if self.end_of_day:
            self.end_of_day.stop()
        self.samples.stop()
        self.sessions.stop()
        self.folder.stop()
        self.presence.stop()
        self.upkeep.stop()
        self.follower.stop()
        self.meter.stop()
        self.vitals.stop()
        self.ledger.stop()
        self.cache.stop()
        self.storage.stop()


def background(
    settings: Settings, backends: Backends, services: Services, gate: StreamGate
) -> Background:
    """Builds it; `start` begins."""
    upkeep = _upkeep(settings, backends, services)
    ended = EndedItems()
    listeners = [*_listeners(services), ended.on_event]
    if backends.send is None:
        # Else one worker is woken for it.
        listeners.append(upkeep.on_event)
    follower = Follower(backends.log, services.fanout, listeners)
    meter = HubLagMeter(backends.clock)
    vitals = _vitals(settings, backends, services, gate, meter)
    # What ends when its run is over, such as a request that hung, is shared by this.
    ledger = Periodic("ledger", services.keepers.ledger.flush, 1.0)
    admin = CacheAdmin(backends.cache, backends.shared, vitals, backends.clock)
    cache = CacheUpkeep(backends.cache, admin)
    workforce = Workforce(backends.shared, _wanted(settings))
    storage = StorageWatch(backends.database, workforce, backends.clock)
    samples = SystemSamples(
        backends.shared, backends.clock, vitals, backends.tasks, services.keepers.ledger, ended
    )
    return Background(
        follower,
        upkeep,
        meter,
        vitals,
        ledger,
        cache,
        admin,
        storage,
        services.live,
        _end_of_day(settings, services),
        samples,
        watching(gate, services.access),
        FolderWatch(settings.data_dir, backends.executor, backends.clock),
        workforce,
        _presence(workforce, services.engine.worker),
    )


def _listeners(services: Services) -> list[Callable[[Event], None]]:
    listeners = [
        services.quotes.on_event,
        services.analysis_store.on_event,
        services.findings.on_event,
        services.trends.on_event,
        services.engine.on_event,
        services.access.on_event,
    ]
    return [
        *listeners,
        *([services.live.on_event] if isinstance(services.live, LiveMode) else []),
    ]


def _presence(workforce: Workforce, worker: str) -> Periodic:
    return Periodic("presence", lambda: workforce.tell(Job.TASKS, worker), TELL_SECONDS)


def _wanted(settings: Settings) -> frozenset[Job]:
    if not settings.distributed:
        return frozenset()
    scheduled = settings.live_mode or settings.end_of_day
    return frozenset({Job.TASKS, Job.COMPUTING, *([Job.SCHEDULE] if scheduled else [])})


def _end_of_day(settings: Settings, services: Services) -> Periodic | None:
    if not settings.end_of_day:
        return None
    return Periodic("end-of-day", services.end_of_day.refresh, _END_OF_DAY_SECONDS)


def _upkeep(settings: Settings, backends: Backends, services: Services) -> Upkeep:
    return Upkeep(
        services.engine,
        backends.tasks,
        backends.log,
        backends.database,
        backends.clock,
        lease_seconds=settings.lease_seconds,
        task_keep_seconds=settings.task_keep_seconds,
        event_keep_seconds=settings.event_keep_seconds,
        most_events=settings.event_limit,
        sweep_seconds=_SWEEP_SECONDS if backends.send is None else _SWEEP_FAR_SECONDS,
    )


def _vitals(
    settings: Settings,
    backends: Backends,
    services: Services,
    gate: StreamGate,
    meter: HubLagMeter,
) -> Vitals:
    engine = services.engine
    gauges: dict[str, Callable[[], Any]] = {
        "running_tasks": lambda: engine.running,
        "open_streams": lambda: int(gate),
        "stream_limit": lambda: settings.max_streams,
        "cache": backends.cache.vitals,
    }
    return Vitals(backends.shared, backends.clock, engine.worker, meter, gauges)
