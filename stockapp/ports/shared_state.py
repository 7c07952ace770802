"""Small facts that all workers share."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class SharedState(Protocol):
    """Small facts that all workers share, such as how each source last answered."""

    def put_many(self, values: Mapping[str, Mapping[str, Any]], keep_seconds: float) -> None:
        """Set values, each forgotten after `keep_seconds`."""

    def update(
        self,
        key: str,
        change: Callable[[Mapping[str, Any] | None], tuple[Mapping[str, Any] | None, T]],
        keep_seconds: float,
    ) -> T:
        """Replace a value by what `change` makes of it, with no other worker in between.

        `change` gets the value, None where there is none, and gives the new one (None: forget it)
        and what to return here. It may be called more than once, so it must not do anything else.
        """

    def scan(self, prefix: str) -> dict[str, Mapping[str, Any]]:
        """All values whose key starts with `prefix`, by key."""

    def delete(self, keys: Iterable[str]) -> None:
        """Forget values."""
