"""JSON values that cannot be changed, so that one copy can be handed to everybody."""

from typing import Any, NoReturn


def _refuse(self: object, *args: object, **kwargs: object) -> NoReturn:
    raise TypeError("a cached value cannot be changed: copy it first")


class FrozenDict(dict[str, Any]):
    """A dict for reading only; deep copies are plain."""

    __slots__ = ()
    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        return {key: thawed(value) for key, value in self.items()}

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return dict, (thawed(self),)


class FrozenList(list[Any]):
    """A list for reading only; deep copies are plain."""

    __slots__ = ()
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = extend = insert = pop = remove = _refuse
    clear = reverse = sort = _refuse

    def __deepcopy__(self, memo: object) -> list[Any]:
        return [thawed(value) for value in self]

    def __reduce__(self) -> tuple[type, tuple[list[Any]]]:
        return list, (thawed(self),)


def frozen(value: Any) -> Any:
    """A copy of a JSON value that cannot be changed at any depth."""
    if isinstance(value, dict):
        return FrozenDict({key: frozen(entry) for key, entry in value.items()})
    if isinstance(value, list):
        # A long column of numbers needs no look at each.
        nested = any(issubclass(kind, (dict, list)) for kind in set(map(type, value)))
        return FrozenList([frozen(entry) for entry in value] if nested else value)
    return value


def thawed(value: Any) -> Any:
    """A plain copy of a JSON value."""
    if isinstance(value, dict):
        return {key: thawed(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [thawed(entry) for entry in value]
    return value
