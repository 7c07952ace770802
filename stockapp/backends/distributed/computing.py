"""The computations that a worker of the CPU queue does for others, each known by a short name.

Arguments and outcome are JSON of the types that a computation declares. Nothing that is sent can
name anything that was not registered.
"""

import inspect
import logging
import os
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MethodType
from typing import Any, get_type_hints

import orjson
from celery import Celery
from celery.signals import worker_process_init, worker_ready

from stockapp.backends.distributed.celery_app import COMPUTE, CPU
from stockapp.backends.distributed.forms import Form, form_of, to_text
from stockapp.backends.distributed.link import RedisLink
from stockapp.ports import StoreTrouble

# Those who serve pages come first, where they are on the same machine.
_NICENESS = 10
# An outcome that nobody fetched goes after so long, and a note of who took it, which is longer than
# anything computes.
_OUTCOME_SECONDS, _TAKEN_SECONDS = 60, 3600
# How often a worker tells that it lives, and how long that holds: what it took is lost then.
_PULSE_SECONDS, _PULSE_HOLDS_SECONDS = 1.0, 5
_OTHER_VERSION = "do all nodes run the same version of stockapp?"

logger = logging.getLogger(__name__)


class NotRegistered(LookupError):
    """Such a call can be computed here, but not by others."""


@dataclass(frozen=True, slots=True)
class _Computation:
    name: str
    call: Callable[..., Any]
    takes: tuple[Form, ...]
    gives: Form

    @classmethod
    def of(cls, name: str, call: Callable[..., Any]) -> "_Computation":
        hints = get_type_hints(call)
        takes = tuple(form_of(hints[argument]) for argument in inspect.signature(call).parameters)
        return cls(name, call, takes, form_of(hints["return"]))


class Computations:
    """Functions and methods by name, and the errors that they raise on purpose.

    A method stands for that of every object of its class: which one computes is for the worker to
    say. Raises TypeError for a call with types that cannot be sent.
    """

    def __init__(
        self, calls: Mapping[str, Callable[..., Any]], errors: Mapping[str, type[Exception]]
    ) -> None:
        self._known = {name: _Computation.of(name, call) for name, call in calls.items()}
        self._of_call = {_identity(one.call): one for one in self._known.values()}
        if len(self._of_call) < len(self._known):
            raise TypeError("a call has two names")
        self._errors = dict(errors)
        self._names = {kind: name for name, kind in errors.items()}

    def arguments(self, call: Callable[..., Any], args: tuple[Any, ...]) -> tuple[str, bytes]:
        """The name of a call, and its arguments as they are sent.

        Raises NotRegistered, and TypeError or ValueError for arguments of other types.
        """
        known = self._computation(call)
        return known.name, to_text(
            [form.dump(arg) for form, arg in zip(known.takes, args, strict=True)]
        )

    def compute(self, name: str, arguments: str) -> bytes:
        """The outcome as it is sent, whatever it is; in the process that computes."""
        try:
            return self._computed(name, arguments)
        except Exception as error:
            # Whatever the call raises is for who asked; this process serves the next one.
            if known := self._names.get(type(error)):
                return to_text({"raised": known, "words": str(error)})
            logger.exception("a computation failed", extra={"computation": name})
            return to_text({"raised": None, "words": f"{type(error).__name__}: {error}"})

    def outcome(self, call: Callable[..., Any], told: str) -> Any:
        """What the call gave; raises what it raised, RuntimeError for what is not registered."""
        outcome = orjson.loads(told)
        if "raised" in outcome:
            raise self._errors.get(outcome["raised"], RuntimeError)(outcome["words"])
        try:
            return self._computation(call).gives.load(outcome["gave"])
        except (ValueError, TypeError) as error:
            words = f"the CPU worker answered something else ({error}); {_OTHER_VERSION}"
            raise RuntimeError(words) from error

    def _computation(self, call: Callable[..., Any]) -> _Computation:
        try:
            return self._of_call[_identity(call)]
        except KeyError:
            raise NotRegistered(f"{call!r} is not among the computations of bootstrap") from None

    def _computed(self, name: str, arguments: str) -> bytes:
        try:
            known = self._known[name]
            told = orjson.loads(arguments)
            args = [form.load(arg) for form, arg in zip(known.takes, told, strict=True)]
        except (KeyError, ValueError, TypeError) as error:
            words = f"the CPU worker was asked for something else ({error!r}); {_OTHER_VERSION}"
            raise RuntimeError(words) from error
        return to_text({"gave": known.gives.dump(known.call(*args))})


def register(celery: Celery, link: RedisLink, computations: Computations) -> None:
    """Have the processes of this Celery worker compute what is asked for."""
    # They are forked from this one, and are lost with it.
    who = uuid.uuid4().hex

    def compute(name: str, id_: str) -> None:
        # Whoever asks waits no longer, where there are no arguments any more.
        arguments = link.run("take", id_, who, 1000 * _TAKEN_SECONDS)
        if arguments is not None:
            told = computations.compute(name, arguments)
            link.ask(lambda client: client.set(outcome_key(link, id_), told, ex=_OUTCOME_SECONDS))

    def tell() -> None:
        with suppress(StoreTrouble):
            link.ask(lambda client: client.set(pulse_key(link, who), "", ex=_PULSE_HOLDS_SECONDS))

    def ready(sender: Any, **_: object) -> None:
        if CPU in sender.app.amqp.queues.consume_from:
            tell()
            # In Celery's own loop: a process that forks had better have no threads.
            sender.timer.call_repeatedly(_PULSE_SECONDS, tell)

    # Celery itself tells of what ended without an outcome; and a process that computes is not
    # dealt the next one, which another may have time for.
    celery.task(name=COMPUTE, store_errors_even_if_ignored=True, acks_late=True)(compute)
    worker_process_init.connect(_give_way, weak=False)
    worker_ready.connect(ready, weak=False)


def arguments_key(link: RedisLink, id_: str) -> str:
    """Where the arguments lie until a worker takes them."""
    return link.key(f"computing:{id_}")


def outcome_key(link: RedisLink, id_: str) -> str:
    """Where the outcome is left."""
    return link.key(f"computed:{id_}")


def pulse_key(link: RedisLink, who: str) -> str:
    """What is there while a worker lives that computes."""
    return link.key(f"pulse:{who}")


def _give_way(**_: object) -> None:
    os.nice(_NICENESS)


def _identity(call: Callable[..., Any]) -> object:
    return (type(call.__self__), call.__func__) if isinstance(call, MethodType) else call
