"""The one client for services with a plain interface: every failure becomes a Reason.

The longest wait is that for the whole answer, not for its next byte, and no more of it is read than
an honest answer has. Secrets leave in the query, and whatever comes back is cleaned of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from gevent import Timeout, monkey
from requests import exceptions
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NameResolutionError, ReadTimeoutError

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.secrecy import Redactor
from stockapp.fetching.transport import TransportError
from stockapp.ports import Clock
from stockapp.providers.base import Answer, Request

_MOST_BYTES = 8_000_000
_CHUNK = 65_536
_REDIRECTS = 5
_USER_AGENT = "stockapp (self-hosted watchlist)"


class _Late(Exception):
    """The time for the whole answer is over."""


class _TooLong(Exception):
    """The answer is longer than any honest one."""


class HttpTransport:
    """Transport for one service, on pooled connections.

    `base_url`, when set, stands in for all of its hosts: https://HOST/path is asked for at
    BASE/HOST/path.
    """

    def __init__(
        self, title: str, clock: Clock, redactor: Redactor, *, base_url: str, connections: int
    ) -> None:
        self._title = title
        self._clock = clock
        self._redactor = redactor
        self._base_url = base_url.rstrip("/")
        self._session = requests.Session()
        self._session.max_redirects = _REDIRECTS
        # One session serves all threads: it must not carry one's cookies into another's request.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=connections))

    def prepare(self) -> None:
        """Nothing to do: connections are made as they are needed."""

    def send(self, request: Request, timeout_seconds: float) -> Answer:
        """The answer, of whatever status. Raises TransportError."""
        try:
            with _at_most(timeout_seconds):
                return self._ask(request, timeout_seconds)
        except (requests.RequestException, HTTPError, OSError, _Late, _TooLong) as error:
            failure = self._failure(error, request, timeout_seconds)
        # Outside of the handler: the error in there holds the address with its key.
        raise TransportError(failure)

    def _ask(self, request: Request, timeout_seconds: float) -> Answer:
        until = self._clock.monotonic() + timeout_seconds
        response = self._session.get(
            self._address(request.url),
            params=dict(request.params),
            headers={"User-Agent": _USER_AGENT, **request.headers},
            timeout=timeout_seconds,
            allow_redirects=request.follow_redirects,
            stream=True,
        )
        with response:
            body = self._body(response, until)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(
            response.status_code, headers, self._clean(body), self._clock.now(), request.url
        )

    def _body(self, response: requests.Response, until: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := response.raw.read1(_CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > _MOST_BYTES:
                raise _TooLong
            if self._clock.monotonic() > until:
                raise _Late
        return b"".join(parts)

    def _clean(self, body: bytes) -> bytes:
        """The body without secrets that the service sends back."""
        return self._redactor.bytes(body)

    def _address(self, url: str) -> str:
        return f"{self._base_url}/{url.removeprefix('https://')}" if self._base_url else url

    def _failure(self, error: Exception, request: Request, timeout_seconds: float) -> Failure:
        """The reason of a failed request, in words without its address."""
        host = urlsplit(request.url).hostname
        causes = tuple(_causes(error))
        # The order matters: a time-out while connecting is also a connection error.
        known: tuple[tuple[tuple[type[BaseException], ...], Reason, str], ...] = (
            (
                (_Late, exceptions.Timeout, ReadTimeoutError),
                Reason.TIMEOUT,
                f"{self._title} did not answer within {timeout_seconds:.3g} s.",
            ),
            (
                (NameResolutionError,),
                Reason.CONNECT_FAILED,
                f"The name {host} was not found (DNS).",
            ),
            (
                (exceptions.SSLError,),
                Reason.TLS_FAILED,
                f"No secure connection to {host} could be made.",
            ),
            (
                (ConnectionRefusedError,),
                Reason.CONNECT_FAILED,
                f"{host} refused the connection.",
            ),
            (
                (ConnectionError,),
                Reason.CONNECT_FAILED,
                f"{host} closed the connection.",
            ),
            (
                (exceptions.TooManyRedirects,),
                Reason.BAD_RESPONSE,
                f"{self._title} sends from one address to another without end.",
            ),
            ((_TooLong,), Reason.BAD_RESPONSE, f"{self._title}'s answer was far too long."),
            (
                (exceptions.ConnectionError, OSError),
                Reason.CONNECT_FAILED,
                f"The connection to {host} failed.",
            ),
        )
        for kinds, reason, detail in known:
            if any(isinstance(cause, kinds) for cause in causes):
                return Failure(reason, detail)
        return Failure(Reason.BAD_RESPONSE, f"{self._title}'s answer broke off or was unreadable.")


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise _Late in a greenlet that takes longer, whatever it waits for.

    In a real thread the time-out of the socket has to do.
    """
    if not monkey.is_module_patched("socket"):
        yield
        return
    with Timeout(seconds, _Late):
        yield


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what is inside it: libraries wrap them as arguments and as causes."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        inner = waiting.pop(0)
        if isinstance(inner, BaseException) and inner not in seen:
            seen.append(inner)
            yield inner
            waiting += [*inner.args, getattr(inner, "reason", None), inner.__cause__]
            waiting.append(inner.__context__)
