"""What every ResponseCache does."""

import copy
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from stockapp.domain.cache_statistics import CacheCheck
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

    def test_what_is_handed_out_cannot_be_changed(self, cache: ResponseCache) -> None:
        cache.put_many({"a": ENTRY}, LIFETIME)
        value: Any = cache.get_many(["a"])["a"].value
        for change in (
            lambda: value.update(price=2),
            lambda: value["nested"].__setitem__("a", 1),
            lambda: value["list"].append(1),
            lambda: value.pop("price"),
        ):
            with pytest.raises(TypeError):
                change()
        assert cache.get_many(["a"])["a"].value == ENTRY
        assert orjson.loads(orjson.dumps(value)) == ENTRY

    def test_a_copy_of_what_is_handed_out_can_be_changed(self, cache: ResponseCache) -> None:
        cache.put_many({"a": ENTRY}, LIFETIME)
        value: Any = copy.deepcopy(cache.get_many(["a"])["a"].value)
        value["nested"]["a"]["b"] = 1
        value["list"].append(1)
        assert cache.get_many(["a"])["a"].value == ENTRY

    def test_what_is_put_and_changed_afterwards_stays_as_it_was_put(
        self, cache: ResponseCache
    ) -> None:
        given = {"list": [1]}
        cache.put_many({"a": given}, LIFETIME)
        given["list"].append(2)
        assert cache.get_many(["a"])["a"].value == {"list": [1]}

    def test_what_another_worker_writes_is_seen_within_a_second(
        self, cache: ResponseCache, other: Backends, clock: SetClock
    ) -> None:
        cache.put_many({"a": {"n": 1}}, LIFETIME)
        assert other.cache.get_many(["a", "b"])["a"].value == {"n": 1}
        cache.put_many({"a": {"n": 2}, "b": {"n": 2}}, LIFETIME)
        clock.advance(1)
        found = other.cache.get_many(["a", "b"])
        assert [found[key].value for key in "ab"] == [{"n": 2}, {"n": 2}]

    def test_what_another_worker_writes_is_seen_at_once_by_who_is_told(
        self, cache: ResponseCache, other: Backends
    ) -> None:
        cache.put_many({"a": {"n": 1}}, LIFETIME)
        assert set(other.cache.get_many(["a", "b"])) == {"a"}
        cache.put_many({"a": {"n": 2}, "b": {"n": 2}}, LIFETIME)
        other.cache.forget(["a", "b", "c"])
        found = other.cache.get_many(["a", "b"])
        assert [found[key].value for key in "ab"] == [{"n": 2}, {"n": 2}]

    def test_what_a_worker_writes_or_clears_itself_it_sees_at_once(
        self, cache: ResponseCache
    ) -> None:
        for number in range(2):
            cache.put_many({"quote:A": {"n": number}, "profile:A": {}}, LIFETIME)
            assert cache.get_many(["quote:A"])["quote:A"].value == {"n": number}
        cache.clear("quote")
        assert set(cache.get_many(["quote:A", "profile:A"])) == {"profile:A"}
        cache.clear()
        assert cache.get_many(["quote:A", "profile:A"]) == {}

    def test_clearing_a_prefix_leaves_the_others(
        self, cache: ResponseCache, other: Backends, clock: SetClock
    ) -> None:
        keys = [f"quote:{n}" for n in range(150)]
        cache.put_many({key: {} for key in keys}, LIFETIME)
        cache.put_many({"quotes:1": {}, "profile:1": {}}, LIFETIME)
        assert other.cache.clear("quote") == 150
        assert other.cache.clear("quote") == 0
        clock.advance(1)
        assert cache.get_many(keys) == {}
        assert set(cache.get_many(["quotes:1", "profile:1"])) == {"quotes:1", "profile:1"}

    def test_clearing_everything_says_how_many_it_was(self, cache: ResponseCache) -> None:
        cache.put_many({"quote:1": {}, "profile:1": {}}, LIFETIME)
        assert cache.clear() == 2
        assert cache.get_many(["quote:1", "profile:1"]) == {}

    def test_the_statistics_tell_what_is_there_and_how_it_was_asked_for(
        self, cache: ResponseCache, other: Backends, clock: SetClock
    ) -> None:
        cache.put_many({"quote:A": ENTRY, "quote:B": ENTRY, "profile:A": {}}, LIFETIME)
        cache.get_many(["quote:A", "quote:B", "quote:C"])
        other.cache.get_many(["quote:A", "profile:B"])
        clock.advance(20)
        cache.get_many(["quote:A"])
        assert other.cache.statistics() is not None
        statistics = cache.statistics()
        assert statistics is not None
        quotes, profiles = statistics.prefixes["quote"], statistics.prefixes["profile"]
        assert (quotes.entries, quotes.hits, quotes.stale_hits, quotes.misses) == (2, 4, 1, 1)
        assert (profiles.entries, profiles.hits, profiles.misses) == (1, 0, 1)
        assert quotes.bytes > 2 * len(orjson.dumps(ENTRY))
        assert statistics.total.entries == 3
        assert statistics.total.bytes == quotes.bytes + profiles.bytes
        assert statistics.total.hit_rate == 4 / 6
        assert statistics.limit_bytes is not None
        assert statistics.utilisation == statistics.total.bytes / statistics.limit_bytes

    def test_a_check_of_what_is_well_finds_nothing(self, cache: ResponseCache) -> None:
        cache.put_many({f"quote:{n}": ENTRY for n in range(100)}, LIFETIME)
        assert cache.verify() == CacheCheck(entries=100)
        assert cache.trouble is None
