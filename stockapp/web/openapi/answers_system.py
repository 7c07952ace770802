"""What the calls about searching, sources, the cache and health answer."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from stockapp.domain.attempt import Attempt, Outcome, Reason
from stockapp.domain.company import SecurityType
from stockapp.web.openapi.answers_base import Answer


class SearchResult(Answer):
    """A symbol that fits. `listed`: it is on a watchlist."""

    symbol: str
    name: str | None
    exchange: str | None
    type: SecurityType | None
    currency: str | None
    source: str
    listed: bool


class SearchAnswer(Answer):
    """What fits, best first. `problem`: why there may be more, in words; null when all is well."""

    q: str
    results: list[SearchResult]
    attempts: list[Attempt]
    problem: str | None
    cached: bool


class BreakerState(Answer):
    """Whether the method is asked (closed), left alone (open) or being tried (half_open)."""

    state: Literal["closed", "open", "half_open"]
    reason: Reason | None
    detail: str | None
    opened_at: datetime | None
    until: datetime | None


class Latency(Answer):
    """How long requests took, in milliseconds; null before the first."""

    p50: float | None
    p95: float | None


class LastFailure(Answer):
    """The last request that failed."""

    at: datetime
    reason: Reason | None
    detail: str | None


class MethodLinks(Answer):
    """Where to have it asked again (by POST)."""

    close: str


class ProviderMethod(Answer):
    """One way of asking a source. `attempts` by how they ended; `success_rate` is 0 to 1."""

    method: str
    batch_size: int
    end_of_day: bool
    breaker: BreakerState
    requests: int
    failed_requests: int
    success_rate: float | None
    latency_ms: Latency
    attempts: dict[str, int]
    last_success_at: datetime | None
    last_failure: LastFailure | None
    links: MethodLinks


class QuotaState(Answer):
    """What is left of the requests that a service allows."""

    period: Literal["second", "day", "month"]
    limit: int
    used: int
    left: int
    resets_at: datetime


class ProviderLinks(Answer):
    """Where the source is read, and tested (by POST)."""

    self: str
    test: str


class Provider(Answer):
    """A source with its methods. `missing` names the setting that it needs; null where none."""

    source: str
    title: str
    configured: bool
    missing: str | None
    scarce: bool
    simulated: bool
    self_test: str = Field(description="The symbol that a test asks for.")
    quotas: list[QuotaState]
    methods: list[ProviderMethod]
    links: ProviderLinks


class Providers(Answer):
    """All sources, in the order of preference."""

    providers: list[Provider]


class ClosedProvider(Provider):
    """The source. `closed`: whether the method had been left alone."""

    closed: bool


class CacheCounts(Answer):
    """What entries there are and how they served, of all workers since the cache was made."""

    entries: int
    bytes: int
    hits: int
    misses: int
    stale_hits: int
    coalesced: int
    evictions: int
    expirations: int
    damaged: int
    refused: int


class WorkerMemory(Answer):
    """The part of the cache in a worker's memory."""

    host: str
    pid: int
    entries: int
    bytes: int
    limit_bytes: int
    hits: int


class CacheStats(CacheCounts):
    """The whole cache, each kind of entry, and each worker's memory. Rates are 0 to 1."""

    limit_bytes: int | None
    utilisation: float | None
    hit_rate: float | None
    prefixes: dict[str, CacheCounts]
    workers: list[WorkerMemory]


class Cleared(Answer):
    """How many entries were deleted."""

    deleted: int


class DatabaseHealth(Answer):
    """`set_aside`: damaged databases that were put away at a start."""

    status: Literal["ok", "failing"]
    trouble: str | None
    set_aside: list[str]
    version: int | None = Field(description="The number of the last upgrade it has.")
    pending_migrations: int | None


class CacheHealth(Answer):
    """`troubles`: why workers cannot store entries at present."""

    status: Literal["ok", "failing"]
    troubles: list[str]
    bytes: int | None
    limit_bytes: int | None


class FolderHealth(Answer):
    """The data folder, and the room that its disk has left."""

    status: Literal["ok", "failing"]
    trouble: str | None
    free_bytes: int | None
    total_bytes: int | None


class OpenBreaker(BreakerState):
    """A method of a source that is left alone at present, or being tried."""

    source: str
    method: str


class HubLag(Answer):
    """How late a worker's greenlets wake, in milliseconds."""

    p50: float
    p99: float
    max: float


class WorkerCache(Answer):
    """A worker's memory of the cache, and its trouble with the rest of it."""

    trouble: str | None
    entries: int
    bytes: int
    limit_bytes: int
    hits: int


class WorkerHealth(Answer):
    """One worker process, a few seconds ago at the most."""

    worker: str
    host: str
    pid: int
    does: list[Literal["pages", "tasks"]]
    started_at: datetime
    hub_lag_ms: HubLag
    resident_bytes: int | None
    running_tasks: int
    open_streams: int
    stream_limit: int
    cache: WorkerCache


class SourceHealth(Answer):
    """How a method of a source last answered."""

    source: str
    method: str
    outcome: Outcome
    reason: Reason | None
    detail: str | None


class TaskLoad(Answer):
    """How many tasks run, and wait."""

    running: int
    waiting: int


class StreamLoad(Answer):
    """How many streams are open, of how many."""

    open: int
    limit: int


class Health(Answer):
    """How stockapp is. What workers share is empty or null while the database cannot be used."""

    status: Literal["ok", "degraded", "failing"]
    obstacles: list[str] = Field(description="Why it is not ready; none when it is.")
    lacking: list[str] = Field(description="What no worker elsewhere is there to do.")
    version: str
    uptime_seconds: float
    draining: bool
    database: DatabaseHealth
    cache: CacheHealth
    data_folder: FolderHealth
    workers: list[WorkerHealth]
    hub_lag_ms: float | None
    tasks: TaskLoad | None
    streams: StreamLoad | None
    sources: list[SourceHealth]
    breakers: list[OpenBreaker]


class SystemSample(Answer):
    """All workers at an instant; null is what could not be told."""

    at: datetime
    tasks: TaskLoad
    streams: int
    memory_bytes: int | None
    hub_lag_ms: float | None
    items: int | None
    requests: int | None


class Samples(Answer):
    """Samples of the last minutes, oldest first; where some lack no worker took any."""

    interval_seconds: float
    keep_seconds: float
    samples: list[SystemSample]
