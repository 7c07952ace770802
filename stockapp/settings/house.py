"""Settings of the server, its data, analyses and tasks."""

import os
from enum import StrEnum
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings

from stockapp.places import data_folder


class Sample(StrEnum):
    """Which list a new installation starts with."""

    REAL = "real"
    SIMULATED = "simulated"
    NONE = "none"


class LogFormat(StrEnum):
    """How log lines look: for people, or one JSON object a line."""

    CONSOLE = "console"
    JSON = "json"


class HouseSettings(BaseSettings):
    """All but what is about sources."""

    # Server
    host: str = Field(
        default="127.0.0.1",
        validation_alias=AliasChoices("HOST", "host"),
        description="Address to listen on.",
    )
    port: int = Field(
        default=8000,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("PORT", "port"),
        description="Port to listen on.",
    )
    workers: int = Field(
        default_factory=lambda: max(2, os.cpu_count() or 1),
        ge=1,
        validation_alias=AliasChoices("WEB_CONCURRENCY", "workers"),
        description="Worker processes; by default the number of CPUs, at least 2.",
    )
    max_body_bytes: int = Field(
        default=1_000_000, ge=1_000, description="Largest request body that is read, in bytes."
    )
    max_streams: int = Field(
        default=2_000,
        ge=1,
        description="Open event streams a worker; over it, 503 with Retry-After.",
    )
    max_requests: int = Field(
        default=50_000,
        ge=0,
        description="Requests after which a worker is replaced, give or take a tenth; 0: never.",
    )
    reload: bool = Field(
        default=False, description="Start workers anew when code changes; python app.py sets it."
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: LogFormat = Field(
        default=LogFormat.CONSOLE, description="console for people, json for machines."
    )

    # Data
    data_dir: Path = Field(
        default=data_folder(),
        description=(
            "Folder for the database and the cache; made when missing. By default `data`, for"
            " an installed `stockapp` ~/.local/share/stockapp."
        ),
    )
    sample: Sample = Field(
        default=Sample.REAL,
        description="The list a new installation starts with: real, simulated or none.",
    )
    quote_fresh_seconds: float = Field(
        default=900, gt=0, description="How long a fetched quote counts as fresh."
    )
    quote_keep_seconds: float = Field(
        default=7 * 86_400, gt=0, description="How long a stale quote may still be shown, marked."
    )

    watchlist_fresh_seconds: float = Field(
        default=300,
        gt=0,
        description="Looking at or refreshing a watchlist asks anew for quotes older than this.",
    )
    live_mode: bool = Field(
        default=True,
        description="Refresh a list for as long as somebody watches it; false: on request only.",
    )
    live_interval_seconds: float = Field(
        default=60,
        ge=15,
        description=(
            "How often live mode asks for prices whose market is open; where nobody knows whether"
            " it is, STOCKAPP_WATCHLIST_FRESH_SECONDS counts."
        ),
    )
    cache_limit_bytes: int = Field(
        default=100_000_000,
        ge=10_000,
        description="Bytes of all cached answers on disk; the least recently used go first.",
    )
    cache_memory_bytes: int = Field(
        default=4_000_000,
        ge=0,
        description="Bytes of cached answers that each worker keeps in memory besides; 0: none.",
    )
    cache_redis_url: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "redis://HOST:PORT/DB: cache there and not on disk (needs requirements-redis.txt);"
            " the limit is then Redis' own maxmemory."
        ),
    )
    cache_redis_url_file: Path | None = Field(
        default=None,
        description="File that holds STOCKAPP_CACHE_REDIS_URL, as it may have a password.",
    )

    # Analysis
    analysis_fresh_seconds: float = Field(
        default=3_600,
        gt=0,
        description="How long an analysis, and each statement it was made from, counts as fresh.",
    )
    analysis_keep_seconds: float = Field(
        default=30 * 86_400, gt=0, description="How long they may still be shown, marked as old."
    )
    equity_premium: float = Field(
        default=0.05,
        ge=0,
        le=0.2,
        description="What shares are expected to yield above the risk-free rate; 0.05 is 5 %.",
    )
    mid_year: bool = Field(
        default=False, description="Discount cash flows to the middle of their year, not its end."
    )
    risk_free_symbol: str = Field(
        default="^TNX", description="Symbol whose price is the risk-free rate in percent."
    )
    benchmark: str = Field(
        default="^GSPC", description="Index that beta and correlation of a price are held against."
    )

    # Tasks
    task_slots: int = Field(default=8, ge=1, description="Tasks that one worker runs at once.")
    refresh_slots: int = Field(
        default=8, ge=1, description="Refreshes among these; large ones leave a few slots free."
    )
    source_test_slots: int = Field(default=2, ge=1, description="Tests of sources among these.")
    analysis_slots: int = Field(
        default=4, ge=1, description="Analyses among these; those of whole lists besides."
    )
    analysis_deadline_seconds: float = Field(
        default=120, gt=0, description="An analysis that runs for longer fails."
    )
    analysis_all_deadline_seconds: float = Field(
        default=3_600, gt=0, description="The same for that of a whole list."
    )
    compute_timeout_seconds: float = Field(
        default=20, gt=0, description="A computation in another process that takes longer is ended."
    )
    task_queue_limit: int = Field(
        default=1_000,
        ge=1,
        description="Tasks that may wait for a slot of any worker; over it, 503 with Retry-After.",
    )
    refresh_deadline_seconds: float = Field(
        default=300,
        gt=0,
        description="A refresh that runs for longer fails, and keeps what it has by then.",
    )
    source_test_deadline_seconds: float = Field(
        default=60, gt=0, description="The same for the test of a source."
    )
    cpu_processes: int = Field(
        default=1, ge=1, description="Processes of each worker for what takes long to compute."
    )
    fetch_threads: int = Field(
        default=64, ge=1, description="Requests to sources that one worker has under way at once."
    )
    lease_seconds: float = Field(
        default=5, gt=0, description="After this long without a sign of life a task is taken over."
    )
    task_keep_seconds: float = Field(
        default=86_400, gt=0, description="How long ended tasks are kept."
    )
    event_keep_seconds: float = Field(
        default=3_600, gt=0, description="How long events can be replayed to a stream that resumes."
    )
    event_limit: int = Field(
        default=100_000, ge=1_000, description="Events that are kept at most, the newest."
    )
    stream_heartbeat_seconds: float = Field(
        default=15, gt=0, description="A silent stream gets a comment line this often."
    )
    add_lookup_seconds: float = Field(
        default=2,
        ge=0,
        description="How long adding a new symbol waits for a source to confirm it.",
    )
    max_symbols: int = Field(
        default=1_000, ge=1, description="Symbols in one refresh, and on one list."
    )
