"""One piece of work that was started: following it, waiting for it, stopping it."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar
from urllib.parse import quote

from stockapp.client.errors import Conflict, TaskCancelled, TaskFailed
from stockapp.client.follow import Follower, Mode
from stockapp.client.http import Http
from stockapp.client.models import Event, Json, Progress, Task

T = TypeVar("T")
OnProgress = Callable[[Progress], object]


class Work(Generic[T]):
    """A task, or a result that was there already: then `task_id` is None.

    `result` is None as long as it is not known here; `wait` gets it.
    """

    def __init__(
        self,
        http: Http,
        read: Callable[[Json], T],
        *,
        task_id: str | None = None,
        result: Json | None = None,
    ) -> None:
        self._http = http
        self._read = read
        self.task_id = task_id
        self.result: T | None = None if result is None else read(result)

    def __repr__(self) -> str:
        return f"Work(task_id={self.task_id!r})"

    def task(self) -> Task:
        """How it stands now. Raises ValueError where there was nothing to do."""
        return Task.of(self._http.json("GET", self._path()))

    def events(
        self, *, mode: Mode = "auto", timeout: float | None = None, patience: float = 60.0
    ) -> Iterator[Event]:
        """Each event once, in order, until the task has ended; none where there was nothing to do.

        `auto` streams, and polls where the server, or what is in between, gives no stream.
        Connections that break are made anew; after `patience` seconds without a word of the
        task it gives up. Raises Problem, Unreachable, and TimedOut after `timeout` seconds.
        """
        if self.task_id is None:
            return iter(())
        return Follower(
            self._http, self.task_id, mode=mode, timeout=timeout, patience=patience
        ).events()

    def wait(
        self,
        *,
        on_progress: OnProgress | None = None,
        mode: Mode = "auto",
        timeout: float | None = None,
        patience: float = 60.0,
    ) -> T:
        """The result, once it is there; `on_progress` is told how far it is meanwhile.

        What the call-back raises ends the waiting, not the task. Raises TaskFailed, TaskCancelled,
        and what `events` raises.
        """
        for event in self.events(mode=mode, timeout=timeout, patience=patience):
            progress = event.progress if on_progress else None
            if on_progress and progress:
                on_progress(progress)
            if event.ends:
                self.result = self._ended(Task.of(event.data))
        if self.result is None:
            raise ValueError("there is neither a task nor a result")
        return self.result

    def cancel(self) -> Task:
        """Stop it. Raises Conflict where it had already ended otherwise."""
        try:
            # Twice does no harm: the second time it has ended as cancelled.
            return Task.of(self._http.json("DELETE", self._path(), repeatable=True))
        except Conflict as error:
            told = error.document.get("task")
            if told and told["status"] == "cancelled":
                return Task.of(told)
            raise

    def retry(self) -> "Work[T]":
        """New work for what this did not do, or all of it where nothing failed.

        Raises Conflict where it has not ended.
        """
        # An equal retry under way is joined.
        body = self._http.json("POST", f"{self._path()}/retry", repeatable=True)
        return Work(self._http, self._read, task_id=body["id"])

    def _ended(self, task: Task) -> T:
        if task.status == "failed":
            raise TaskFailed(task)
        if task.status == "cancelled":
            raise TaskCancelled(task)
        return self._read(task.result or {})

    def _path(self) -> str:
        if self.task_id is None:
            raise ValueError("there was nothing to do, so there is no task")
        return f"/api/tasks/{quote(self.task_id, safe='')}"
