"""The sources and how each of their methods fares, as all workers know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stockapp.domain import moment
from stockapp.domain.attempt import Outcome
from stockapp.fetching.breaker import Breaker, Breakers
from stockapp.fetching.desk import Desk
from stockapp.fetching.lane import Lane
from stockapp.fetching.ledger import Ledger, Record
from stockapp.fetching.lookup import SearchDesk
from stockapp.fetching.quota import QuotaLeft, Quotas
from stockapp.fetching.trend_desk import TrendDesk
from stockapp.providers.base import Method, Provider
from stockapp.services.board import SourceStatus


class NoSuchSource(LookupError):
    """There is no source, or no method, of that name; the message says which ones there are."""


@dataclass(frozen=True, slots=True)
class MethodReport:
    """One method: its breaker, and what is known of its requests (None: it was never asked)."""

    name: str
    batch_size: int
    end_of_day: bool
    breaker: Breaker
    record: Record | None

    def to_json(self) -> dict[str, Any]:
        """The method as the JSON interface shows it."""
        record = self.record
        return {
            "method": self.name,
            "batch_size": self.batch_size,
            "end_of_day": self.end_of_day,
            "breaker": _breaker_to_json(self.breaker),
            "requests": record.requests if record else 0,
            "failed_requests": record.failed if record else 0,
            "success_rate": record.success_rate if record else None,
            "latency_ms": {
                "p50": record.latency_ms(0.5) if record else None,
                "p95": record.latency_ms(0.95) if record else None,
            },
            "attempts": dict(record.attempts) if record else {},
            "last_success_at": moment.to_text(record.last_success_at)
            if record and record.last_success_at
            else None,
            "last_failure": _last_failure(record),
        }


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source with its methods and quotas. `missing` names the setting that it needs."""

    name: str
    title: str
    missing: str
    scarce: bool
    simulated: bool
    self_test: str
    quotas: Sequence[QuotaLeft]
    methods: Sequence[MethodReport]

    def to_json(self) -> dict[str, Any]:
        """The source as the JSON interface shows it."""
        return {
            "source": self.name,
            "title": self.title,
            "configured": not self.missing,
            "missing": self.missing or None,
            "scarce": self.scarce,
            "simulated": self.simulated,
            "self_test": self.self_test,
            "quotas": [
                {
                    "period": entry.quota.period.value,
                    "limit": entry.quota.limit,
                    "used": entry.used,
                    "left": entry.left,
                    "resets_at": moment.to_text(entry.resets_at),
                }
                for entry in self.quotas
            ],
            "methods": [method.to_json() for method in self.methods],
        }


class Sources:
    """Reads what lanes share, and closes breakers."""

    def __init__(
        self,
        lanes: Sequence[Lane],
        desks: Sequence[Desk | SearchDesk | TrendDesk],
        ledger: Ledger,
        breakers: Breakers,
        quotas: Quotas,
    ) -> None:
        # By source: its ways to tell more than prices.
        self._research: dict[str, tuple[str, ...]] = {}
        for desk in desks:
            name = desk.provider.name
            self._research[name] = (*self._research.get(name, ()), *desk.methods)
        self._lanes = {lane.label: lane for lane in lanes}
        self._providers = {lane.source: lane.provider for lane in lanes}
        self._ledger = ledger
        self._breakers = breakers
        self._quotas = quotas

    def statuses(self) -> list[SourceStatus]:
        """How every method that was asked within a week answered last."""
        return [
            SourceStatus(
                source=record.source,
                method=record.method,
                at=record.last.at,
                outcome=Outcome.FAILED if record.last.failure else Outcome.OK,
                reason=record.last.failure.reason if record.last.failure else None,
                detail=record.last.failure.detail if record.last.failure else None,
            )
            for record in self._ledger.records()
            if record.last and f"{record.source}/{record.method}" in self._lanes
        ]

    def breakers(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The breaker of every method, by source and method, as the JSON interface shows it."""
        known = self._breakers.all()
        methods = [(lane.source, lane.method.name) for lane in self._lanes.values()]
        for source, names in self._research.items():
            methods += [(source, name) for name in names]
        closed = Breaker()
        return {
            (source, method): _breaker_to_json(known.get(f"{source}/{method}", closed))
            for source, method in dict.fromkeys(methods)
        }

    def titles(self) -> dict[str, str]:
        """How people call the sources."""
        return {name: provider.title for name, provider in self._providers.items()}

    def providers(self) -> list[Provider]:
        """All providers, in the order of preference."""
        return list(self._providers.values())

    def reports(self) -> list[SourceReport]:
        """Every source, in the order of preference."""
        records = {f"{r.source}/{r.method}": r for r in self._ledger.records()}
        breakers = self._breakers.all()
        return [self._report(p, records, breakers) for p in self._providers.values()]

    def report(self, source: str) -> SourceReport:
        """One source. Raises NoSuchSource."""
        self.provider(source)
        return next(report for report in self.reports() if report.name == source)

    def provider(self, source: str) -> Provider:
        """The provider of that name. Raises NoSuchSource."""
        if source not in self._providers:
            known = ", ".join(self._providers)
            raise NoSuchSource(f"There is no source {source!r}; there are {known}.")
        return self._providers[source]

    def lanes(self, source: str) -> list[Lane]:
        """The lanes of a source. Raises NoSuchSource."""
        self.provider(source)
        return [lane for lane in self._lanes.values() if lane.source == source]

    def close_breaker(self, source: str, method: str) -> bool:
        """Have the method asked again at once. Returns whether it was left alone before.

        Raises NoSuchSource.
        """
        known = [lane.method.name for lane in self.lanes(source)]
        known += self._research.get(source, ())
        if method not in known:
            detail = f"{source} has no method {method!r}; it has {', '.join(known)}."
            raise NoSuchSource(detail)
        return self._breakers.close(f"{source}/{method}")

    def _report(
        self, provider: Provider, records: Mapping[str, Record], breakers: Mapping[str, Breaker]
    ) -> SourceReport:
        return SourceReport(
            name=provider.name,
            title=provider.title,
            missing="" if provider.configured else provider.key_name,
            scarce=provider.scarce,
            simulated=provider.simulated,
            self_test=provider.self_test,
            quotas=self._quotas.left(provider),
            methods=[
                MethodReport(
                    name=method.name,
                    batch_size=method.batch_size,
                    end_of_day=method.end_of_day,
                    breaker=breakers.get(f"{provider.name}/{method.name}", Breaker()),
                    record=records.get(f"{provider.name}/{method.name}"),
                )
                for method in (*provider.methods, *self._of_research(provider))
            ],
        )

    def _of_research(self, provider: Provider) -> list[Method]:
        return [Method(name, 1, 1) for name in self._research.get(provider.name, ())]


def _breaker_to_json(breaker: Breaker) -> dict[str, Any]:
    return {
        "state": breaker.state.value,
        "reason": breaker.reason.value if breaker.reason else None,
        "detail": breaker.detail or None,
        "opened_at": moment.to_text(breaker.opened_at) if breaker.opened_at else None,
        "until": moment.to_text(breaker.until) if breaker.until else None,
    }


def _last_failure(record: Record | None) -> dict[str, Any] | None:
    if record is None or record.last_failure is None or record.last_failure.failure is None:
        return None
    failed = record.last_failure
    return {
        "at": moment.to_text(failed.at),
        "reason": failed.failure.reason.value if failed.failure else None,
        "detail": failed.failure.detail if failed.failure else None,
    }
