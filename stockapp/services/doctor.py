"""Finding out why there are no prices: network, names, sources, data folder, assets.

Each finding says what to do about it.
"""

import json
import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.fetching.lane import Lane, Sent
from stockapp.ports import Executor, Storage, StoreTrouble
from stockapp.services.sources import Sources
from stockapp.services.workforce import MISSED, Job, Workforce

_LEAST_FREE_BYTES = 200_000_000
_CONNECT_SECONDS = 5.0


class Health(StrEnum):
    """How serious a finding is. Only what is bad keeps stockapp from doing its work."""

    GOOD = "ok"
    OFF = "off"
    DOUBTFUL = "warning"
    BAD = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found, and what to do ("" when nothing)."""

    what: str
    health: Health
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a source is reached."""

    host: str
    port: int
    title: str


# What people can do about a source that fails.
_ADVICE = {
    Reason.RATE_LIMITED: "Wait: it is a matter of minutes. Other sources are asked meanwhile.",
    Reason.UNAUTHORIZED: "Check the key, without blanks around it.",
    Reason.ACCESS_DENIED: "The plan of the key may not include this, or the address is refused.",
    Reason.BLOCKED: "It is not served in this region, or asks for a consent.",
    Reason.QUOTA_EXHAUSTED: "Wait for the next day or month, or tell of your plan in the settings.",
    Reason.CONNECT_FAILED: "Check the network, firewall and proxy (HTTPS_PROXY) of this machine.",
    Reason.TLS_FAILED: "Check the clock of this machine, and whether a proxy opens connections.",
    Reason.TIMEOUT: "Try again; if it stays, check the network, or raise the time-outs.",
}


_SETTINGS = {"Redis": "STOCKAPP_REDIS_URL", "PostgreSQL": "STOCKAPP_DATABASE_URL"}
_JOBS = {
    Job.TASKS: "Workers that do tasks",
    Job.COMPUTING: "Workers that compute",
    Job.SCHEDULE: "What begins by schedule",
}


class Doctor:
    """Looks at one thing after the other, sources beside each other."""

    def __init__(
        self,
        sources: Sources,
        executor: Executor,
        storage: Storage,
        workforce: Workforce,
        *,
        addresses: Sequence[Address],
        data_dir: Path,
        static_dir: Path,
        timeout_seconds: float,
    ) -> None:
        self._sources = sources
        self._executor = executor
        self._storage = storage
        self._workforce = workforce
        self._addresses = addresses
        self._data_dir = data_dir
        self._static_dir = static_dir
        self._timeout_seconds = timeout_seconds

    def findings(self, *, ask_sources: bool) -> Iterator[Finding]:
        """All findings, as they come."""
        yield self._data_folder()
        yield self._assets()
        yield from self._servers()
        yield from self._work()
        if ask_sources:
            yield from self._names()
            tests = list(self._tests())
            yield from tests
            if not any(finding.health is Health.GOOD for finding in tests):
                advice = "See what to do above; `.SIM` symbols work without a network."
                yield Finding("Prices", Health.BAD, "no real source gave one", advice)

    def _data_folder(self) -> Finding:
        what = f"Data folder {self._data_dir.absolute()}"
        try:
            with tempfile.TemporaryFile(dir=self._data_dir):
                pass
        except OSError as error:
            advice = "Make it writable for this user, or name another in STOCKAPP_DATA_DIR."
            return Finding(what, Health.BAD, f"cannot be written: {error.strerror}", advice)
        free = shutil.disk_usage(self._data_dir).free
        if free < _LEAST_FREE_BYTES:
            found = f"only {free // 1_000_000} MB are free"
            return Finding(what, Health.DOUBTFUL, found, "Make room: prices are kept there.")
        return Finding(what, Health.GOOD, f"can be written, {free / 1e9:.1f} GB are free")

    def _assets(self) -> Finding:
        what = "Scripts for the pages"
        manifest = self._static_dir / "vendor" / "manifest.json"
        try:
            listed = json.loads(manifest.read_text())
        except (OSError, ValueError):
            return Finding(what, Health.BAD, "have not been fetched", "Run `make setup`.")
        missing = [
            name for name in _paths(listed) if not (self._static_dir / "vendor" / name).exists()
        ]
        if missing:
            found = f"{missing[0]} is missing"
            return Finding(what, Health.BAD, found, "Run `make clean setup`.")
        return Finding(what, Health.GOOD, "are there")

    def _servers(self) -> Iterator[Finding]:
        for server in self._storage.servers():
            if server.trouble:
                advice = f"See whether it runs, and {_SETTINGS[server.name]}."
                yield Finding(server.name, Health.BAD, server.trouble, advice)
            else:
                found = f"version {server.version} answers in {1000 * server.seconds:.1f} ms"
                yield Finding(server.name, Health.GOOD, found)

    def _work(self) -> Iterator[Finding]:
        try:
            at_work = self._workforce.at_work()
        except StoreTrouble:
            # Told of with the servers.
            return
        for job, count in at_work.items():
            found, _, advice = MISSED[job].partition(": ")
            if count:
                yield Finding(_JOBS[job], Health.GOOD, f"{count} at work")
            else:
                yield Finding(_JOBS[job], Health.BAD, found, f"{advice[0].upper()}{advice[1:]}.")

    def _names(self) -> Iterator[Finding]:
        """Whether the names of all hosts are found, and whether one can connect to them."""
        reached = [(address, self._executor.submit(reach, address)) for address in self._addresses]
        for address, trouble in reached:
            yield name_finding(address, trouble.result())

    def _tests(self) -> Iterator[Finding]:
        asked: list[tuple[Lane, Failure | Future[Sent]]] = [
            (lane, lane.unusable(symbol) or self._ask(lane, symbol))
            for provider in self._sources.providers()
            if not provider.simulated
            for lane in self._sources.lanes(provider.name)
            for symbol in [provider.self_test]
        ]
        for lane, future in asked:
            yield _test_finding(lane, future)

    def _ask(self, lane: Lane, symbol: str) -> "Future[Sent]":
        lane.room.take(_nobody)
        return self._executor.submit(lane.ask, [symbol], self._timeout_seconds, _nobody)


def serious(findings: Sequence[Finding]) -> bool:
    """Whether stockapp cannot do its work."""
    return any(finding.health is Health.BAD for finding in findings)


def reach(address: Address) -> str:
    """Connect. Returns why that failed, "dns" for a name that is not found, or "" when it did not.

    A server that resets the connection was reached.
    """
    try:
        socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError:
        return "dns"
    try:
        with socket.create_connection((address.host, address.port), timeout=_CONNECT_SECONDS):
            return ""
    except OSError as error:
        return error.strerror or "no answer"


def name_finding(address: Address, trouble: str) -> Finding:
    """What it means that a host was reached, or not for what `reach` told."""
    what, host = f"{address.host} ({address.title})", address.host
    if not trouble:
        return Finding(what, Health.GOOD, "can be reached")
    if trouble != "dns":
        advice = _ADVICE[Reason.CONNECT_FAILED]
        return Finding(what, Health.DOUBTFUL, f"cannot be connected to: {trouble}", advice)
    advice = "Check the network and its DNS."
    if host == "fc.yahoo.com":
        advice = (
            "Ad blockers often block this name: allow it, else Yahoo's quote and summary fail"
            " and stockapp falls back to its other methods."
        )
    return Finding(what, Health.DOUBTFUL, "its name is not found (DNS)", advice)


def _test_finding(lane: Lane, outcome: "Failure | Future[Sent]") -> Finding:
    what = f"{lane.provider.title}, {lane.method.name}"
    found = outcome
    if not isinstance(found, Failure):
        sent = found.result()
        answer = sent.parsed[lane.provider.self_test]
        if isinstance(answer, Quote):
            price = f"{answer.price:g} {answer.currency or '(currency not told)'}"
            took = f"{sent.elapsed_seconds * 1000:.0f} ms"
            return Finding(what, Health.GOOD, f"{answer.symbol} {price}, in {took}")
        found = answer
    advice = _ADVICE.get(found.reason, "")
    if found.reason is Reason.NOT_CONFIGURED:
        return Finding(what, Health.OFF, found.detail)
    return Finding(what, Health.DOUBTFUL, f"{found.reason.value}: {found.detail}", advice)


def _paths(listed: object) -> Iterator[str]:
    """The names of files in the manifest of assets."""
    if isinstance(listed, dict):
        for package, about in listed.items():
            yield from (f"{package}/{name}" for name in about.get("sha256", ()))


def _nobody() -> None:
    """Called when a request leaves; nobody waits for that here."""
