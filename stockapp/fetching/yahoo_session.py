"""The one libcurl session through which yfinance reaches Yahoo: bounded in time, never fooled.

Imported on first use only, by yfinance_client: it brings curl_cffi.
"""

import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from curl_cffi.requests import Response, Session
from curl_cffi.requests.exceptions import RequestException, Timeout

from stockapp.domain.attempt import Failure, Reason

_COOKIE_HOST = "fc.yahoo.com"
_CRUMB_PATH = "/v1/test/getcrumb"
_CRUMB_NEEDED = ("/v7/finance/quote", "/v10/finance/quoteSummary")
_LONGEST_CRUMB = 64
# A crumb that has gone bad gives a 401, which a new one may mend.
_WORTH_REPEATING = (HTTPStatus.OK, HTTPStatus.UNAUTHORIZED)


class NoCrumb(RequestException):
    """Yahoo gave no crumb, without which it refuses the request; the failure says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class FinalAnswer(RequestException):
    """An answer that asking again with other cookies cannot better, as yfinance would."""

    def __init__(self, answer: Response) -> None:
        super().__init__(f"HTTP {answer.status_code}")
        self.answer = answer


class YahooSession(Session[Response]):
    """Every request ends by the deadline of the caller, whoever inside yfinance makes it.

    `base_url`, when set, stands in for all of Yahoo: https://HOST/path is asked for at
    BASE/HOST/path.
    """

    def __init__(self, base_url: str, *, under_gevent: bool) -> None:
        super().__init__(impersonate="chrome", thread="gevent" if under_gevent else None)
        self._base_url = base_url.rstrip("/")
        self._of_caller = threading.local()
        self._cookie_answer: Response | None = None

    def within(self, seconds: float, call: Callable[[], Response]) -> Response:
        """Make the call, all of whose requests together may take so many seconds."""
        self._of_caller.deadline = time.monotonic() + seconds
        self._of_caller.obstacle = None
        return call()

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Response:
        """Send a request in the time that is left. Raises Timeout, NoCrumb, RequestException."""
        address = urlsplit(url)
        if address.path.startswith(_CRUMB_NEEDED):
            self._refuse_without_crumb(options.get("params") or {})
        elif address.hostname == _COOKIE_HOST and self._cookie_answer and len(self.cookies) > 0:
            # yfinance asks for the cookie before every request; it holds for a year.
            return self._cookie_answer
        try:
            response = self._send(method, url, *args, **options)
            if address.path == _CRUMB_PATH:
                _refuse_bad_crumb(response)
        except RequestException as error:
            error.add_note(address.hostname or "")
            self._of_caller.obstacle = self._of_caller.obstacle or error
            raise
        if address.hostname == _COOKIE_HOST:
            self._cookie_answer = response
        elif (
            address.path.startswith(_CRUMB_NEEDED) and response.status_code not in _WORTH_REPEATING
        ):
            raise FinalAnswer(response)
        return response

    def _send(self, method: Any, url: str, *args: Any, **options: Any) -> Response:
        left = self._of_caller.deadline - time.monotonic()
        if left <= 0:
            raise Timeout("no time left")
        options["timeout"] = left
        return super().request(method, self._address(url), *args, **options)

    def _address(self, url: str) -> str:
        return f"{self._base_url}/{url.removeprefix('https://')}" if self._base_url else url

    def _refuse_without_crumb(self, params: Any) -> None:
        """Without a crumb the answer can only be a 401: say what came between instead."""
        if not params.get("crumb"):
            unknown = Failure(Reason.UNAUTHORIZED, "Yahoo gave no cookie to ask with.")
            raise self._of_caller.obstacle or NoCrumb(unknown)


def _refuse_bad_crumb(response: Response) -> None:
    """yfinance would keep the words of an error page as its crumb."""
    text = response.text.strip()
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS or "Too Many Requests" in text:
        detail = "Yahoo limits the rate of requests from this address (HTTP 429 for a crumb)."
        failure = Failure(Reason.RATE_LIMITED, detail)
    elif response.status_code == HTTPStatus.UNAUTHORIZED:
        failure = Failure(Reason.UNAUTHORIZED, "Yahoo refused the cookie it had given (HTTP 401).")
    elif response.status_code >= HTTPStatus.BAD_REQUEST:
        own = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        detail = f"Yahoo gave no crumb to ask with (HTTP {response.status_code})."
        failure = Failure(Reason.UPSTREAM_ERROR if own else Reason.ACCESS_DENIED, detail)
    elif not text or len(text) > _LONGEST_CRUMB or "<" in text or "{" in text:
        failure = Failure(Reason.BAD_RESPONSE, "Yahoo sent something else in place of a crumb.")
    else:
        return
    raise NoCrumb(failure)
