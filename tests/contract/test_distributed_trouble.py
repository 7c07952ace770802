"""Servers that do not answer cost the wait once, and what was read stays readable."""

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress

import psycopg
import pytest

from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.fuse import Fuse
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.postgres import PostgresDatabase
from stockapp.backends.distributed.remembered import (
    RememberedWatchlists,
    ShownLog,
    ShownState,
    ShownTasks,
)
from stockapp.backends.distributed.servers import Servers
from stockapp.backends.distributed.shared_state import RedisSharedState
from stockapp.backends.distributed.tasks import RedisTaskStore
from stockapp.backends.sql.watchlists import SqlWatchlistStore
from stockapp.domain.event import EventType
from stockapp.domain.task import Item, ItemState, NewTask, Progress
from stockapp.domain.watchlist import WatchlistItem
from stockapp.ports import StoreTrouble
from tests.postgres_server import PostgresServer
from tests.redis_server import RedisServer

from .backends import SetClock

# Far less than it would take if each of so many tries waited for a server that does not answer.
TRIES, AT_ONCE_SECONDS = 20, 10.0


@pytest.fixture
def link(redis: RedisServer) -> Iterator[RedisLink]:
    link = RedisLink(redis.url, "trouble:")
    yield link
    link.close()


def test_a_fuse_that_is_blown_lets_nobody_wait_but_who_looks() -> None:
    fuse = Fuse()
    fuse.guard(probing=False)
    fuse.blow("it does not answer")
    with pytest.raises(StoreTrouble, match="it does not answer"):
        fuse.guard(probing=False)
    fuse.guard(probing=True)
    with pytest.raises(StoreTrouble):
        fuse.guard(probing=False)
    fuse.mend()
    fuse.guard(probing=False)


def test_where_nobody_looks_whether_the_server_is_back_the_next_one_does_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    fuse = Fuse()
    fuse.blow("gone")
    now[0] += 1.6
    fuse.guard(probing=False)
    with pytest.raises(StoreTrouble):
        fuse.guard(probing=False)


class TestAFrozenRedis:
    def test_is_waited_for_once_and_used_again_when_somebody_saw_that_it_is_back(
        self, redis: RedisServer, link: RedisLink
    ) -> None:
        log = RedisEventLog(link)
        assert log.last_id() == 0
        redis.freeze()
        with pytest.raises(StoreTrouble, match="Redis does not answer"):
            log.last_id()
        since = time.monotonic()
        for _ in range(TRIES):
            with pytest.raises(StoreTrouble, match="Redis does not answer"):
                log.last_id()
        assert time.monotonic() - since < AT_ONCE_SECONDS
        redis.thaw()
        link.probe()
        assert log.last_id() == 0

    def test_what_pages_show_is_as_it_was(self, redis: RedisServer, link: RedisLink) -> None:
        clock = SetClock()
        tasks, log, facts = ShownTasks(link, clock), ShownLog(link), ShownState(link, clock)
        RedisTaskStore(link, clock).create(
            NewTask("t", "kind", {}, "key", (Item("A", ItemState.QUEUED),))
        )
        RedisSharedState(link, clock).put_many({"fact:a": {"n": 1}}, 60)
        before = tasks.recent(), log.last_id(), facts.scan("fact:")
        assert [task.id for task in before[0]] == ["t"]
        assert before[1:] == (1, {"fact:a": {"n": 1}})
        redis.stop()
        assert (tasks.recent(), log.last_id(), facts.scan("fact:")) == before
        # What was never read, or decides over work, is not made up.
        assert tasks.recent(kind="other") == []
        assert facts.scan("other:") == {}
        assert (tasks.active_states("kind", ["A"]), tasks.items("t")) == ({}, [])
        for change in (
            lambda: tasks.get("t"),
            lambda: tasks.claim("worker", 5),
            lambda: facts.put_many({"fact:b": {}}, 60),
        ):
            with pytest.raises(StoreTrouble):
                change()

    def test_that_makes_the_record_after_all_is_told_it_once(
        self, redis: RedisServer, link: RedisLink
    ) -> None:
        clock = SetClock()
        tasks, log = RedisTaskStore(link, clock), RedisEventLog(link)
        tasks.create(NewTask("t", "kind", {}, "key", (Item("A", ItemState.QUEUED),)))
        tasks.claim("worker", 600)
        done = [Item("A", ItemState.OK, {"n": 1})]
        redis.freeze()
        with pytest.raises(StoreTrouble):
            tasks.record("t", "worker", done, Progress(1, 1))
        redis.thaw()
        link.probe()
        assert tasks.record("t", "worker", done, Progress(1, 1))
        assert [e.type for e in log.since(0)].count(EventType.ITEM) == 1


class TestAFrozenPostgres:
    def test_is_waited_for_once_and_lists_stay_as_they_were(
        self, postgres_server: PostgresServer, link: RedisLink
    ) -> None:
        clock = SetClock()
        database = PostgresDatabase(postgres_server.make(uuid.uuid4().hex), RedisEventLog(link))
        lists, servers = RememberedWatchlists(database, clock), Servers(link, database)
        lists.add("default", [WatchlistItem("A", clock.now())])
        before = lists.lists(), lists.items("default"), lists.names()
        postgres_server.freeze()
        try:
            assert (lists.lists(), lists.items("default"), lists.names()) == before
            assert servers.trouble == "PostgreSQL cannot be reached"
            since = time.monotonic()
            for _ in range(TRIES):
                assert lists.get("default", "A") == before[1][0]
                assert lists.find("default") == before[0][0]
                with pytest.raises(StoreTrouble):
                    lists.remove("default", ["A"])
            with pytest.raises(StoreTrouble):
                lists.items("never read")
            assert time.monotonic() - since < AT_ONCE_SECONDS
        finally:
            postgres_server.thaw()
        until = time.monotonic() + 30
        while servers.trouble and time.monotonic() < until:
            threading.Event().wait(0.2)
        assert servers.trouble is None
        lists.remove("default", ["A"])
        assert lists.items("default") == []
        database.close()


class TestAPostgresThatOnlyReads:
    """As after a failover, where the address leads to a standby."""

    def test_shows_lists_and_refuses_changes_until_it_is_over(
        self, postgres_server: PostgresServer, link: RedisLink
    ) -> None:
        clock, name = SetClock(), uuid.uuid4().hex
        with closing(PostgresDatabase(postgres_server.make(name), RedisEventLog(link))) as database:
            lists = SqlWatchlistStore(database, clock)
            lists.add("default", [WatchlistItem("A", clock.now())])
            only_reads(postgres_server, name, "on")
            with pytest.raises(StoreTrouble, match=r"^PostgreSQL is read-only at present$"):
                lists.remove("default", ["A"])
            # Those who only read are not kept from it.
            assert [item.symbol for item in lists.items("default")] == ["A"]
            only_reads(postgres_server, name, "off")
            # Connections from before it was over are not used for ever.
            until = time.monotonic() + 30
            while lists.items("default") and time.monotonic() < until:
                with suppress(StoreTrouble):
                    lists.remove("default", ["A"])
            assert lists.items("default") == []

    def test_is_why_a_node_does_not_start(
        self, postgres_server: PostgresServer, link: RedisLink
    ) -> None:
        name = uuid.uuid4().hex
        url = postgres_server.make(name)
        only_reads(postgres_server, name, "on")
        with (
            closing(PostgresDatabase(url, RedisEventLog(link))) as database,
            pytest.raises(StoreTrouble, match=r"^PostgreSQL is read-only at present$"),
        ):
            database.knock()


def only_reads(postgres_server: PostgresServer, name: str, value: str) -> None:
    """New connections to the database do, or no longer do; those that there are end."""
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')
        if value == "on":
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (name,),
            )


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("XX001", r"PostgreSQL refuses it \(DataCorrupted\)"),
        ("53400", r"PostgreSQL refuses it \(ConfigurationLimitExceeded\)"),
        ("53100", "the disk of PostgreSQL is full"),
        ("57P01", "PostgreSQL cannot be reached"),
    ],
)
def test_what_ails_postgresql_is_told_without_where_it_is(
    postgres_server: PostgresServer, link: RedisLink, state: str, words: str
) -> None:
    ailing = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"
    url = postgres_server.make(uuid.uuid4().hex)
    with (
        closing(PostgresDatabase(url, RedisEventLog(link))) as database,
        pytest.raises(StoreTrouble, match=f"^{words}$"),
    ):
        database.read(lambda transaction: transaction.execute(ailing))
