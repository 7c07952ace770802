"""The events of a task, whatever happens to connections: none lost, none told twice."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias
from urllib.parse import quote

from stockapp.client.errors import BadAnswer, Problem, TimedOut, Unreachable
from stockapp.client.http import Http, object_of
from stockapp.client.models import Event, Json, Task
from stockapp.client.polling import Polled
from stockapp.client.sse import Message, Parser

Mode: TypeAlias = Literal["auto", "stream", "poll"]

# Three heartbeats: a stream that is silent for longer is dead, or held back by a proxy.
_SILENCE_SECONDS = 45.0
_POLL_SECONDS = 1.0
# Streams in a row that brought nothing, after which `auto` polls.
_FRUITLESS = 3
_TOO_MANY = 429
# What passes: too many requests, or a server that restarts, perhaps behind a proxy.
_PASSING = frozenset({_TOO_MANY, 502, 503, 504})


class Follower:
    """Follows one task. `patience`: seconds without a word of it after which it gives up.

    Raises Problem (as NotFound, where the task was removed), Unreachable, and TimedOut after
    `timeout` seconds in all.
    """

    def __init__(
        self,
        http: Http,
        task_id: str,
        *,
        mode: Mode = "auto",
        timeout: float | None = None,
        patience: float = 60.0,
    ) -> None:
        self._http = http
        self._task_id = task_id
        self._path = f"/api/tasks/{quote(task_id, safe='')}"
        self._mode = mode
        self._timeout = timeout
        self._patience = patience
        self._until = None if timeout is None else time.monotonic() + timeout
        self._position: int | None = None
        self._began = False
        # Since when nothing of the task is heard; None while something is.
        self._lost_at: float | None = None
        self._fruitless = 0
        self._failures = 0
        self._retry_seconds = 0.0
        self._polled = Polled()

    def events(self) -> Iterator[Event]:
        """Each event once, in order, the end of the task last."""
        while True:
            polls = self._mode == "poll" or (self._mode == "auto" and self._fruitless >= _FRUITLESS)
            for event in self._attempt(self._poll if polls else self._stream):
                yield event
                if event.ends:
                    return

    def _attempt(self, way: Callable[[], Iterator[Event]]) -> Iterator[Event]:
        """What one connection brings; then a wait that fits how it ended."""
        try:
            yield from way()
            self._failures = 0
            wait = self._retry_seconds
        except BadAnswer as error:
            self._fruitless += 1
            wait = self._wait_after(error)
        except Unreachable as error:
            wait = self._wait_after(error)
        except Problem as error:
            if error.status not in _PASSING:
                raise
            if error.status == _TOO_MANY or error.code == "too_many_streams":
                self._fruitless = _FRUITLESS
            wait = self._wait_after(error)
        self._sleep(wait)

    def _wait_after(self, error: Problem | Unreachable | BadAnswer) -> float:
        """How long to wait before the next try. Raises the error where patience is at its end."""
        self._failures += 1
        self._check_time()
        now = time.monotonic()
        self._lost_at = now if self._lost_at is None else self._lost_at
        if now - self._lost_at > self._patience:
            raise error
        retrying = self._http.retrying
        told = error.retry_after if isinstance(error, Problem) else None
        return (
            retrying.backoff(self._failures) if told is None else min(told, retrying.longest_told)
        )

    def _stream(self) -> Iterator[Event]:
        parser = Parser()
        with self._http.stream(
            f"{self._path}/events", last_event_id=self._position, silence=self._silence()
        ) as chunks:
            # Unless it brings something.
            self._fruitless += 1
            for chunk in chunks:
                self._lost_at = None
                self._check_time()
                for message in parser.feed(chunk):
                    self._fruitless = 0
                    event = self._taken(message)
                    if event is not None:
                        yield event
                if parser.retry_ms is not None:
                    self._retry_seconds = parser.retry_ms / 1000

    def _taken(self, message: Message) -> Event | None:
        """The event of a message; None where it was told before."""
        number = int(message.id) if message.id and message.id.isdigit() else None
        try:
            data: Json = json.loads(message.data)
        except ValueError:
            raise BadAnswer(f"the stream of task {self._task_id} tells what is no JSON") from None
        event = Event(message.event, number, data)
        if event.type == "reset":
            self._position, self._began = None, False
            return event
        if event.type == "snapshot":
            # A resumed stream of a task that has ended begins with it, too.
            if self._began:
                return None
            self._began = True
        elif not event.ends and _is_past(number, self._position):
            return None
        self._position = number if number is not None else self._position
        return event

    def _poll(self) -> Iterator[Event]:
        """Ask once."""
        task = Task.of(object_of(self._http.once("GET", self._path)))
        self._lost_at = None
        self._retry_seconds = _POLL_SECONDS
        # What a stream would have told since it broke cannot be known.
        yield from self._polled.news(task, gap=self._began)

    def _silence(self) -> float:
        left = self._left()
        return _SILENCE_SECONDS if left is None else max(0.05, min(_SILENCE_SECONDS, left))

    def _left(self) -> float | None:
        return None if self._until is None else self._until - time.monotonic()

    def _check_time(self) -> None:
        left = self._left()
        if left is not None and left <= 0:
            raise TimedOut(self._task_id, self._timeout or 0.0)

    def _sleep(self, seconds: float) -> None:
        self._check_time()
        left = self._left()
        time.sleep(seconds if left is None else min(seconds, max(0.0, left)))
        self._check_time()


def _is_past(number: int | None, position: int | None) -> bool:
    return number is not None and position is not None and number <= position
