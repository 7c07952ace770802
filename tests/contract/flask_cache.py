"""What every Flask-Caching backend of ours does when it is used as Flask-Caching's own are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_caching import Cache
from flask_caching.backends.base import BaseCache

VALUES: list[Any] = [
    0,
    1.5,
    "",
    "Société 東京",
    True,
    False,
    [],
    {},
    [1, [2]],
    {"a": {"b": [None]}},
]


class FlaskCacheContract:
    @pytest.mark.parametrize("value", VALUES, ids=repr)
    def test_any_json_comes_back_as_it_was(self, backend: BaseCache, value: Any) -> None:
        assert backend.set("k", value)
        found = backend.get("k")
        assert found == value
        assert type(found) is type(value)

    def test_what_was_never_set_is_missed(self, backend: BaseCache) -> None:
        assert backend.get("k") is None
        assert not backend.has("k")
        assert backend.get_many("k", "l") == [None, None]
        assert backend.get_many() == []

    def test_what_is_not_json_is_refused_and_leaves_what_was_there(
        self, backend: BaseCache
    ) -> None:
        backend.set("k", 1)
        for value in (object(), {1: 2}, datetime(2026, 1, 1), b"bytes", {"a": {1, 2}}):
            with pytest.raises(TypeError):
                backend.set("k", value)
        assert backend.get("k") == 1

    def test_setting_again_replaces(self, backend: BaseCache) -> None:
        backend.set("k", "long " * 1000)
        backend.set("k", "short")
        assert backend.get("k") == "short"

    @pytest.mark.parametrize("timeout", [60, timedelta(minutes=1), 0, None])
    def test_it_is_there_before_its_time_out(self, backend: BaseCache, timeout: Any) -> None:
        backend.set("k", 1, timeout)
        assert backend.has("k")
        assert backend.get("k") == 1

    def test_add_sets_only_what_is_not_there(self, backend: BaseCache) -> None:
        assert backend.add("k", 1)
        assert not backend.add("k", 2)
        assert backend.get("k") == 1

    def test_of_many_that_add_at_once_one_does(
        self, backend: BaseCache, threads: ThreadPoolExecutor
    ) -> None:
        added = list(threads.map(lambda n: bool(backend.add("k", n)), range(50)))
        assert added.count(True) == 1
        assert backend.get("k") == added.index(True)

    def test_delete_tells_whether_it_was_there(self, backend: BaseCache) -> None:
        backend.set("k", 1)
        assert backend.delete("k")
        assert not backend.delete("k")
        assert not backend.has("k")

    def test_many_at_once(self, backend: BaseCache) -> None:
        values = {f"k{n}": n for n in range(300)}
        assert set(backend.set_many(values)) == set(values)
        assert backend.get_many(*values) == list(values.values())
        assert backend.get_dict("k1", "none", "k2") == {"k1": 1, "none": None, "k2": 2}
        assert set(backend.delete_many("k1", "k2", "none")) == {"k1", "k2", "none"}
        assert backend.get_many("k1", "k2", "k3") == [None, None, 3]

    def test_clear_deletes_everything(self, backend: BaseCache) -> None:
        backend.set_many({f"quote:{n}": n for n in range(200)})
        backend.set("plain", 1)
        assert backend.clear()
        assert not any(backend.has(f"quote:{n}") for n in range(200))
        assert not backend.has("plain")
        assert backend.clear()

    def test_counting(self, backend: BaseCache) -> None:
        assert backend.inc("n") == 1
        assert backend.inc("n", 5) == 6
        assert backend.dec("n", 2) == 4
        assert backend.get("n") == 4

    def test_no_count_is_lost(self, backend: BaseCache, threads: ThreadPoolExecutor) -> None:
        list(threads.map(lambda _: backend.inc("n"), range(100)))
        assert backend.get("n") == 100

    def test_it_caches_what_views_give(self, app: Flask, extension: Cache) -> None:
        calls = []

        @app.route("/price")
        @extension.cached(timeout=60)
        def price() -> dict[str, float]:
            calls.append(1)
            return {"price": 1.5}

        client = app.test_client()
        assert client.get("/price").json == client.get("/price").json == {"price": 1.5}
        assert len(calls) == 1

    def test_it_memoizes_functions(self, app: Flask, extension: Cache) -> None:
        calls = []

        @extension.memoize(60)
        def double(n: int) -> int:
            calls.append(n)
            return 2 * n

        with app.app_context():
            assert [double(2), double(2), double(3)] == [4, 4, 6]
            extension.delete_memoized(double, 2)
            assert double(2) == 4
        assert calls == [2, 3, 2]
