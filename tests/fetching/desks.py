"""Sources of research that say what a test wants, and one worker's desks for them."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.company import Company
from stockapp.domain.research import Finding, Part
from stockapp.fetching.desk import Desk
from stockapp.fetching.inquiry import Found, Inquiry
from stockapp.fetching.ledger import Record
from stockapp.fetching.question import Questioner
from stockapp.providers.base import Answer, Request
from stockapp.providers.research import Researcher

from ..contract.backends import SetClock
from .scripted import MemoryState, Scripted, gatekeepers

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
KEY = "a-secret-key"
Say = Callable[[Part, str], Finding | Failure]


def knows(source: str) -> Say:
    """Has a profile of every company."""
    return lambda part, symbol: Company(symbol, source, "profile", NOW, name=f"{symbol} Inc.")


def fails(reason: Reason, detail: str = "", retry_after: float | None = None) -> Say:
    """Answers, but with a failure."""
    return lambda part, symbol: Failure(reason, detail or f"{reason} of {symbol}.", retry_after)


def raises(error: Exception) -> Say:
    """Has a defect, or no answer at all."""

    def say(part: Part, symbol: str) -> Finding | Failure:
        raise error

    return say


def hangs(at_it: threading.Event, release: threading.Event) -> Say:
    """Says when it was asked, and nothing more until released."""

    def say(part: Part, symbol: str) -> Finding | Failure:
        at_it.set()
        release.wait(30)
        return Failure(Reason.TIMEOUT, "hung")

    return say


class Source(Researcher):
    """Researcher and transport in one, that takes a while by the clock; `asked` is what it was."""

    parts: ClassVar = {
        Part.PROFILE: "profile",
        Part.INCOME: "statements",
        Part.BALANCE: "statements",
        Part.HISTORY: "history",
    }

    def __init__(
        self,
        name: str,
        say: Say | None = None,
        *,
        only: Sequence[str] = (),
        takes_seconds: float = 0.25,
        send: Callable[[], None] = lambda: None,
        simulated: bool = False,
        **options: Any,
    ) -> None:
        self.name, self.title = name, name.title()
        self.say = say or knows(name)
        self.asked: list[tuple[Part, str]] = []
        self.timeouts: list[float] = []
        self.takes_seconds = takes_seconds
        self.provider = Scripted({}, name=name, **options)
        self.provider.title, self.provider.simulated = self.title, simulated
        self.clock = SetClock()
        self._only, self._send = only, send

    def covers(self, part: Part, symbol: str) -> bool:
        return part in self.parts and (not self._only or symbol in self._only)

    def request(self, part: Part, symbol: str) -> Request:
        return Request(f"https://{self.name}.example/{part}", {"symbol": symbol})

    def prepare(self) -> None:
        """Always ready."""

    def send(self, request: Request, timeout_seconds: float) -> Answer:
        self.timeouts.append(timeout_seconds)
        self.clock.advance(self.takes_seconds)
        self._send()
        return Answer(200, {}, b"", NOW)

    def parse(self, part: Part, symbol: str, answer: Answer) -> Finding | Failure:
        self.asked.append((part, symbol))
        return self.say(part, symbol)


@dataclass
class World:
    """One worker's desks over a state that it may share with another."""

    shared: MemoryState = field(default_factory=MemoryState)
    clock: SetClock = field(default_factory=SetClock)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keepers = gatekeepers(self.shared, self.clock, [KEY])

    def desk(self, source: Source, concurrency: int = 2) -> Desk:
        source.clock = self.clock
        return Desk(
            source,
            Questioner(source.provider, source, self.clock, self.keepers),
            lambda call, *args: call(*args),
            concurrency=concurrency,
        )

    def inquiry(self, *sources: Source, timeout_seconds: float = 6.0) -> Inquiry:
        desks = [self.desk(source) for source in sources]
        return Inquiry(desks, self.keepers.ledger, timeout_seconds=timeout_seconds)

    def find(
        self,
        *sources: Source,
        part: Part = Part.PROFILE,
        symbol: str = "ACME",
        stopped: Callable[[], bool] = lambda: False,
        pointless: Callable[[], Failure | None] = lambda: None,
    ) -> Found:
        return self.inquiry(*sources).find(part, symbol, self.told.append, stopped, pointless)

    def record(self, label: str) -> Record:
        self.keepers.ledger.flush()
        records = {f"{one.source}/{one.method}": one for one in self.keepers.ledger.records()}
        return records[label]
