"""Tasks as Redis holds them: flat hashes of text, and back."""

from collections.abc import Sequence
from typing import Any

from stockapp.backends.codec import decode, decode_optional, encode, encode_optional
from stockapp.domain import moment
from stockapp.domain.task import Item, ItemState, NewTask, Progress, Task, TaskError, TaskStatus

# What of an item's result goes into its event.
_TOLD = ("quote", "error", "analysed", "of", "trend")


def told(progress: Progress) -> str:
    """The progress as its event tells it, without the closing brace: the script adds to it."""
    return encode(progress.to_json()).removesuffix("}")


def of_progress(progress: Progress) -> list[str]:
    """What scripts take of a progress."""
    return [
        str(progress.done),
        str(progress.total),
        progress.message,
        _number(progress.eta_seconds),
        _number(progress.share),
        told(progress),
    ]


def of_items(items: Sequence[Item]) -> list[str]:
    """What scripts take of items."""
    parts: list[str] = []
    for item in items:
        parts += [item.key, item.state.value, encode_optional(item.result) or ""]
    return parts


def of_new(new: NewTask, now: float, most_pending: int | None) -> list[str]:
    """What creating takes."""
    progress = Progress(sum(item.state.ended for item in new.items), len(new.items))
    return [
        *(new.id, new.kind, _text(new.kind), new.dedupe_key, encode(new.params), repr(now)),
        "" if most_pending is None else str(most_pending),
        *(str(progress.done), str(progress.total), told(progress)),
        *of_items(new.items),
    ]


def item_event(item: Item) -> str:
    """The data of an item's event: without the attempts, which would make the log many times
    as large.
    """
    result = item.result or {}
    kept = {name: result[name] for name in _TOLD if name in result}
    return encode({"key": item.key, "state": item.state.value, **kept})


def listed(fields: Sequence[str]) -> Task:
    """The task of a hash, without result and items."""
    return _task(dict(zip(fields[::2], fields[1::2], strict=True)))


def loaded(answer: Sequence[Any]) -> Task:
    """The task that a script's `load` gave."""
    fields, result, order, states, results = answer
    state_of = dict(zip(states[::2], states[1::2], strict=True))
    result_of = dict(zip(results[::2], results[1::2], strict=True))
    items = tuple(
        Item(name, ItemState(state_of[name]), decode_optional(result_of.get(name)))
        for name in order
    )
    return _task(dict(zip(fields[::2], fields[1::2], strict=True)), result, items)


def _task(fields: dict[str, str], result: str | None = None, items: tuple[Item, ...] = ()) -> Task:
    failure = decode_optional(fields.get("error"))
    started, finished = fields.get("started_at"), fields.get("finished_at")
    return Task(
        id=fields["id"],
        kind=fields["kind"],
        status=TaskStatus(fields["status"]),
        params=decode(fields["params"]),
        progress=Progress(
            int(fields["done"]),
            int(fields["total"]),
            fields["message"],
            _optional(fields.get("eta_seconds")),
            _optional(fields.get("share")),
        ),
        created_at=moment.from_epoch(float(fields["created_at"])),
        started_at=moment.from_epoch(float(started)) if started else None,
        finished_at=moment.from_epoch(float(finished)) if finished else None,
        worker=fields.get("worker"),
        retries=int(fields["retries"]),
        result=decode_optional(result),
        has_result="has_result" in fields,
        error=TaskError(**failure) if failure else None,
        items=items,
    )


def _text(value: str) -> str:
    return encode({"": value}).removeprefix('{"":').removesuffix("}")


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _optional(text: str | None) -> float | None:
    return float(text) if text else None
