"""Carrying requests to Yahoo through yfinance, which knows its cookies, crumbs and consents.

yfinance's YfData is one per process, and so is this; nothing else may touch yfinance. It runs in
greenlets only: its locks are patched, and libcurl waits in gevent's native pool by itself.
"""

import logging
import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gevent import get_hub, monkey

from stockapp.domain.attempt import Failure, Reason
from stockapp.fetching.transport import TransportError
from stockapp.ports import Clock, Executor
from stockapp.providers.base import Answer, Request

if TYPE_CHECKING:
    from curl_cffi.requests import Response

    from stockapp.fetching.yahoo_session import YahooSession

logger = logging.getLogger(__name__)

# libcurl and look-ups of names share the hub's native pool, whose usual 10 are soon taken.
_NATIVE_THREADS = 64
# yfinance's way of asking repeats every failed request with other cookies: good for what needs
# a crumb, useless for the rest.
_WITH_CRUMB = ("/v7/", "/v10/")


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What exists once yfinance is imported."""

    session: "YahooSession"
    data: Any
    errors: Any
    rate_limited: type[Exception]
    no_crumb: type[Exception]
    final_answer: type[Exception]


class YahooTransport:
    """Transport for Yahoo. Importing yfinance costs 0.7 s and 96 MB, so the first request does."""

    def __init__(self, executor: Executor, clock: Clock, *, base_url: str, cache_dir: Path) -> None:
        self._executor = executor
        self._clock = clock
        self._base_url = base_url
        self._cache_dir = cache_dir
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    def prepare(self) -> None:
        """Import yfinance, the first time."""
        self._load()

    def send(self, request: Request, timeout_seconds: float) -> Answer:
        """Yahoo's answer, of whatever status. Raises TransportError."""
        loaded = self._load()
        host = urlsplit(request.url).hostname or "Yahoo"
        try:
            response = loaded.session.within(
                timeout_seconds, lambda: _get(loaded, request, timeout_seconds)
            )
        except loaded.final_answer as final:
            response = final.answer  # type: ignore[attr-defined]
        except Exception as error:
            # yfinance and libcurl have many ways to fail; each is told as a reason.
            told_host = getattr(error, "__notes__", [host])[0]
            failure = _failure(loaded, error, told_host, timeout_seconds)
            raise TransportError(failure) from None
        headers = {name.lower(): value or "" for name, value in response.headers.items()}
        now = self._clock.now()
        return Answer(response.status_code, headers, response.content, now, request.url)

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                # Not on the hub, which it would hold for 0.7 s.
                self._executor.run_blocking(_import_all)
                self._loaded = _open(self._base_url, _own_folder(self._cache_dir))
            return self._loaded


def _import_all() -> None:
    # Late, and in a native thread: see the class above.
    import yfinance  # noqa: F401

    import stockapp.fetching.yahoo_session  # noqa: F401


def _open(base_url: str, folder: Path) -> _Loaded:
    import yfinance
    from curl_cffi import CurlError
    from curl_cffi.requests import exceptions
    from yfinance.data import YfData
    from yfinance.exceptions import YFRateLimitError

    from stockapp.fetching.yahoo_session import FinalAnswer, NoCrumb, YahooSession

    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    # Its cookies and time zones are kept in SQLite files: never in the user's home.
    yfinance.set_tz_cache_location(str(folder))
    under_gevent = bool(monkey.is_module_patched("threading"))
    if under_gevent:
        hub = get_hub()
        hub.threadpool.maxsize = _NATIVE_THREADS
        # These reach the caller; gevent need not print them besides.
        hub.NOT_ERROR = (*hub.NOT_ERROR, CurlError)
    session = YahooSession(base_url, under_gevent=under_gevent)
    return _Loaded(
        session, YfData(session=session), exceptions, YFRateLimitError, NoCrumb, FinalAnswer
    )


def _own_folder(cache_dir: Path) -> Path:
    """A folder of this process; those of processes that are gone are removed."""
    cache_dir.mkdir(parents=True, exist_ok=True)
    for other in cache_dir.iterdir():
        if other.name.isdigit() and not Path(f"/proc/{other.name}").exists():
            shutil.rmtree(other, ignore_errors=True)
    folder = cache_dir / str(os.getpid())
    folder.mkdir(exist_ok=True)
    return folder


def _get(loaded: _Loaded, request: Request, timeout_seconds: float) -> "Response":
    params = dict(request.params)
    if urlsplit(request.url).path.startswith(_WITH_CRUMB):
        response: Response = loaded.data.get(request.url, params=params, timeout=timeout_seconds)
        return response
    return loaded.session.get(request.url, params=params, headers=dict(request.headers))


def _failure(loaded: _Loaded, error: Exception, host: str, timeout_seconds: float) -> Failure:
    """The reason of a failed request, in words without its query."""
    errors = loaded.errors
    if isinstance(error, loaded.no_crumb):
        failure: Failure = error.failure  # type: ignore[attr-defined]
        return failure
    if isinstance(error, loaded.rate_limited):
        detail = "Yahoo limits the rate of requests from this address (HTTP 429)."
        return Failure(Reason.RATE_LIMITED, detail)
    # The order matters: a time-out while connecting is also a connection error.
    known: tuple[tuple[Any, Reason, str], ...] = (
        (errors.Timeout, Reason.TIMEOUT, f"Yahoo did not answer within {timeout_seconds:.3g} s."),
        (errors.DNSError, Reason.CONNECT_FAILED, f"The name {host} was not found (DNS)."),
        (errors.SSLError, Reason.TLS_FAILED, f"No secure connection to {host} could be made."),
        (errors.ConnectionError, Reason.CONNECT_FAILED, f"The connection to {host} failed."),
        (errors.IncompleteRead, Reason.BAD_RESPONSE, "Yahoo's answer broke off."),
        (errors.ChunkedEncodingError, Reason.BAD_RESPONSE, "Yahoo's answer broke off."),
        (errors.ContentDecodingError, Reason.BAD_RESPONSE, "Yahoo's answer was not readable."),
        (errors.RequestException, Reason.CONNECT_FAILED, f"{host} closed the connection."),
    )
    for kind, reason, detail in known:
        if isinstance(error, kind):
            return Failure(reason, detail)
    logger.exception("Yahoo request failed", extra={"host": host}, exc_info=error)
    return Failure(Reason.INTERNAL, "The request to Yahoo failed by an error of stockapp.")
