"""The cache as people and programs meet it, with real workers."""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page

from stockapp import create_app
from tests.redis_server import MAXMEMORY
from tests.upstream.client import UpstreamServer

from .insides import damage_a_quote, settings_of
from .server import DISTRIBUTED, Server, eventually, serving

Window = Callable[..., Page]
# What the cache may take, in bytes.
LIMIT = MAXMEMORY if DISTRIBUTED else 100_000_000
FOLDER = pytest.mark.embedded("the folder of the cache; tests/distributed has Redis")
# So short that a test can see a quote turn stale.
FRESH_SECONDS = 1.0


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, UpstreamServer]]:
    """Two workers whose quotes are fresh for a second, and their upstream."""
    folder = tmp_path_factory.mktemp("cache")
    with (
        UpstreamServer() as upstream,
        serving(
            folder,
            **upstream.settings,
            STOCKAPP_SOURCES="yahoo",
            STOCKAPP_QUOTE_FRESH_SECONDS=FRESH_SECONDS,
            # Nothing is late, so that what is counted are not hedges; what hangs is let go.
            STOCKAPP_REQUEST_TIMEOUT_SECONDS=60,
            STOCKAPP_SYMBOL_DEADLINE_SECONDS=60,
            STOCKAPP_HEDGE_MIN_SECONDS=60,
            STOCKAPP_HEDGE_MAX_SECONDS=60,
        ) as server,
    ):
        yield server, upstream


@pytest.fixture
def stale(pair: tuple[Server, UpstreamServer]) -> tuple[Server, UpstreamServer]:
    """The same, behaving."""
    server, upstream = pair
    upstream.reset()
    server.close_breakers()
    return pair


def age_until_stale(server: Server, symbol: str) -> None:
    """Fetch it and wait until it is stale, without asking for it."""
    server.refresh(symbol, wait=20)
    threading.Event().wait(FRESH_SECONDS + 0.1)


def asked_for(upstream: UpstreamServer, symbol: str) -> int:
    """How many requests asked for the symbol."""
    return sum(symbol in json.dumps(entry) for entry in upstream.requests()["log"])


def let_go(upstream: UpstreamServer) -> None:
    """Have what hangs answered, and all from now on."""
    for route in ("*", "quote"):
        upstream.heal(route)
    upstream.release()


def ttl_of(response: requests.Response) -> int:
    status = response.headers["Cache-Status"]
    assert status.startswith("stockapp; hit; ttl=")
    return int(status.split("ttl=")[1].split(";")[0])


class TestAStaleQuote:
    def test_is_answered_at_once_and_refreshed_behind_by_one_task(
        self, stale: tuple[Server, UpstreamServer]
    ) -> None:
        server, upstream = stale
        age_until_stale(server, "STALE")
        upstream.fault("*", "hang")
        before = asked_for(upstream, "STALE")
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: server.get("/api/quote/STALE/cached"), range(40)))
        assert {answer.status_code for answer in answers} == {200}
        assert {answer.json()["quote"]["freshness"] for answer in answers} == {"stale"}
        assert all(ttl_of(answer) < 0 for answer in answers)
        tasks = {answer.json()["refresh"]["id"] for answer in answers}
        assert len(tasks) == 1
        let_go(upstream)
        assert eventually(
            lambda: server.get("/api/quote/STALE/cached").json()["quote"]["freshness"] == "fresh"
        )
        assert asked_for(upstream, "STALE") == before + 1

    def test_stays_with_its_age_when_the_refresh_fails(
        self, stale: tuple[Server, UpstreamServer]
    ) -> None:
        server, upstream = stale
        age_until_stale(server, "STAYS")
        upstream.fault("*", "status", status=500)
        task = server.get("/api/quote/STAYS/cached").json()["refresh"]["id"]
        done = server.get(f"/api/tasks/{task}/events", stream=False).text
        assert '"stale":1' in done.replace(" ", "")
        answer = server.get("/api/quote/STAYS/cached")
        assert answer.json()["quote"]["freshness"] == "stale"
        assert answer.json()["quote"]["age_seconds"] >= FRESH_SECONDS
        # Nobody asks again at once.
        assert answer.json()["refresh"] is None


def coalesced(server: Server) -> int:
    counts = server.get("/api/cache/stats").json()["prefixes"]["quote"]
    told: int = counts["coalesced"]
    return told


class TestTheSameSymbolWantedByMany:
    def test_is_asked_for_once_by_overlapping_refreshes_on_both_workers(
        self, stale: tuple[Server, UpstreamServer]
    ) -> None:
        server, upstream = stale
        # Cookies are answered: a worker may have none yet.
        upstream.fault("quote", "hang")
        lists = [f"SHARED,OWN{number}" for number in range(12)]
        tasks = [server.refresh(symbols, force=False)["id"] for symbols in lists]
        assert eventually(lambda: all(status(server, task) == "running" for task in tasks))
        assert eventually(lambda: asked_for(upstream, "SHARED") == 1)
        let_go(upstream)
        for symbols, task in zip(lists, tasks, strict=True):
            assert eventually(lambda task=task: ended(server, task))  # type: ignore[misc]
            told = server.get(f"/api/tasks/{task}").json()["result"]["live_prices"]
            assert {s for s, e in told.items() if e["success"]} == set(symbols.split(","))
        assert asked_for(upstream, "SHARED") == 1
        # The others came when it was there already; workers pass their counts on once a second.
        assert eventually(lambda: 1 <= coalesced(server) <= 11)

    def test_is_not_asked_for_again_and_again_when_nobody_knows_it(
        self, stale: tuple[Server, UpstreamServer]
    ) -> None:
        server, upstream = stale
        upstream.configure(latency_ms=200)
        with ThreadPoolExecutor(12) as pool:
            results = list(
                pool.map(
                    lambda n: server.refresh(f"NOPE404,OF{n}", wait=20, force=False), range(12)
                )
            )
        errors = {result["live_prices"]["NOPE404"]["error"]["code"] for result in results}
        assert errors == {"not_found"}
        asked = asked_for(upstream, "NOPE404")
        assert server.get("/api/quote/NOPE404/cached").status_code == 404
        again = server.refresh("NOPE404", wait=20, force=False)
        assert again["live_prices"]["NOPE404"]["error"]["code"] == "not_found"
        assert asked_for(upstream, "NOPE404") == asked <= 5

    @pytest.mark.embedded("gunicorn's master tells which of its workers died")
    def test_is_fetched_by_another_worker_at_once_when_the_first_is_killed(
        self, tmp_path: Path
    ) -> None:
        with (
            UpstreamServer() as upstream,
            serving(
                tmp_path,
                **upstream.settings,
                STOCKAPP_SOURCES="yahoo",
                STOCKAPP_REQUEST_TIMEOUT_SECONDS=60,
                STOCKAPP_SYMBOL_DEADLINE_SECONDS=60,
                STOCKAPP_HEDGE_MIN_SECONDS=60,
                STOCKAPP_HEDGE_MAX_SECONDS=60,
                # So that only the waiting task can be the one to take over.
                STOCKAPP_LEASE_SECONDS=60,
            ) as server,
        ):
            upstream.fault("quote", "hang", times=1)
            server.refresh("KILLED")
            assert eventually(lambda: asked_for(upstream, "KILLED") == 1)
            assert eventually(lambda: any(w["running_tasks"] for w in server.workers()))
            busy = {worker["pid"] for worker in server.workers() if worker["running_tasks"]}
            assert len(busy) == 1
            # These go to either worker; those of the other one wait for the same symbol.
            tasks = [server.refresh(f"KILLED,W{number}")["id"] for number in range(8)]
            assert eventually(lambda: all(w["running_tasks"] for w in server.workers()), 10), (
                "no task on the other worker"
            )
            before = {worker["pid"] for worker in server.workers()}
            os.kill(busy.pop(), signal.SIGKILL)
            done: list[str] = []

            def one_has_ended() -> bool:
                done[:] = [task for task in tasks if ended(server, task)]
                return bool(done)

            assert eventually(one_has_ended)
            task = server.get(f"/api/tasks/{done[0]}").json()
            assert task["result"]["live_prices"]["KILLED"]["success"]
            # gunicorn waits long for a worker that is told to stop while it starts.
            assert eventually(lambda: bool({w["pid"] for w in server.workers()} - before))


def status(server: Server, task_id: str) -> str:
    told: str = server.get(f"/api/tasks/{task_id}").json()["status"]
    return told


def ended(server: Server, task_id: str) -> bool:
    return status(server, task_id) == "completed"


class TestManagement:
    def test_the_statistics_tell_of_all_workers(self, simulated: Server) -> None:
        simulated.refresh("LARK.SIM,QUIL.SIM", wait=20)
        for _ in range(40):
            simulated.get("/api/quote/LARK.SIM/cached")
        stats: dict[str, Any] = {}

        def told() -> bool:
            stats.update(simulated.get("/api/cache/stats").json())
            return bool(stats["prefixes"]["quote"]["hits"] >= 40)

        assert eventually(told)
        quotes = stats["prefixes"]["quote"]
        assert quotes["entries"] >= 2
        assert 0 < quotes["bytes"] < stats["bytes"] < stats["limit_bytes"] == LIMIT
        assert stats["utilisation"] == stats["bytes"] / LIMIT
        for name in ("misses", "stale_hits", "evictions", "expirations", "coalesced", "damaged"):
            assert stats[name] >= 0
        assert eventually(
            lambda: sum(w["hits"] for w in simulated.get("/api/cache/stats").json()["workers"]) > 20
        )
        assert {worker["pid"] for worker in stats["workers"]} == {
            worker["pid"] for worker in simulated.workers()
        }

    def test_a_prefix_is_cleared_for_all_workers(self, simulated: Server) -> None:
        simulated.refresh("LARK.SIM,QUIL.SIM", wait=20)
        profiles = simulated.get("/api/cache/stats").json()["prefixes"]["profile"]["entries"]
        assert simulated.delete("/api/cache/quote").json()["deleted"] >= 2

        def gone() -> bool:
            answers = [simulated.get("/api/quote/LARK.SIM/cached") for _ in range(10)]
            return {answer.status_code for answer in answers} == {202}

        # Unless the 202's own tasks were faster.
        assert gone() or simulated.get("/api/cache/stats").json()["prefixes"]["quote"]["entries"]
        after = simulated.get("/api/cache/stats").json()["prefixes"]["profile"]["entries"]
        assert after == profiles

    def test_everything_is_cleared(self, simulated: Server) -> None:
        simulated.refresh("LARK.SIM", wait=20)
        assert simulated.delete("/api/cache").json()["deleted"] >= 2

    @pytest.mark.parametrize("prefix", ["nonsense", "quote:", "..%2F..", "%00"])
    def test_an_unknown_prefix_is_a_problem_that_names_the_known_ones(
        self, simulated: Server, prefix: str
    ) -> None:
        answer = simulated.delete(f"/api/cache/{prefix}")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
        if "%2F" not in prefix:
            assert "quote, search, failure, profile" in answer.json()["detail"]

    def test_commands_tell_check_and_clear(self, tmp_path: Path) -> None:
        with serving(tmp_path) as server:
            server.refresh("LARK.SIM,QUIL.SIM", wait=20)
        code, out, _ = cache_command(server, "stats", "--json")
        assert (code, json.loads(out)["prefixes"]["quote"]["entries"]) == (0, 2)
        code, out, _ = cache_command(server, "stats")
        assert code == 0
        assert "quote" in out and f"{LIMIT:,}" in out
        code, out, _ = cache_command(server, "verify", "--json")
        assert (code, json.loads(out)["damaged"]) == (0, 0)
        damage_a_quote(server)
        code, out, _ = cache_command(server, "verify")
        assert code == 1
        assert "1 damaged" in out
        code, _, err = cache_command(server, "clear", "nonsense", "--yes")
        assert code == 4
        assert "quote, search, failure, profile" in err
        code, out, _ = cache_command(server, "clear", "quote")
        assert code == 2, "it asks first, and nobody can answer"
        code, out, _ = cache_command(server, "clear", "--yes")
        assert (code, out) == (0, "3 deleted\n")


def cache_command(server: Server, *words: str) -> tuple[int, str, str]:
    """Its exit code, and what it said."""
    app = create_app(settings_of(server), start=False)
    try:
        done = app.test_cli_runner().invoke(args=["cache", *words])
    finally:
        app.extensions["stockapp"].close()
    return done.exit_code, done.stdout, done.stderr


class TestTheFolderWhileItRuns:
    @FOLDER
    def test_the_limit_is_held(self, tmp_path: Path) -> None:
        with serving(tmp_path, STOCKAPP_CACHE_LIMIT_BYTES=20_000) as server:
            server.send_form("/lists/default/simulated")
            server.refresh(",".join(f"T{n}.SIM" for n in range(100)), wait=30)
            stats = server.get("/api/cache/stats").json()
            assert 0 < stats["bytes"] <= 20_000
            assert stats["evictions"] > 0
            folder = tmp_path / "data" / "cache"
            sizes = [path.stat().st_size for path in folder.iterdir() if path.is_file()]
            assert (len(sizes), sum(sizes)) == (stats["entries"], stats["bytes"])

    @FOLDER
    def test_trouble_is_told_served_through_and_over_by_itself(self, tmp_path: Path) -> None:
        with serving(tmp_path, WEB_CONCURRENCY=1) as server:
            server.refresh("LARK.SIM", wait=20)
            folder = tmp_path / "data" / "cache"
            folder.rename(tmp_path / "elsewhere")
            folder.write_text("no folder")
            assert server.refresh("QUIL.SIM", wait=20)["live_prices"]["QUIL.SIM"]["success"]
            quote = server.get("/api/quote/QUIL.SIM/cached")
            assert quote.status_code == 200
            health = server.get("/api/health/detailed").json()["cache"]
            assert health["status"] == "failing"
            assert health["troubles"]
            assert server.get("/api/cache/stats").json()["code"] == "cache_unavailable"
            page = server.get("/system").text
            assert "cache cannot be used" in page
            assert server.get("/").status_code == 200
            folder.unlink()
            assert eventually(
                lambda: server.get("/api/health/detailed").json()["cache"]["status"] == "ok"
            )
            assert server.get("/api/cache/stats").json()["prefixes"]["quote"]["entries"] == 1

    def test_what_was_fetched_outlasts_a_restart(self, tmp_path: Path) -> None:
        with serving(tmp_path) as server:
            server.refresh("LARK.SIM", wait=20)
            price = server.get("/api/quote/LARK.SIM/cached").json()["quote"]["price"]
            server.stop(signal.SIGKILL)
            server.start()
            quote = server.get("/api/quote/LARK.SIM/cached").json()["quote"]
            assert (quote["price"], quote["freshness"]) == (price, "fresh")
