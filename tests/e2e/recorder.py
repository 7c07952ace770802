"""Follows tasks by their streams, through lost connections, and notes all that it hears."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import requests

from tests.web.streams import Message, messages

ENDS = frozenset({"completed", "failed", "cancelled"})
_FOLLOWERS = 32


@dataclass
class Heard:
    """What one task's stream told, over all connections."""

    task_id: str
    messages: list[Message] = field(default_factory=list)
    connections: int = 0

    @property
    def events(self) -> list[tuple[int, str]]:
        """Ids and types of what came after the first snapshot."""
        return [(m.id or 0, m.event) for m in self.messages if m.event != "snapshot"]

    @property
    def began_at(self) -> int:
        """The event that the first snapshot reflects."""
        return self.messages[0].id or 0

    @property
    def ends(self) -> list[str]:
        """Its end events."""
        return [m.event for m in self.messages if m.event in ENDS]


class Recorder:
    """Follows tasks beside each other, each on connections of its own.

    `url` tells for each connection where a server is.
    """

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._pool = ThreadPoolExecutor(_FOLLOWERS, thread_name_prefix="recorder")
        self._following: dict[str, Future[Heard]] = {}
        self._stopped = threading.Event()
        self.connections = 0

    def follow(self, task_id: str) -> None:
        """Begin to follow a task, once."""
        if task_id not in self._following:
            self._following[task_id] = self._pool.submit(self._follow, Heard(task_id))

    def heard(self, seconds: float) -> list[Heard]:
        """What was heard of all, once each has ended. Raises TimeoutError."""
        try:
            return [future.result(seconds) for future in self._following.values()]
        finally:
            self._stopped.set()
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _follow(self, heard: Heard) -> Heard:
        while not heard.ends and not self._stopped.is_set():
            with contextlib.suppress(requests.RequestException):
                self._connect(heard)
            if not heard.ends:
                self._stopped.wait(0.05)
        return heard

    def _connect(self, heard: Heard) -> None:
        last = max((m.id for m in heard.messages if m.id is not None), default=None)
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        url = f"{self._url()}/api/tasks/{heard.task_id}/events"
        # A connection of its own each time, so that any worker may answer.
        with requests.get(url, headers=headers, stream=True, timeout=(5, 40)) as response:
            if response.status_code != 200:
                return
            heard.connections += 1
            self.connections += 1
            for message in messages(response.iter_content(None)):
                heard.messages.append(message)
                if message.event in ENDS or self._stopped.is_set():
                    return
