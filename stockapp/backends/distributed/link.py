"""The connection of one process to Redis, and the scripts that run there."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from redis import BlockingConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,
    NoPermissionError,
    OutOfMemoryError,
    RedisError,
    TimeoutError,
)
from redis.retry import Retry

from stockapp.backends.distributed.fuse import Fuse
from stockapp.ports import StoreTrouble

T = TypeVar("T")

_CONNECTIONS = 50
_TIMEOUT_SECONDS = 3.0
# Nobody need be spared a refusal that comes so soon.
_AT_ONCE_SECONDS = 0.5
_PROBE_SECONDS = 60
_SCRIPTS = Path(__file__).parent / "lua"
# What a script is made of besides itself.
_WITH = {
    "claim": ("common", "claimable"),
    "has_claimable": ("common", "claimable"),
    "change_password": ("common", "ending"),
    "end_sessions": ("common", "ending"),
}

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (AuthenticationError, "Redis refuses the password"),
    (NoPermissionError, "Redis does not permit this to the user of STOCKAPP_REDIS_URL"),
    (OutOfMemoryError, "Redis has no memory left"),
    (TimeoutError, "Redis does not answer"),
    (ConnectionError, "Redis cannot be reached"),
)


class RedisLink:
    """One pool of connections, and one place where the errors of Redis become StoreTrouble.

    Raises ValueError for an address that cannot be meant.
    """

    def __init__(self, url: str, prefix: str) -> None:
        pool = _pool(url)
        self._client: Redis = Redis(connection_pool=pool)
        self._scripts: dict[str, Any] = {}
        self._fuse = Fuse()
        self._full = False
        self.prefix = prefix
        self.trouble: str | None = None

    def key(self, name: str) -> str:
        """The name as it stands in Redis."""
        return self.prefix + name

    def run(self, name: str, *values: str | float) -> Any:
        """Run a script of lua/, all or nothing, and return its answer. Raises StoreTrouble."""
        script = self._scripts.get(name)
        if script is None:
            script = self._scripts[name] = self._client.register_script(_source(name))
        return self._told(lambda: script(keys=[self.prefix], args=values))

    def ask(self, call: Callable[[Any], Any]) -> Any:
        """What `call` makes of the client; its types know no `decode_responses`. Raises
        StoreTrouble.
        """
        return self._told(lambda: call(self._client))

    def probe(self) -> None:
        """See whether Redis answers and takes something; others wait no longer for it than for
        this. Raises StoreTrouble.
        """
        name = self.key("probe")
        self._told(lambda: self._client.set(name, 1, ex=_PROBE_SECONDS), probing=True)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
        self._client.connection_pool.disconnect()

    def _told(self, call: Callable[[], T], *, probing: bool = False) -> T:
        self._fuse.guard(probing=probing)
        since = time.monotonic()
        try:
            answer = call()
        except (RedisError, OSError) as error:
            self.trouble = words_for(error)
            self._full = self._full or isinstance(error, OutOfMemoryError)
            if time.monotonic() - since > _AT_ONCE_SECONDS:
                self._fuse.blow(self.trouble)
            raise StoreTrouble(self.trouble) from error
        self._fuse.mend()
        # One that is full can be read still, which says nothing of that.
        self._full = self._full and not probing
        if not self._full:
            self.trouble = None
        return answer


def _pool(url: str) -> BlockingConnectionPool:
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_TIMEOUT_SECONDS,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            decode_responses=True,
            # Not again by itself: a change may have been made though its answer was lost.
            retry=Retry(NoBackoff(), 0),
            health_check_interval=15,
        )
        # Connects to nothing yet; what the query asks for is looked at here alone.
        pool.connection_class(**pool.connection_kwargs)
    except (ValueError, TypeError):
        raise ValueError(
            "STOCKAPP_REDIS_URL is no address of a Redis server, or asks for what is not known"
        ) from None
    return pool


def words_for(error: Exception) -> str:
    """What to say of an error of Redis; never its address, which may hold a password."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return f"Redis cannot be reached by TLS ({_reason(cause)})"
        if isinstance(cause, socket.gaierror):
            return "Redis cannot be reached (its name is not found)"
        if isinstance(cause, FileNotFoundError):
            return "Redis cannot be reached (a file that STOCKAPP_REDIS_URL names is not there)"
    if "DB index is out of range" in str(error):
        return "Redis has no database of the number in STOCKAPP_REDIS_URL"
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    return f"Redis refuses it ({type(error).__name__})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: ssl.SSLError) -> str:
    words = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else ""
    return words or (error.reason or "not understood").lower().replace("_", " ")


@cache
def _source(name: str) -> str:
    parts = (*_WITH.get(name, ("common",)), name)
    return "\n".join((_SCRIPTS / f"{part}.lua").read_text() for part in parts)
