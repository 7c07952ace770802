"""Settings of more than one machine: the servers that all nodes share."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, unquote, unquote_plus, urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

_REDIS = ("redis", "rediss", "unix")
_POSTGRES = ("postgresql", "postgres")


class ScalingSettings(BaseSettings):
    """What web nodes and workers on several machines share."""

    redis_url: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "redis://[USER:PASSWORD@]HOST:PORT/DB, or rediss:// for TLS, or unix:///PATH?db=DB:"
            " tasks, events, the cache and shared facts are there, and `stockapp worker` does the"
            " work (docs/scaling.md)."
            " Needs STOCKAPP_DATABASE_URL, and requirements-distributed.txt. Empty: all is done"
            " on this machine."
        ),
    )
    redis_url_file: Path | None = Field(
        default=None, description="File that holds STOCKAPP_REDIS_URL, in place of that."
    )
    redis_prefix: str = Field(
        default="stockapp:",
        pattern=r"^[\x21-\x7e]{1,100}$",
        description="What all names in Redis begin with; another one for each installation.",
    )
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE: watchlists and tokens are there; with"
            " STOCKAPP_REDIS_URL only."
        ),
    )
    database_url_file: Path | None = Field(
        default=None, description="File that holds STOCKAPP_DATABASE_URL, in place of that."
    )

    worker_metrics: str = Field(
        default="",
        pattern=r"^(\S+:\d{1,5})?$",
        description=(
            "HOST:PORT where a `stockapp worker` tells Prometheus what it counted, as web nodes do"
            " by `/metrics`; without a password, so only for those who may see it. Empty: nowhere."
        ),
    )

    @property
    def distributed(self) -> bool:
        """Whether this is one of several nodes."""
        return bool(self.redis_url.get_secret_value())


def lacking(package: str | None) -> str:
    """What to say where a package is missing that the servers need."""
    return (
        f"stockapp cannot start: STOCKAPP_REDIS_URL needs more ({package} is missing);"
        " install it by .venv/bin/pip install --require-hashes -r requirements-distributed.txt"
    )


def check_servers(redis_url: str, database_url: str) -> None:
    """Raises ValueError, without the addresses, for those that cannot be meant."""
    if redis_url and not database_url:
        raise ValueError(
            "STOCKAPP_REDIS_URL needs STOCKAPP_DATABASE_URL, the PostgreSQL database of all nodes,"
            " such as postgresql://USER:PASSWORD@HOST:5432/stockapp"
        )
    if database_url and not redis_url:
        raise ValueError(
            "STOCKAPP_DATABASE_URL needs STOCKAPP_REDIS_URL, the Redis server of all nodes, such as"
            " redis://HOST:6379/0"
        )
    if redis_url and not _meant(redis_url, _REDIS):
        raise ValueError(
            "STOCKAPP_REDIS_URL is no address of a Redis server; give one like"
            " redis://USER:PASSWORD@HOST:6379/0, with special characters of the password as %XX"
        )
    if redis_url and not _names_a_number(redis_url):
        raise ValueError(
            "STOCKAPP_REDIS_URL names a database that is no number; give one like"
            " redis://HOST:6379/0, and tell installations apart by STOCKAPP_REDIS_PREFIX"
        )
    if redis_url and not {"username", "password"}.isdisjoint(parse_qs(urlsplit(redis_url).query)):
        raise ValueError(
            "STOCKAPP_REDIS_URL has its user or password behind the question mark, where not all"
            " that connects looks; put them before the host, as in redis://USER:PASSWORD@HOST:6379/0"
        )
    if database_url and not _meant(database_url, _POSTGRES):
        raise ValueError(
            "STOCKAPP_DATABASE_URL is no address of a PostgreSQL database; give one like"
            " postgresql://USER:PASSWORD@HOST:5432/stockapp, with special characters of the"
            " password as %XX"
        )


def passwords_in(url: str) -> Iterator[str]:
    """The passwords in an address, before its host and in its query, as they stand and as meant."""
    with suppress(ValueError):
        parts = urlsplit(url)
        fields = (field.partition("=")[::2] for field in parts.query.split("&"))
        # Of a key's file too, as sslpassword.
        told = (value for name, value in fields if unquote(name).endswith("password"))
        for password in (parts.password, *told):
            if password:
                yield from dict.fromkeys((password, unquote(password), unquote_plus(password)))


def _names_a_number(redis_url: str) -> bool:
    parts = urlsplit(redis_url)
    told = parse_qs(parts.query).get("db", [])
    # The path of a socket names a file.
    named = [] if parts.scheme == "unix" else [parts.path.strip("/")]
    return all(not number or number.isdecimal() for number in (*told, *named))


def _meant(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        # Asking for it checks it.
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme == "unix":
        return bool(parts.path)
    return parts.scheme in schemes and bool(parts.hostname or parts.query)
