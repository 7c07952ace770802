"""Races that nobody asked for: sources with few requests are left out, and it is said."""

from stockapp.domain.attempt import Outcome, Reason
from stockapp.providers.base import Period, Quota

from .scripted import Listener, Scripted, Threads, Track, answers, fails, single

FEW = (Quota(Period.DAY, 25),)


def scarce(name: str = "scarce", **options: object) -> Scripted:
    return single(name, answers("single"), quotas=FEW, **options)


def run(track: Track, symbol: str, *, sparing: bool) -> Listener:
    listener = Listener()
    track.race.run([symbol], listener, lambda call: lambda: None, sparing=sparing)
    return listener


def test_a_source_with_few_requests_is_spared_and_named(executor: Threads) -> None:
    plenty, few = single("plenty", fails(Reason.UPSTREAM_ERROR)), scarce()
    track = Track(executor, plenty, few, scarce("keyless", key_name="KEY"))
    heard = run(track, "A", sparing=True)
    assert heard.error("A") is Reason.UPSTREAM_ERROR
    assert heard.by_source("A") == [
        ("plenty", Outcome.FAILED, Reason.UPSTREAM_ERROR),
        ("scarce", Outcome.SKIPPED, None),
        ("keyless", Outcome.SKIPPED, Reason.NOT_CONFIGURED),
    ]
    spared = [attempt for attempt in heard.fetched["A"].attempts if attempt.spared]
    assert "kept for refreshes that somebody asks for" in (spared[0].detail or "")
    assert few.requests == {}


def test_who_asks_gets_a_price_from_it(executor: Threads) -> None:
    track = Track(executor, single("plenty", fails(Reason.UPSTREAM_ERROR)), scarce())
    assert run(track, "A", sparing=False).quote("A")


def test_a_symbol_that_only_such_a_source_covers_is_not_called_unknown(executor: Threads) -> None:
    plenty = single("plenty", answers("single"), supported=lambda symbol: symbol != "A")
    track = Track(executor, plenty, scarce())
    heard = run(track, "A", sparing=True)
    assert heard.error("A") is Reason.QUOTA_EXHAUSTED
    assert not track.race.has_plenty_for("A")
    assert track.race.has_plenty_for("B")
    assert not track.race.has_plenty_for("B.SIM")
