"""What every SharedState does."""

import threading
from collections.abc import Mapping
from typing import Any

from stockapp.ports import SharedState

from .backends import Backends, SetClock


class SharedStateContract:
    def test_what_one_worker_puts_another_finds(self, state: SharedState, other: Backends) -> None:
        state.put_many({"breaker/yahoo": {"failures": 3, "open": True}}, 60)
        assert other.state.scan("breaker/") == {"breaker/yahoo": {"failures": 3, "open": True}}

    def test_the_last_value_counts(self, state: SharedState, other: Backends) -> None:
        state.put_many({"a": {"n": 1}}, 60)
        other.state.put_many({"a": {"n": 2}}, 60)
        assert state.scan("a") == {"a": {"n": 2}}

    def test_a_scan_finds_exactly_the_keys_with_the_prefix(self, state: SharedState) -> None:
        keys = ("a/1", "a/%", "a/_", "a", "b/1", "A/1", "a\U0010ffffz", "a/é")
        state.put_many({key: {} for key in keys}, 60)
        assert set(state.scan("a/")) == {"a/1", "a/%", "a/_", "a/é"}
        assert set(state.scan("a/%")) == {"a/%"}
        assert set(state.scan("")) == set(keys)
        assert state.scan("c") == {}

    def test_a_value_is_forgotten_after_its_time(self, state: SharedState, clock: SetClock) -> None:
        state.put_many({"short": {}}, 10)
        state.put_many({"long": {}}, 20)
        clock.advance(9.9)
        assert set(state.scan("")) == {"short", "long"}
        clock.advance(0.1)
        assert set(state.scan("")) == {"long"}

    def test_an_update_sees_what_is_there_and_returns_what_it_is_told_to(
        self, state: SharedState, other: Backends
    ) -> None:
        seen = []

        def count(value: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], str]:
            seen.append(value)
            return {"n": (value["n"] if value else 0) + 1}, "returned"

        assert state.update("a", count, 60) == "returned"
        assert other.state.update("a", count, 60) == "returned"
        assert seen == [None, {"n": 1}]
        assert state.scan("a") == {"a": {"n": 2}}

    def test_an_update_may_forget_the_value(self, state: SharedState) -> None:
        state.put_many({"a": {"n": 1}}, 60)
        assert state.update("a", lambda value: (None, value), 60) == {"n": 1}
        assert state.scan("") == {}

    def test_a_forgotten_value_is_none_to_an_update(
        self, state: SharedState, clock: SetClock
    ) -> None:
        state.put_many({"a": {}}, 10)
        clock.advance(10)
        assert state.update("a", lambda value: ({"n": 1}, value), 60) is None
        clock.advance(59)
        assert state.scan("a") == {"a": {"n": 1}}

    def test_updates_at_once_lose_nothing(self, state: SharedState, other: Backends) -> None:
        def count(value: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], None]:
            return {"n": (value["n"] if value else 0) + 1}, None

        def repeat(shared: SharedState) -> None:
            for _ in range(50):
                shared.update("a", count, 60)

        threads = [threading.Thread(target=repeat, args=(s,)) for s in (state, other.state) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert state.scan("a") == {"a": {"n": 200}}

    def test_deleted_values_are_gone(self, state: SharedState) -> None:
        state.put_many({"a": {}, "b": {}}, 60)
        state.delete(["a", "unknown"])
        state.delete([])
        assert set(state.scan("")) == {"b"}

    def test_putting_nothing_is_nothing(self, state: SharedState) -> None:
        state.put_many({}, 60)
        assert state.scan("") == {}
