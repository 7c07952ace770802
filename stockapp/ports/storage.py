"""The file or server that tasks, lists and shared facts are kept in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class StoreTrouble(Exception):
    """The store cannot do that at present, such as for a full disk; the message says why."""


@dataclass(frozen=True, slots=True)
class ServerLook:
    """A server that keeps things, and in how many seconds it answered; `trouble`: why not."""

    name: str
    version: str = ""
    seconds: float = 0.0
    trouble: str = ""


class Storage(Protocol):
    """How the store of tasks, events, watchlists and shared state fares."""

    @property
    def trouble(self) -> str | None:
        """Why it cannot be used at present; None when all is well."""

    def set_aside(self) -> Sequence[str]:
        """The names of damaged files that were replaced, and are still there."""

    def versions(self) -> tuple[int, int]:
        """That of the tables as they are, and that which this stockapp makes of them.

        Raises StoreTrouble.
        """

    def servers(self) -> Sequence[ServerLook]:
        """Those it is on, asked now; none where it is a file."""

    def shrink(self) -> None:
        """Give room back that deleted things left, a part at a time."""
