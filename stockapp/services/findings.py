"""What is known of symbols besides prices, part by part: cached, and asked for once by all workers.

A part that could not be had leaves the one that is there alone, as with quotes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from stockapp.caching.policy import Landed, SingleFlight
from stockapp.domain import moment
from stockapp.domain.attempt import Attempt, Failure, Reason
from stockapp.domain.bars import Bars
from stockapp.domain.company import Company
from stockapp.domain.event import Event, EventType
from stockapp.domain.freshness import Freshness, Lifetime
from stockapp.domain.research import Finding, Part
from stockapp.domain.statement import Statement
from stockapp.fetching.inquiry import Found, Inquiry
from stockapp.ports import Clock, Entry, ResponseCache
from stockapp.services.aged import adapter, read
from stockapp.services.board import SymbolReport

_KINDS: Mapping[Part, type[Finding]] = {
    **dict.fromkeys(Part, Statement),
    Part.PROFILE: Company,
    Part.HISTORY: Bars,
}
# The price of a symbol completes what sources leave out by entries of this name already.
_NAMES = {part: part.value if part is not Part.PROFILE else "company" for part in Part}


@dataclass(frozen=True, slots=True)
class Held:
    """A part as of one reading. `error` is set where the last fetch failed: `finding` is older
    then, or None. `stored_at` is when the finding came.
    """

    part: Part
    symbol: str
    finding: Finding | None
    stored_at: datetime | None
    age_seconds: float
    freshness: Freshness
    error: Failure | None
    attempts: tuple[Attempt, ...]

    @property
    def is_fresh(self) -> bool:
        """Whether nobody need be asked."""
        return self.finding is not None and self.freshness is Freshness.FRESH


class Findings:
    """Reads never wait for a source; `obtain` does."""

    def __init__(
        self,
        inquiry: Inquiry,
        flight: SingleFlight,
        cache: ResponseCache,
        clock: Clock,
        lifetime: Lifetime,
    ) -> None:
        self._inquiry = inquiry
        self._flight = flight
        self._cache = cache
        self._clock = clock
        self._lifetime = lifetime

    def known(self, symbol: str, parts: Sequence[Part] = tuple(Part)) -> dict[Part, Held]:
        """What is held of a symbol; each of the parts, whether there is anything or not."""
        keys = {part: (_key(part, symbol), _failure_key(part, symbol)) for part in parts}
        entries = self._cache.get_many([key for pair in keys.values() for key in pair])
        return {
            part: _held(part, symbol, entries.get(good), entries.get(bad))
            for part, (good, bad) in keys.items()
        }

    def obtain(
        self,
        part: Part,
        symbol: str,
        *,
        since: datetime | None,
        tell: Callable[[str], None],
        stopped: Callable[[], bool],
        pointless: Callable[[], Failure | None] = lambda: None,
    ) -> Held:
        """The part: as it is held if that is fresh, and not older than `since`; else fetched.

        `tell` hears which source is asked. Returns what there is when stopped. `pointless`: see
        Inquiry.find.
        """
        key = _key(part, symbol)

        def known(_: Sequence[str]) -> list[str]:
            # Another worker may have fetched it since this one looked last.
            self.forget(symbol, [part])
            return [key] if _answers(self.known(symbol, [part])[part], since, self._clock) else []

        def fetch(_: Sequence[str], landed: Landed) -> None:
            found = self._inquiry.find(part, symbol, tell, stopped, pointless)
            if found.error is None or found.error.reason is not Reason.CANCELLED:
                self._store(found)
            landed([key])

        self._flight.run([key], known, fetch, stopped)
        return self.known(symbol, [part])[part]

    def forget(self, symbol: str, parts: Collection[Part]) -> None:
        """Read these anew: another worker may have fetched them."""
        self._cache.forget(
            [key for part in parts for key in (_key(part, symbol), _failure_key(part, symbol))]
        )

    def on_event(self, event: Event) -> None:
        """Read anew what another worker has fetched for an analysis."""
        if event.type is not EventType.ITEM:
            return
        if symbol := event.data.get("analysed"):
            self.forget(symbol, tuple(Part))
        elif (symbol := event.data.get("of")) and event.data["key"] in set(Part):
            self.forget(symbol, [Part(event.data["key"])])

    def _store(self, found: Found) -> None:
        now = self._clock.now()
        if found.finding is None:
            report = SymbolReport(now, found.error, found.attempts)
            self._cache.put_many(
                {_failure_key(found.part, found.symbol): report.to_json()}, self._lifetime
            )
            return
        value = {
            "finding": _to_json(found.part, found.finding),
            "at": now.isoformat(),
            "attempts": [attempt.to_json() for attempt in found.attempts],
        }
        self._cache.put_many({_key(found.part, found.symbol): value}, self._lifetime)


def _key(part: Part, symbol: str) -> str:
    return f"{_NAMES[part]}:{symbol}"


def _to_json(part: Part, finding: Finding) -> dict[str, Any]:
    # Five years of bars are much: their own way takes a tenth of the time.
    if isinstance(finding, Bars):
        return finding.to_json()
    told: dict[str, Any] = adapter(_KINDS[part]).dump_python(finding, mode="json")
    return told


def _failure_key(part: Part, symbol: str) -> str:
    return f"failure:{_NAMES[part]}:{symbol}"


def _answers(held: Held, since: datetime | None, clock: Clock) -> bool:
    """Whether nobody need be asked, for one who wants what is not older than `since`."""
    if since is not None:
        stored = held.stored_at if held.error is None else _told_at(held)
        return stored is not None and stored >= since
    if held.error is not None:
        at = _told_at(held)
        report = SymbolReport(at or clock.now(), held.error, held.attempts)
        return report.rest_seconds(clock.now()) > 0
    return held.is_fresh


def _told_at(held: Held) -> datetime | None:
    """When a failure was told: with its last attempt."""
    return max((attempt.started_at for attempt in held.attempts), default=None)


def _held(part: Part, symbol: str, success: Entry | None, failure: Entry | None) -> Held:
    finding, stored_at, age, freshness = None, None, 0.0, Freshness.EXPIRED
    attempts: tuple[Attempt, ...] = ()
    told = read(success, _READERS[part])
    if success and told:
        finding, stored_at = told
        age, freshness = success.age_seconds, success.freshness
        attempts = success.derived(_attempts)
    if failure and (success is None or failure.age_seconds < success.age_seconds):
        report = failure.derived(SymbolReport.from_json)
        return Held(part, symbol, finding, stored_at, age, freshness, report.error, report.attempts)
    return Held(part, symbol, finding, stored_at, age, freshness, None, attempts)


def _read(part: Part, value: Mapping[str, Any]) -> tuple[Finding, datetime]:
    finding: Finding = adapter(_KINDS[part]).validate_python(value["finding"])
    return finding, datetime.fromisoformat(value["at"])


# One call for each, so that what it made of an entry is found again.
_READERS: Mapping[Part, Callable[[Mapping[str, Any]], tuple[Finding, datetime]]] = {
    part: partial(_read, part) for part in Part
}


def _attempts(value: Mapping[str, Any]) -> tuple[Attempt, ...]:
    return tuple(Attempt.from_json(data) for data in value["attempts"])


def statement_to_json(held: Held) -> dict[str, Any] | None:
    """A statement as the JSON interface shows it; None where there is none."""
    told = held.finding
    if not isinstance(told, Statement):
        return None
    return {
        "kind": told.kind.value,
        "currency": told.currency,
        "source": told.source,
        "method": told.method,
        "fetched_at": moment.to_text(told.fetched_at),
        "age_seconds": round(held.age_seconds, 1),
        "freshness": "fresh" if held.is_fresh and not held.error else "stale",
        "years": [
            {"end": year.end.isoformat(), "values": {k.value: v for k, v in year.values.items()}}
            for year in told.years
        ],
    }
