"""Limits on what a client may start that costs requests to sources."""

from collections.abc import Callable
from typing import Protocol


class RateLimited(Exception):
    """A client has started as much as it may for now; the message says when it may again."""

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


# Gives back what was paid where nothing was started after all.
GiveBack = Callable[[], None]


class Toll(Protocol):
    """Counts what is started for a client; what nobody in particular asked for is free."""

    def pay(self, amount: int = 1) -> GiveBack:
        """Count so much against the client that this is done for. Raises RateLimited."""


class Free:
    """A toll that nobody pays."""

    def pay(self, amount: int = 1) -> GiveBack:
        """Costs nothing."""
        return _nothing


def _nothing() -> None:
    """There is nothing to give back."""


FREE = Free()
