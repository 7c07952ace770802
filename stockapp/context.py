"""Which request and which task the present work belongs to, for every line that it logs.

Each greenlet and each thread begins with none; `carried` hands them on.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

REQUEST, TASK = "request_id", "task_id"

_NONE: Mapping[str, str] = {}
_ids: ContextVar[Mapping[str, str]] = ContextVar("ids", default=_NONE)


def ids() -> Mapping[str, str]:
    """What the present work belongs to."""
    return _ids.get()


def begin_request(request_id: str) -> None:
    """From here on this greenlet works for that request; and for no task."""
    _ids.set({REQUEST: request_id})


@contextmanager
def of_task(task_id: str) -> Iterator[None]:
    """While the task is run; the request that started it stays, where it is known."""
    token = _ids.set({**_ids.get(), TASK: task_id})
    try:
        yield
    finally:
        _ids.reset(token)


@contextmanager
def of_nothing() -> Iterator[None]:
    """While work is done that has nothing to do with what it was begun by."""
    token = _ids.set(_NONE)
    try:
        yield
    finally:
        _ids.reset(token)


def carried(call: Callable[P, T]) -> Callable[P, T]:
    """The call, to be made in another thread or greenlet for the same request and task."""
    ids = _ids.get()
    if not ids:
        return call

    @wraps(call)
    def carry(*args: P.args, **kwargs: P.kwargs) -> T:
        token = _ids.set(ids)
        try:
            return call(*args, **kwargs)
        finally:
            _ids.reset(token)

    return carry
