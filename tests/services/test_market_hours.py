"""Whether markets are open: by the library's calendars, as one asks without waiting."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from stockapp.analysis.trading_calendar import trading_hours
from stockapp.caching.policy import SingleFlight
from stockapp.caching.tally import Tally
from stockapp.domain.trading_hours import Session, SessionState, TradingHours
from stockapp.services.market_hours import MarketHours
from tests.contract.backends import Backends, SetClock
from tests.contract.embedded import open_embedded
from tests.tasks.workers import eventually

OPEN, CLOSED, UNKNOWN = SessionState.OPEN, SessionState.CLOSED, SessionState.UNKNOWN


def hours(calendar: str, start: str, end: str) -> TradingHours:
    found = trading_hours(calendar, date.fromisoformat(start), date.fromisoformat(end))
    assert found is not None
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def new_york() -> TradingHours:
    return hours("XNYS", "2026-10-25", "2026-12-10")


def test_a_holiday_and_the_half_day_after_it(new_york: TradingHours) -> None:
    # Thanksgiving, and the Friday after it until 13:00.
    assert new_york.session(at("2026-11-26T16:00")) == Session(CLOSED, at("2026-11-25T21:00"))
    assert new_york.session(at("2026-11-27T14:29")).state is CLOSED
    assert new_york.session(at("2026-11-27T14:30")) == Session(OPEN)
    assert new_york.session(at("2026-11-27T17:59")) == Session(OPEN)
    assert new_york.session(at("2026-11-27T18:00")) == Session(CLOSED, at("2026-11-27T18:00"))


def test_the_hours_move_with_the_clocks_of_their_place(new_york: TradingHours) -> None:
    # New York leaves summer time on 1 November 2026.
    assert new_york.session(at("2026-10-30T13:30")).state is OPEN
    assert new_york.session(at("2026-11-02T14:29")).state is CLOSED
    assert new_york.session(at("2026-11-02T14:30")).state is OPEN


def test_tokyo_rests_at_noon() -> None:
    tokyo = hours("XTKS", "2026-11-22", "2026-11-27")
    assert tokyo.session(at("2026-11-24T02:30")) == Session(CLOSED, at("2026-11-24T02:30"))
    assert tokyo.session(at("2026-11-24T03:30")) == Session(OPEN)


def test_currencies_rest_at_the_weekend_only() -> None:
    currencies = hours("24/5", "2026-11-15", "2026-11-28")
    assert currencies.session(at("2026-11-18T00:00")) == Session(OPEN)
    assert currencies.session(at("2026-11-21T12:00")).state is CLOSED


def test_beyond_what_was_computed_nothing_is_known(new_york: TradingHours) -> None:
    assert new_york.session(at("2026-12-10T15:00")).state is UNKNOWN
    assert new_york.session(at("2026-10-25T15:00")).state is UNKNOWN


def test_a_calendar_tells_no_more_than_its_holidays_are_known() -> None:
    shanghai = hours("XSHG", "2026-12-10", "2027-01-20")
    assert shanghai.session(at("2026-12-30T02:00")).state is OPEN
    assert shanghai.session(at("2027-01-05T02:00")).state is UNKNOWN
    assert trading_hours("XSHG", date(2027, 2, 1), date(2027, 3, 1)) is None


def test_hours_survive_the_cache(new_york: TradingHours) -> None:
    assert TradingHours.from_json(new_york.to_json()) == new_york


class Computers:
    """Computes in this process, once the test lets it; remembers what for."""

    def __init__(self, backends: Backends) -> None:
        self.submit = backends.executor.submit
        self.computed: list[str] = []
        self.begun, self.gate = threading.Event(), threading.Event()
        self.trouble: Exception | None = None

    def run_cpu(self, call: Callable[..., Any], /, *args: Any, timeout_seconds: float) -> Any:
        self.begun.set()
        assert self.gate.wait(30)
        self.computed.append(args[0])
        if self.trouble:
            raise self.trouble
        return call(*args)


class World:
    """Workers on the same data, at 16:00 in London on a Monday."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock()
        self.clock.at = at("2026-11-23T16:00")
        self._folder = folder
        self._opened: list[Backends] = []

    def worker(self) -> tuple[MarketHours, Computers]:
        backends = open_embedded(self._folder, self.clock)
        self._opened.append(backends)
        computers = Computers(backends)
        return self.hours(backends, computers), computers

    def real_worker(self) -> MarketHours:
        backends = open_embedded(self._folder, self.clock)
        self._opened.append(backends)
        return self.hours(backends, backends.executor)

    def hours(self, backends: Backends, executor: Any) -> MarketHours:
        flight = SingleFlight(
            backends.flights, backends.executor, self.clock, Tally(), patience_seconds=60
        )
        return MarketHours(backends.cache, flight, executor, self.clock, timeout_seconds=60)

    def state(self, hours: MarketHours, symbol: str) -> SessionState:
        return hours.state(symbol, self.clock.now()).state

    def close(self) -> None:
        for backends in self._opened:
            backends.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def test_nobody_waits_for_hours_that_are_not_known_yet(world: World) -> None:
    hours, computers = world.worker()
    session = hours.state("VOD.L", world.clock.now())
    assert (session.state, session.awaited) == (UNKNOWN, True)
    computers.gate.set()
    assert eventually(lambda: world.state(hours, "VOD.L") is OPEN)
    assert world.state(hours, "BP.L") is OPEN
    assert computers.computed == ["XLON"]


def test_what_needs_no_hours_is_known_at_once(world: World) -> None:
    hours, computers = world.worker()
    assert world.state(hours, "BTC-USD") is OPEN
    assert world.state(hours, "LARK.SIM") is OPEN
    unknown = hours.state("ABC.XX", world.clock.now())
    assert (unknown.state, unknown.awaited) == (UNKNOWN, False)
    assert computers.computed == []


def test_hours_are_computed_once_for_all_workers_and_anew_after_a_day(world: World) -> None:
    first, computers = world.worker()
    computers.gate.set()
    world.state(first, "VOD.L")
    assert eventually(lambda: world.state(first, "VOD.L") is OPEN)
    second, others = world.worker()
    others.gate.set()
    world.state(second, "VOD.L")
    assert eventually(lambda: world.state(second, "VOD.L") is OPEN)
    assert others.computed == []
    world.clock.advance(86_400)
    assert world.state(second, "VOD.L") is OPEN, "what was known holds until then"
    # Whoever looks meanwhile may find the job of the look before still ending.
    assert eventually(lambda: bool(world.state(second, "VOD.L")) and others.computed == ["XLON"])


@pytest.mark.parametrize("trouble", [TimeoutError("busy"), RuntimeError("died")])
def test_hours_that_could_not_be_computed_are_tried_for_again_later(
    world: World, trouble: Exception
) -> None:
    hours, computers = world.worker()
    computers.trouble = trouble
    world.state(hours, "VOD.L")
    assert computers.begun.wait(30)
    world.state(hours, "VOD.L")
    computers.gate.set()
    assert eventually(lambda: not hours.state("VOD.L", world.clock.now()).awaited)
    assert world.state(hours, "VOD.L") is UNKNOWN
    assert computers.computed == ["XLON"]
    computers.trouble = None
    world.clock.advance(301)
    assert eventually(lambda: world.state(hours, "VOD.L") is OPEN)


def test_a_calendar_that_the_library_cannot_make_leaves_its_market_unknown(world: World) -> None:
    hours, computers = world.worker()
    computers.gate.set()
    world.clock.at = at("2040-01-02T10:00")
    world.state(hours, "600519.SS")
    assert eventually(lambda: not hours.state("600519.SS", world.clock.now()).awaited)
    assert world.state(hours, "600519.SS") is UNKNOWN
    assert computers.computed == ["XSHG"]


def test_the_library_is_asked_in_a_child_process(world: World) -> None:
    hours = world.real_worker()
    assert eventually(lambda: world.state(hours, "VOD.L") is OPEN, 60)
