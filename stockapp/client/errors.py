"""What can go wrong between a program and stockapp, as exceptions."""

from collections.abc import Mapping
from typing import Any

from stockapp.client.models import Task


class StockappError(Exception):
    """Whatever this package raises."""


class Unreachable(StockappError):
    """No answer came: no connection, one that broke, or one that was silent for too long.

    `sent`: whether the server may have heard of it, and done it.
    """

    def __init__(self, words: str, *, sent: bool) -> None:
        super().__init__(words)
        self.sent = sent


class BadAnswer(StockappError):
    """What answered does not speak as stockapp does; perhaps the address is another server's."""


class Problem(StockappError):
    """An error that the server told (RFC 9457).

    `code` is stable, `detail` a sentence for people, `field` the input at fault, if one is;
    `document` holds all that was told, and `retry_after` the seconds after which to try again.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        field: str | None = None,
        *,
        document: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.document = dict(document or {})
        self.retry_after = retry_after


class Unauthorised(Problem):
    """401: it asks for a token, or the token is unknown or revoked."""


class Forbidden(Problem):
    """403: the token may not do this."""


class NotFound(Problem):
    """404: there is no such task, list, symbol or address."""


class Conflict(Problem):
    """409: not in this state, as to cancel what has ended."""


class Invalid(Problem):
    """400, 413, 415 or 422: what was sent cannot be taken."""


class TooManyRequests(Problem):
    """429: too much was asked of it in too short a time."""


class Unavailable(Problem):
    """503: not now, as its queue or all its streams are taken, or its database is in trouble."""


OF_STATUS: Mapping[int, type[Problem]] = {
    400: Invalid,
    401: Unauthorised,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    429: TooManyRequests,
    503: Unavailable,
}


class _Ended(StockappError):
    def __init__(self, task: Task, words: str) -> None:
        super().__init__(f"task {task.id} {words}")
        self.task = task


class TaskFailed(_Ended):
    """The task ended as failed; `task` tells why, and its `result` what was done by then."""

    def __init__(self, task: Task) -> None:
        why = f"{task.error.code}: {task.error.detail}" if task.error else "no reason was told"
        super().__init__(task, f"failed, {why}")


class TaskCancelled(_Ended):
    """Somebody cancelled the task."""

    def __init__(self, task: Task) -> None:
        super().__init__(task, "was cancelled")


class TimedOut(StockappError):
    """The task did not end in the time that was given; it goes on at the server."""

    def __init__(self, task_id: str, seconds: float) -> None:
        super().__init__(f"task {task_id} has not ended within {seconds:g} s; it goes on")
        self.task_id = task_id
