"""Every setting in one table: name, type, default, help. `docs/settings.md` lists them.

Read from the environment, then from a `.env` file. Names carry the prefix STOCKAPP_, but for
HOST, PORT and WEB_CONCURRENCY, which are the usual ones of web servers, and the keys of services.
Each key may be given in a file instead, named by the same name with _FILE.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# The file of the embedded database in the data folder.
DATABASE = "stockapp.sqlite3"


class Sample(StrEnum):
    """Which list a new installation starts with."""

    REAL = "real"
    SIMULATED = "simulated"
    NONE = "none"


class LogFormat(StrEnum):
    """How log lines look: for people, or one JSON object a line."""

    CONSOLE = "console"
    JSON = "json"


class RaceMode(StrEnum):
    """Whether sources are asked one after the other's delay or failure, or all at once."""

    HEDGED = "hedged"
    ALL = "all"


# Secrets that may be in a file, named by the same variable with _FILE.
_FROM_FILES = {
    "alpha_vantage_api_key": "ALPHA_VANTAGE_API_KEY",
    "fmp_api_key": "FMP_API_KEY",
    "marketstack_api_key": "MARKETSTACK_API_KEY",
    "cache_redis_url": "STOCKAPP_CACHE_REDIS_URL",
}


def _key(name: str, words: str) -> Any:
    return Field(
        default=SecretStr(""),
        validation_alias=AliasChoices(name, name.lower()),
        description=words,
    )


def _key_file(name: str) -> Any:
    return Field(
        default=None,
        validation_alias=AliasChoices(f"{name}_FILE", f"{name}_FILE".lower()),
        description=f"File that holds {name}, in place of that.",
    )


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

    watchlist_fresh_seconds: float = Field(
        default=300,
        gt=0,
        description="Looking at or refreshing a watchlist asks anew for quotes older than this.",
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

    # Tasks
    task_slots: int = Field(default=8, ge=1, description="Tasks that one worker runs at once.")
    refresh_slots: int = Field(
        default=8, ge=1, description="Refreshes among these; large ones leave a few slots free."
    )
    source_test_slots: int = Field(default=2, ge=1, description="Tests of sources among these.")
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

    # Sources
    request_timeout_seconds: float = Field(
        default=6, gt=0, description="Longest wait for one answer of a source."
    )
    symbol_deadline_seconds: float = Field(
        default=12,
        gt=0,
        description="Longest wait for one symbol over all sources, from its first request on.",
    )
    sources: str = Field(
        default="",
        description=(
            "Sources in order of preference, with commas: yahoo,google,fmp,marketstack,"
            "alpha_vantage. What is left out is not asked; empty: all, in this order."
        ),
    )
    race: RaceMode = Field(
        default=RaceMode.HEDGED,
        description=(
            "hedged: the next source after a failure or a delay, which spares quotas;"
            " all: every configured source at once."
        ),
    )
    hedge_min_seconds: float = Field(
        default=1.0,
        gt=0,
        description="An answer is never called late before this; see hedge_max_seconds.",
    )
    hedge_max_seconds: float = Field(
        default=4.0,
        gt=0,
        description=(
            "An answer that takes this long is late. Between the two, it is late after the 95th"
            " percentile of the method's recent answers."
        ),
    )
    alpha_vantage_api_key: SecretStr = _key(
        "ALPHA_VANTAGE_API_KEY", "Key of Alpha Vantage; without one it is not asked."
    )
    alpha_vantage_api_key_file: Path | None = _key_file("ALPHA_VANTAGE_API_KEY")
    alpha_vantage_a_day: int = Field(
        default=25, ge=0, description="Requests a day in your Alpha Vantage plan; 0: no limit."
    )
    alpha_vantage_a_second: int = Field(
        default=1, ge=0, description="Requests a second in that plan; 0: no limit."
    )
    alpha_vantage_bulk: bool = Field(
        default=False, description="Whether that plan has bulk quotes (100 symbols a request)."
    )
    fmp_api_key: SecretStr = _key(
        "FMP_API_KEY", "Key of Financial Modeling Prep; without one it is not asked."
    )
    fmp_api_key_file: Path | None = _key_file("FMP_API_KEY")
    fmp_a_day: int = Field(
        default=250,
        ge=0,
        description="Requests a day in your Financial Modeling Prep plan; 0: no limit.",
    )
    fmp_batch: bool = Field(
        default=False, description="Whether that plan has batch quotes (100 symbols a request)."
    )
    marketstack_api_key: SecretStr = _key(
        "MARKETSTACK_API_KEY", "Key of MarketStack; without one it is not asked."
    )
    marketstack_api_key_file: Path | None = _key_file("MARKETSTACK_API_KEY")
    marketstack_a_month: int = Field(
        default=100,
        ge=0,
        description="Symbols a month in your MarketStack plan; 0: no limit.",
    )
    marketstack_a_second: int = Field(
        default=5, ge=0, description="Requests a second in that plan; 0: no limit."
    )
    marketstack_version: Literal["v1", "v2"] = Field(
        default="v2", description="Which MarketStack interface the key is for: v2 or v1."
    )
    yahoo_base_url: str = Field(
        default="",
        description=(
            "Where to find Yahoo's hosts, each as a folder (BASE/query1.finance.yahoo.com/...);"
            " empty: the real ones."
        ),
    )
    google_base_url: str = Field(
        default="",
        description="Where to find Google Finance, in place of https: BASE/www.google.com/...",
    )
    fmp_base_url: str = Field(
        default="",
        description="Where to find financialmodelingprep.com: BASE/financialmodelingprep.com/...",
    )
    marketstack_base_url: str = Field(
        default="",
        description="Where to find MarketStack, in place of https: BASE/api.marketstack.com/...",
    )
    alpha_vantage_base_url: str = Field(
        default="",
        description="Where to find Alpha Vantage, in place of https: BASE/www.alphavantage.co/...",
    )
    yahoo_concurrency: int = Field(
        default=10,
        ge=1,
        description="Requests that one worker has under way at once by a method of Yahoo.",
    )
    google_concurrency: int = Field(default=4, ge=1, description="The same for Google Finance.")
    fmp_concurrency: int = Field(
        default=4, ge=1, description="The same for Financial Modeling Prep."
    )
    marketstack_concurrency: int = Field(default=2, ge=1, description="The same for MarketStack.")
    alpha_vantage_concurrency: int = Field(
        default=2, ge=1, description="The same for Alpha Vantage."
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

    @model_validator(mode="before")
    @classmethod
    def _keys_from_files(cls, data: dict[str, Any]) -> dict[str, Any]:
        given = {name.lower(): value for name, value in data.items()}
        for key, variable in _FROM_FILES.items():
            path = given.get(f"{key}_file")
            if path and not given.get(key):
                data = {name: v for name, v in data.items() if name.lower() != key}
                data[key] = _read_key(Path(path), variable)
        return data

    def secrets(self) -> Iterator[str]:
        """The values that must never be shown or logged."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, SecretStr) and value.get_secret_value():
                yield value.get_secret_value()
        # Errors of Redis' client may hold its password alone.
        with suppress(ValueError):
            if password := urlsplit(self.cache_redis_url.get_secret_value()).password:
                yield password


def _read_key(path: Path, name: str) -> str:
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text"
        raise ValueError(f"{name}_FILE names {path}, which cannot be read ({why})") from None
    if not key:
        raise ValueError(f"{name}_FILE names {path}, which is empty")
    return key


def read_settings() -> Settings:
    """The settings of this process. Raises SystemExit with what to mend."""
    try:
        settings = Settings()
    except ValidationError as error:
        # Without the values: one of them may be a secret.
        wrong = "; ".join(
            ": ".join((*(str(part) for part in entry["loc"]), entry["msg"]))
            for entry in error.errors()
        )
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
