"""Settings of the server, its data, analyses and tasks."""

import os
from enum import StrEnum
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from stockapp.places import data_folder
from stockapp.settings import levels

_SHORTEST_KEY = 32
# As the library `limits` reads it.
_LIMIT = r"^$|^[1-9][0-9]* ?/ ?([1-9][0-9]* ?)?(second|minute|hour|day)s?$"


class Sample(StrEnum):
    """Which list a new installation starts with."""

    REAL = "real"
    SIMULATED = "simulated"
    NONE = "none"


class LogFormat(StrEnum):
    """How log lines look: for people, or one JSON object a line."""

    CONSOLE = "console"
    JSON = "json"


class Auth(StrEnum):
    """Who is let in: whoever has the password, or everybody.

    `auto`: by password where one is set; else everybody, but on this machine only.
    """

    AUTO = "auto"
    PASSWORD = "password"  # noqa: S105
    NONE = "none"


class HouseSettings(BaseSettings):
    """All but what is about sources."""

    # Server
    host: str = Field(
        default="127.0.0.1",
        validation_alias=AliasChoices("HOST", "host"),
        description="Address to listen on, or unix:PATH for a socket.",
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
    allowed_hosts: str = Field(
        default="",
        description=(
            "Names under which people reach it, with commas: stocks.example.com,nas.local;"
            " *.example.com for all below that. localhost and the address of HOST always count,"
            " and every IP address where HOST is 0.0.0.0 or ::. Others are refused, as web sites"
            " can have a name of their own lead here."
        ),
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "What forms are signed with, 32 characters or more; empty: a random one, which is kept"
            " in the data folder as secret.key, or by several nodes in PostgreSQL."
        ),
    )
    secret_key_file: Path | None = Field(
        default=None, description="File that holds STOCKAPP_SECRET_KEY, in place of that."
    )
    auth: Auth = Field(
        default=Auth.AUTO,
        description=(
            "auto: a login where a password is set; without one open, but only on 127.0.0.1, ::1 or"
            " localhost and behind no proxy. password: always a login. none: open to everybody who"
            " can reach it."
        ),
    )
    password: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "The password of the login page, of 8 characters or more, or its argon2 hash, which"
            " `flask --app app password` makes. Another one ends all sessions."
        ),
    )
    password_file: Path | None = Field(
        default=None, description="File that holds STOCKAPP_PASSWORD, in place of that."
    )
    session_idle_seconds: float = Field(
        default=14 * 86_400, ge=60, description="A login that is not used for so long ends."
    )
    session_seconds: float = Field(
        default=90 * 86_400, ge=60, description="A login ends after so long, however it is used."
    )
    trusted_proxies: str = Field(
        default="",
        description=(
            "Proxies whose X-Forwarded-For, -Proto and -Host are believed, with commas: addresses,"
            " networks such as 10.0.0.0/8, or `unix` for those that come by a Unix socket. They"
            " must set all three themselves. Empty: nobody's are."
        ),
    )
    max_body_bytes: int = Field(
        default=1_000_000, ge=1_000, description="Largest request body that is read, in bytes."
    )
    max_streams: int = Field(
        default=2_000,
        ge=1,
        description="Open event streams a worker; over it, 503 with Retry-After.",
    )
    limit_starts: str = Field(
        default="120/minute",
        pattern=_LIMIT,
        description=(
            "How much one client may start that asks sources, such as 120/minute or 1000/hour:"
            " refreshes, analyses, tests; 250 symbols more count as one more. Over it, 429 with"
            " Retry-After; empty: no limit."
        ),
    )
    limit_searches: str = Field(
        default="120/minute",
        pattern=_LIMIT,
        description="The same for searches that the cache cannot answer.",
    )
    max_requests: int = Field(
        default=50_000,
        ge=0,
        description="Requests after which a worker is replaced, give or take a tenth; 0: never.",
    )
    reload: bool = Field(
        default=False, description="Start workers anew when code changes; python app.py sets it."
    )
    log_level: str = Field(
        default="INFO",
        pattern=f"^({'|'.join(levels.LEVELS)})$",
        description="DEBUG, INFO, WARNING or ERROR.",
    )
    log_levels: str = Field(
        default="",
        description=(
            "Levels of single parts of stockapp or libraries, such as"
            " fetching=DEBUG,web=WARNING,urllib3=DEBUG."
        ),
    )
    log_format: LogFormat = Field(
        default=LogFormat.CONSOLE, description="console for people, json for machines."
    )
    access_log: bool = Field(
        default=False,
        description="A log line for each request, without its query; a proxy has one too.",
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
    end_of_day: bool = Field(
        default=False,
        description="Refresh every list once after its markets have closed, watched or not.",
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
            " the limit is then Redis' own maxmemory. Empty: at STOCKAPP_REDIS_URL, if that is set."
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

    @field_validator("secret_key")
    @classmethod
    def _not_guessable(cls, key: SecretStr) -> SecretStr:
        if 0 < len(key.get_secret_value()) < _SHORTEST_KEY:
            raise ValueError(f"must have {_SHORTEST_KEY} characters at least")
        return key

    @field_validator("log_levels")
    @classmethod
    def _check_levels(cls, text: str) -> str:
        levels.parse(text)
        return text
