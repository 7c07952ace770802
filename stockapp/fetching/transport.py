"""Carrying requests: the protocol between the race and what speaks to the network."""

from typing import Protocol

from stockapp.domain.attempt import Failure
from stockapp.providers.base import Answer, Request


class TransportError(Exception):
    """No answer came: the failure says why, free of secrets."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class Transport(Protocol):
    """Sends a request and brings back the answer, of whatever status."""

    def prepare(self) -> None:
        """Get ready to send, where that takes time of its own; the first call may be slow."""

    def send(self, request: Request, timeout_seconds: float) -> Answer:
        """The answer, within the time-out. Raises TransportError and nothing else."""
