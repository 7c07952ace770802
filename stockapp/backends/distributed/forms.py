"""Values of known types as JSON, and back without loss.

pydantic would make lists of our tuples, guess which member of a union was meant, and has no form
for a read-only mapping. Here a type that has no form is refused when it is first named.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache, partial
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

# What orjson would write without a word, though it could not be read back.
_STRICT = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_NUMBERS = frozenset({int, float})


@dataclass(frozen=True, slots=True)
class Form:
    """How values of one type stand in JSON. `load` raises ValueError or TypeError for what does
    not fit the type.
    """

    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]


def to_text(told: Any) -> bytes:
    """JSON of what `dump` gave. Raises TypeError."""
    return orjson.dumps(told, option=_STRICT)


@cache
def form_of(kind: Any) -> Form:
    """The form of a type as annotations name it; a Sequence comes back as a tuple.

    `Any` is JSON as it is, in which what is not finite becomes null. Raises TypeError where there
    is no form.
    """
    if form := _PLAIN.get(kind):
        return form
    if make := _GENERIC.get(get_origin(kind)):
        return make(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Form(lambda member: member.value, kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return _record(kind)
    raise TypeError(f"there is no form for {kind}")


def _exactly(kind: type, data: Any) -> Any:
    if type(data) is not kind:
        raise ValueError(f"{kind.__name__} expected, not {type(data).__name__}")
    return data


def _as_it_is(value: Any) -> Any:
    return value


def _plain(kind: type) -> Form:
    return Form(_as_it_is, lambda data: _exactly(kind, data))


def _dump_number(value: float) -> float | str:
    if not isfinite(value):
        return repr(float(value))
    return value if type(value) in _NUMBERS else float(value)


def _load_number(data: Any) -> float:
    # Whole numbers stay so: they would be written in another way.
    return data if type(data) in _NUMBERS else float(_exactly(str, data))


def _dump_column(column: Sequence[float]) -> list[float | str]:
    """Half as long as number by number, for years of prices: the hub waits for it."""
    if _NUMBERS.issuperset(map(type, column)) and all(map(isfinite, column)):
        return list(column)
    return list(map(_dump_number, column))


def _load_column(data: Any) -> tuple[float, ...]:
    if _NUMBERS.issuperset(map(type, _exactly(list, data))):
        return tuple(data)
    return tuple(map(_load_number, data))


def _union(parts: tuple[Any, ...]) -> Form:
    """Null for None; the only other member as it is, of several each with its name."""
    others = [part for part in parts if part is not NoneType]
    form = form_of(others[0]) if len(others) == 1 else _tagged(others)
    if NoneType not in parts:
        return form
    return Form(
        lambda value: None if value is None else form.dump(value),
        lambda data: None if data is None else form.load(data),
    )


def _tagged(members: Sequence[Any]) -> Form:
    forms = {member: form_of(member) for member in members}
    if not all(isinstance(member, type) for member in members):
        raise TypeError(f"no name tells apart what is in {members}")
    by_name = {member.__name__: form for member, form in forms.items()}
    if len(by_name) < len(forms):
        raise TypeError(f"two of {members} have the same name")

    def dump(value: Any) -> dict[str, Any]:
        kind = type(value)
        if kind not in forms:
            raise TypeError(f"{kind.__name__} is not among {list(by_name)}")
        return {kind.__name__: forms[kind].dump(value)}

    def load(data: Any) -> Any:
        ((name, told),) = _exactly(dict, data).items()
        if name not in by_name:
            raise ValueError(f"{name!r} is not among {list(by_name)}")
        return by_name[name].load(told)

    return Form(dump, load)


def _tuple(parts: tuple[Any, ...]) -> Form:
    if parts[-1] is ...:
        return _sequence(parts[:1])
    forms = [form_of(part) for part in parts]
    return Form(
        lambda value: [form.dump(part) for form, part in zip(forms, value, strict=True)],
        lambda data: tuple(
            form.load(part) for form, part in zip(forms, _exactly(list, data), strict=True)
        ),
    )


def _sequence(parts: tuple[Any, ...]) -> Form:
    if parts[0] is float:
        return Form(_dump_column, _load_column)
    item = form_of(parts[0])
    return Form(
        lambda value: list(map(item.dump, value)),
        lambda data: tuple(map(item.load, _exactly(list, data))),
    )


def _mapping(parts: tuple[Any, ...]) -> Form:
    key_kind, value_kind = parts
    if not (isinstance(key_kind, type) and issubclass(key_kind, str)):
        raise TypeError(f"{key_kind} cannot be a key in JSON")
    key, value = form_of(key_kind), form_of(value_kind)
    return Form(
        lambda mapping: {key.dump(name): value.dump(held) for name, held in mapping.items()},
        lambda data: {
            key.load(name): value.load(held) for name, held in _exactly(dict, data).items()
        },
    )


def _record(kind: Any) -> Form:
    if not all(field.init for field in fields(kind)):
        raise TypeError(f"{kind.__name__} has fields that it is not made from")
    hints = get_type_hints(kind)
    forms = {field.name: form_of(hints[field.name]) for field in fields(kind)}

    def dump(value: Any) -> dict[str, Any]:
        if type(value) is not kind:
            raise TypeError(f"{kind.__name__} expected, not {type(value).__name__}")
        return {name: form.dump(getattr(value, name)) for name, form in forms.items()}

    def load(data: Any) -> Any:
        if _exactly(dict, data).keys() != forms.keys():
            raise ValueError(f"{kind.__name__} has other fields than {sorted(data)}")
        return kind(**{name: form.load(data[name]) for name, form in forms.items()})

    return Form(dump, load)


_PLAIN: dict[Any, Form] = {
    Any: Form(_as_it_is, _as_it_is),
    NoneType: _plain(NoneType),
    bool: _plain(bool),
    int: _plain(int),
    str: _plain(str),
    float: Form(_dump_number, _load_number),
    bytes: Form(lambda data: b64encode(data).decode(), partial(b64decode, validate=True)),
    date: Form(lambda day: _exactly(date, day).isoformat(), date.fromisoformat),
    datetime: Form(datetime.isoformat, datetime.fromisoformat),
}
_GENERIC: dict[Any, Callable[[tuple[Any, ...]], Form]] = {
    Union: _union,
    UnionType: _union,
    tuple: _tuple,
    Sequence: _sequence,
    dict: _mapping,
    Mapping: _mapping,
}
