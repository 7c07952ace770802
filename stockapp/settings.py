"""Every setting in one table: name, type, default, help. `docs/settings.md` lists them.

Read from the environment, then from a `.env` file. Names carry the prefix STOCKAPP_, but for
HOST, PORT and WEB_CONCURRENCY, which are the usual ones of web servers.
"""

import os
import tempfile
from enum import StrEnum
from pathlib import Path

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Sample(StrEnum):
    """Which list a new installation starts with."""

    REAL = "real"
    SIMULATED = "simulated"
    NONE = "none"


class LogFormat(StrEnum):
    """How log lines look: for people, or one JSON object a line."""

    CONSOLE = "console"
    JSON = "json"


class Settings(BaseSettings):
    """The settings of one process, fixed at its start."""

    model_config = SettingsConfigDict(
        env_prefix="STOCKAPP_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

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
        default=Path("data"),
        description="Folder for the database and the cache; made when missing.",
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

    # Tasks
    task_slots: int = Field(default=8, ge=1, description="Tasks that one worker runs at once.")
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

    # Sources
    request_timeout_seconds: float = Field(
        default=6, gt=0, description="Longest wait for one answer of a source."
    )
    symbol_deadline_seconds: float = Field(
        default=12,
        gt=0,
        description="Longest wait for one symbol over all methods, once it is asked for.",
    )
    yahoo_base_url: str = Field(
        default="",
        description=(
            "Where to find Yahoo's hosts, each as a folder (BASE/query1.finance.yahoo.com/...);"
            " empty: the real ones."
        ),
    )
    yahoo_concurrency: int = Field(
        default=10, ge=1, description="Requests to Yahoo that one worker has under way at once."
    )
    simulated_latency_ms: float = Field(
        default=150,
        ge=0,
        description="How long the simulated exchange takes to answer, in the mean.",
    )
    simulated_failure_rate: float = Field(
        default=0.0, ge=0, le=1, description="Share of the simulated exchange's answers that fail."
    )
    simulated_seed: int = Field(
        default=20_261_123, description="Another seed gives other simulated prices."
    )


def read_settings() -> Settings:
    """The settings of this process. Raises SystemExit with what to mend."""
    try:
        settings = Settings()
    except ValidationError as error:
        # Without the values: one of them may be a secret.
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SystemExit(f"stockapp cannot start, see docs/settings.md: {wrong}") from None
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data_dir):
            pass
    except OSError as error:
        raise SystemExit(
            f"stockapp cannot write to its data folder {settings.data_dir} ({error.strerror});"
            " name another one in STOCKAPP_DATA_DIR."
        ) from None
    return settings
