"""What is tried again, how often, and after which wait."""

import random
from dataclasses import dataclass
from http import HTTPStatus

from stockapp.client.errors import Problem, Unreachable

_TOO_MANY, _UNAVAILABLE = HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Retrying:
    """How often a call is tried in all, and how long to wait in between, in seconds.

    The wait doubles from `first_wait` to `longest_wait`, less a random part, so that many clients
    do not come back at once; where the server says how long (Retry-After), that is waited, and at
    most `longest_told`: a call that should wait longer fails at once.
    """

    tries: int = 4
    first_wait: float = 0.25
    longest_wait: float = 5.0
    longest_told: float = 60.0

    def wait_seconds(self, failures: int, error: Problem | Unreachable) -> float | None:
        """How long to wait after so many failures, the last of which was this; None: give up."""
        told = error.retry_after if isinstance(error, Problem) else None
        if failures >= self.tries or (told or 0.0) > self.longest_told:
            return None
        return self.backoff(failures) if told is None else told

    def backoff(self, failures: int) -> float:
        """The wait after so many failures in a row, where nobody tells one."""
        most = min(self.longest_wait, self.first_wait * 2.0 ** min(failures - 1, 30))
        return most * random.uniform(0.5, 1.0)


def passes(error: Problem | Unreachable) -> bool:
    """Whether trying again later may help."""
    return isinstance(error, Unreachable) or error.status in (
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )


def was_perhaps_done(error: Problem | Unreachable) -> bool:
    """Whether it may have been done all the same, so that it must bear being done twice."""
    return error.sent if isinstance(error, Unreachable) else error.status == _UNAVAILABLE
