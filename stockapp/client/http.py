"""Requests and answers: tokens, time-outs, problems as exceptions, and trying again."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from itertools import count
from typing import Any
from weakref import WeakSet

import requests
from requests.auth import AuthBase
from urllib3.exceptions import MaxRetryError, NewConnectionError

from stockapp.client.errors import OF_STATUS, BadAnswer, Problem, Unreachable
from stockapp.client.models import Json
from stockapp.client.retrying import Retrying, passes, was_perhaps_done

_CONNECT_SECONDS = 5.0
_SHOWN_OF_JUNK = 200


class Http:
    """Calls of one server. Threads may share it: each gets connections of its own."""

    def __init__(
        self, base_url: str, token: str | None, timeout: float, retrying: Retrying
    ) -> None:
        self._base = base_url.rstrip("/")
        self._auth = _Auth(token)
        self._timeout = timeout
        self.retrying = retrying
        self._of_thread = threading.local()
        self._sessions: WeakSet[requests.Session] = WeakSet()
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connections that are kept; whoever calls again gets new ones."""
        with self._lock:
            for session in self._sessions:
                session.close()

    def json(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        repeatable: bool | None = None,
    ) -> Json:
        """The JSON object that the call answers with; {} where the answer has no body.

        `repeatable`: whether it does no harm twice; by default that of GET only. Only then is it
        sent again after its connection broke, or the server could not do it; a call of which the
        server heard nothing, or that came too early (429), is always tried again.

        Raises Problem, Unreachable, BadAnswer.
        """
        answer = self.answer(method, path, params=params, body=body, repeatable=repeatable)
        return object_of(answer) if answer.content else {}

    def answer(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        repeatable: bool | None = None,
    ) -> requests.Response:
        """The same, with its headers."""
        again = method == "GET" if repeatable is None else repeatable
        for failures in count(1):
            try:
                return self.once(method, path, params=params, body=body)
            except (Problem, Unreachable) as error:
                may = again if was_perhaps_done(error) else passes(error)
                wait = self.retrying.wait_seconds(failures, error) if may else None
                if wait is None:
                    raise
            time.sleep(wait)
        raise AssertionError("it is tried until there is an answer")

    def once(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
    ) -> requests.Response:
        """The same, tried once."""
        try:
            answer = self._send(method, path, params=_params(params), json=body)
        except requests.RequestException as error:
            raise self._unreachable(error) from error
        if not _did(answer):
            raise problem_of(answer)
        return answer

    @contextmanager
    def stream(
        self, path: str, *, last_event_id: int | None, silence: float
    ) -> Iterator[Iterator[bytes]]:
        """The bytes of an event stream as they come, tried once.

        `silence`: seconds after which a stream that says nothing is given up. Within the block,
        too, Unreachable is raised where the connection breaks. Raises Problem, and BadAnswer where
        what comes is no event stream.
        """
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        try:
            with self._send("GET", path, headers=headers, stream=True, silence=silence) as answer:
                if not _did(answer):
                    raise problem_of(answer)
                if not answer.headers.get("Content-Type", "").startswith("text/event-stream"):
                    raise BadAnswer(f"{self._base}{path} answered with no event stream")
                chunked = answer.headers.get("Transfer-Encoding", "").lower() == "chunked"
                # A body that ends with its connection would be waited for as a whole.
                yield answer.iter_content(None if chunked else 1)
        except requests.RequestException as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: requests.RequestException) -> Unreachable:
        return Unreachable(f"{self._base} cannot be reached: {error}", sent=not _never_left(error))

    def _send(
        self, method: str, path: str, *, silence: float | None = None, **options: Any
    ) -> requests.Response:
        return self._session().request(
            method,
            self._base + path,
            timeout=(min(_CONNECT_SECONDS, self._timeout), silence or self._timeout),
            allow_redirects=False,
            **options,
        )

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = requests.Session()
            session.auth = self._auth
            session.headers.update({"Accept": "application/json", "User-Agent": "stockapp-client"})
            self._of_thread.session = session
            with self._lock:
                self._sessions.add(session)
        return session


class _Auth(AuthBase):
    """Ours, and so never what ~/.netrc says."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _did(answer: requests.Response) -> bool:
    """Whether it was done; a redirect leads to a page for people."""
    return answer.status_code < HTTPStatus.MULTIPLE_CHOICES


def problem_of(answer: requests.Response) -> Problem:
    """The error that an answer tells; also of one that is not stockapp's, as of a proxy."""
    try:
        document = object_of(answer)
    except BadAnswer:
        document = {}
    status = answer.status_code
    detail = document.get("detail") or f"the server answered {status} {answer.reason}"
    return OF_STATUS.get(status, Problem)(
        status,
        str(document.get("code", "unknown")),
        str(detail),
        document.get("field"),
        document=document,
        retry_after=_seconds(answer.headers.get("Retry-After")),
    )


def object_of(answer: requests.Response) -> Json:
    """The JSON object of an answer. Raises BadAnswer."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        junk = answer.text[:_SHOWN_OF_JUNK]
        raise BadAnswer(f"{answer.url} answered with what is no JSON object: {junk!r}")
    return found


def _seconds(text: str | None) -> float | None:
    """Retry-After as seconds; stockapp tells no dates there."""
    return float(text) if text and text.isascii() and text.isdigit() else None


def _params(params: Mapping[str, Any] | None) -> dict[str, str]:
    """Without what was not given; truth as the interface writes it."""
    told = {name: value for name, value in (params or {}).items() if value is not None}
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in told.items()
    }


def _never_left(error: requests.RequestException) -> bool:
    """Whether there was no connection at all."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
