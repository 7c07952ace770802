"""What every ResponseCache does."""

from collections.abc import Callable

from stockapp.domain.freshness import Freshness, Lifetime
from stockapp.ports import ResponseCache

from .backends import Backends, SetClock

LIFETIME = Lifetime(fresh_seconds=10, keep_seconds=100)
ENTRY = {"price": 1.5, "name": "Société", "list": [1, None, True], "nested": {"a": {}}}


class ResponseCacheContract:
    def test_what_was_put_can_be_got(self, cache: ResponseCache) -> None:
        cache.put_many({"quote/A": ENTRY, "quote/B": {}}, LIFETIME)
        found = cache.get_many(["quote/A", "quote/B", "quote/C"])
        assert set(found) == {"quote/A", "quote/B"}
        assert found["quote/A"].value == ENTRY
        assert found["quote/A"].lifetime == LIFETIME

    def test_nothing_is_asked_and_put_without_harm(self, cache: ResponseCache) -> None:
        cache.put_many({}, LIFETIME)
        assert cache.get_many([]) == {}

    def test_the_age_is_counted_from_storing(self, cache: ResponseCache, clock: SetClock) -> None:
        cache.put_many({"a": {}}, LIFETIME)
        clock.advance(4)
        entry = cache.get_many(["a"])["a"]
        assert entry.age_seconds == 4
        assert entry.freshness is Freshness.FRESH

    def test_an_entry_past_its_fresh_time_is_marked_stale(
        self, cache: ResponseCache, clock: SetClock
    ) -> None:
        cache.put_many({"a": ENTRY}, LIFETIME)
        clock.advance(10)
        entry = cache.get_many(["a"])["a"]
        assert entry.freshness is Freshness.STALE
        assert entry.value == ENTRY

    def test_an_expired_entry_is_a_miss(self, cache: ResponseCache, clock: SetClock) -> None:
        cache.put_many({"a": {}}, LIFETIME)
        clock.advance(99.9)
        assert "a" in cache.get_many(["a"])
        clock.advance(0.1)
        assert cache.get_many(["a"]) == {}

    def test_the_last_value_counts_and_is_young_again(
        self, cache: ResponseCache, clock: SetClock
    ) -> None:
        cache.put_many({"a": {"n": 1}}, LIFETIME)
        clock.advance(50)
        cache.put_many({"a": {"n": 2}}, LIFETIME)
        entry = cache.get_many(["a"])["a"]
        assert (entry.value, entry.freshness) == ({"n": 2}, Freshness.FRESH)

    def test_an_entry_is_never_younger_than_new_when_the_clock_was_set_back(
        self, cache: ResponseCache, clock: SetClock
    ) -> None:
        cache.put_many({"a": {}}, LIFETIME)
        clock.advance(-3600)
        assert cache.get_many(["a"])["a"].age_seconds == 0

    def test_what_one_worker_puts_another_gets(self, cache: ResponseCache, other: Backends) -> None:
        cache.put_many({"a": ENTRY}, LIFETIME)
        assert other.cache.get_many(["a"])["a"].value == ENTRY

    def test_entries_outlast_the_workers(self, new_worker: Callable[[], Backends]) -> None:
        worker = new_worker()
        worker.cache.put_many({"a": ENTRY}, LIFETIME)
        worker.close()
        assert new_worker().cache.get_many(["a"])["a"].value == ENTRY

    def test_a_thousand_entries_come_at_once(self, cache: ResponseCache) -> None:
        keys = [f"quote/{number}" for number in range(1000)]
        cache.put_many({key: {"key": key} for key in keys}, LIFETIME)
        found = cache.get_many(keys)
        assert [found[key].value["key"] for key in keys] == keys

    def test_any_lifetime_can_be_stored(self, cache: ResponseCache) -> None:
        cache.put_many({"short": {}}, Lifetime(0, 0.5))
        cache.put_many({"long": {}}, Lifetime(1e9, 1e12))
        assert set(cache.get_many(["short", "long"])) == {"short", "long"}
