"""What the distributed set promises of sessions, tokens and secrets beyond the ports."""

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from redis import Redis

from stockapp.backends.distributed import migrations
from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.postgres import PostgresDatabase
from stockapp.backends.distributed.sessions import RedisSessionStore
from stockapp.backends.distributed.shared_secret import shared_secret
from stockapp.backends.sql.tokens import SqlTokenStore
from stockapp.backends.sql.watchlists import SqlWatchlistStore
from stockapp.domain.access import Session
from tests.free_port import free_port
from tests.postgres_server import PostgresServer
from tests.redis_server import RedisServer

from .access import NOW, a_session, a_token, told
from .backends import SetClock

PATIENCE = 20.0


@pytest.fixture
def link(redis_server: RedisServer) -> Iterator[RedisLink]:
    link = RedisLink(redis_server.url, f"test*[{uuid.uuid4().hex}]:")
    yield link
    link.close()


@pytest.fixture
def store(link: RedisLink, clock: SetClock) -> RedisSessionStore:
    return RedisSessionStore(link, clock)


@pytest.fixture
def redis(redis_server: RedisServer) -> Iterator[Redis]:
    with Redis.from_url(redis_server.url, decode_responses=True) as client:
        yield client


@pytest.fixture
def url(postgres_server: PostgresServer) -> str:
    """The address of a new database."""
    return postgres_server.make(uuid.uuid4().hex)


@pytest.fixture
def new_node(link: RedisLink, url: str) -> Iterator[Callable[[], PostgresDatabase]]:
    """Opens the database as one more node does."""
    opened: list[PostgresDatabase] = []

    def open_one() -> PostgresDatabase:
        opened.append(PostgresDatabase(url, RedisEventLog(link)))
        return opened[-1]

    yield open_one
    for database in opened:
        database.close()


def over(id: str) -> Session:
    """A session that Redis drops after a blink."""
    return replace(a_session(id), expires_at=NOW - timedelta(seconds=59.9))


def names_in(redis: Redis) -> set[str]:
    return set(map(str, redis.keys()))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)


class TestSessionsInRedis:
    def test_nothing_stays_of_a_session_that_is_long_over(
        self, store: RedisSessionStore, link: RedisLink, redis: Redis
    ) -> None:
        store.open_session(over("s"), "digest")
        names = [link.key("sessions"), link.key("session:digest")]
        wait_until(lambda: redis.exists(*names) == 0)
        assert store.find_session("digest") is None
        assert store.sessions() == []

    def test_nothing_stays_of_sessions_that_were_ended(
        self, store: RedisSessionStore, link: RedisLink, redis: Redis
    ) -> None:
        for end in (
            lambda: store.end_sessions(["s"]),
            lambda: store.change_password("one", instead_of=None),
        ):
            store.open_session(a_session("s"), "digest")
            assert end()
            assert redis.exists(link.key("sessions"), link.key("session:digest")) == 0

    def test_one_whose_time_is_not_over_is_not_dropped_with_another(
        self, store: RedisSessionStore, link: RedisLink, redis: Redis
    ) -> None:
        store.open_session(a_session("long"), "digest of long")
        store.open_session(over("short"), "digest of short")
        wait_until(lambda: not redis.exists(link.key("session:digest of short")))
        assert store.sessions() == [a_session("long")]
        assert store.find_session("digest of long") == a_session("long")
        # Until a little after its end.
        assert redis.pttl(link.key("session:digest of long")) > 1000 * 86_400
        assert redis.pttl(link.key("sessions")) > 1000 * 86_400

    def test_dropped_sessions_leave_the_index_at_the_next_login(
        self, store: RedisSessionStore, link: RedisLink, redis: Redis
    ) -> None:
        store.open_session(a_session("long"), "digest of long")
        store.open_session(over("short"), "digest of short")
        wait_until(lambda: not redis.exists(link.key("session:digest of short")))
        store.open_session(a_session("new"), "digest of new")
        assert set(redis.hkeys(link.key("sessions"))) == {"long", "new"}

    def test_a_dropped_session_is_neither_used_nor_ended(
        self, store: RedisSessionStore, link: RedisLink, redis: Redis
    ) -> None:
        store.open_session(a_session("s"), "digest")
        redis.delete(link.key("session:digest"))
        store.use_session("s", NOW + timedelta(seconds=1))
        assert not redis.exists(link.key("session:digest"))
        assert store.end_sessions(["s"]) == []
        assert told(RedisEventLog(link)) == []

    def test_a_session_that_could_not_be_ended_is_none(
        self, store: RedisSessionStore, link: RedisLink, redis: Redis
    ) -> None:
        store.open_session(a_session("s"), "digest")
        # As where Redis was told to make room by forgetting.
        redis.delete(link.key("sessions"))
        assert store.find_session("digest") is None

    def test_ids_are_told_as_they_are(self, store: RedisSessionStore, link: RedisLink) -> None:
        ids = ['"', "\\", "é/\U0001f600", "\x00"]
        for id in ids:
            store.open_session(a_session(id), f"digest of {id}")
        store.end_sessions(ids)
        assert told(RedisEventLog(link)) == ids

    def test_two_installations_on_one_server_do_not_meet(
        self, store: RedisSessionStore, redis: Redis, redis_server: RedisServer, clock: SetClock
    ) -> None:
        store.change_password("one", instead_of=None)
        store.open_session(a_session("s"), "digest")
        before = names_in(redis)
        with closing(RedisLink(redis_server.url, f"{uuid.uuid4().hex}:")) as link:
            another = RedisSessionStore(link, clock)
            assert another.change_password("another", instead_of=None)
            another.open_session(a_session("t"), "digest")
            another.end_sessions(["t", "s"])
            assert another.find_session("digest") is None
            assert all(name.startswith(link.prefix) for name in names_in(redis) - before)
        assert store.sessions() == [a_session("s")]
        assert store.password_hash() == "one"


class TestTokensInPostgres:
    def test_one_that_is_revoked_while_redis_is_away_is_told_by_whoever_reaches_it(
        self, new_node: Callable[[], PostgresDatabase], url: str, link: RedisLink, clock: SetClock
    ) -> None:
        with (
            closing(RedisLink(f"redis://127.0.0.1:{free_port()}/0", link.prefix)) as nowhere,
            closing(PostgresDatabase(url, RedisEventLog(nowhere))) as database,
        ):
            tokens = SqlTokenStore(database, clock)
            tokens.create_token(a_token("t"), "digest")
            assert tokens.revoke_token("t")
        node = new_node()
        node.relay()
        assert told(RedisEventLog(link)) == ["t"]
        assert SqlTokenStore(node, clock).find_token("digest") is None

    def test_tables_from_before_there_were_tokens_get_them_and_keep_what_they_hold(
        self,
        new_node: Callable[[], PostgresDatabase],
        clock: SetClock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        SqlWatchlistStore(new_node(), clock).create("Tech")
        monkeypatch.undo()
        node = new_node()
        SqlTokenStore(node, clock).create_token(a_token("t"), "digest")
        assert SqlTokenStore(new_node(), clock).tokens() == [a_token("t")]
        assert [one.title for one in SqlWatchlistStore(node, clock).lists()] == [
            "Watchlist",
            "Tech",
        ]


class TestTheSharedSecret:
    def test_nodes_that_start_at_the_same_instant_have_the_same(
        self, new_node: Callable[[], PostgresDatabase], threads: ThreadPoolExecutor
    ) -> None:
        found = set(threads.map(shared_secret, [new_node() for _ in range(8)]))
        assert [len(secret) for secret in found] == [32]
        assert shared_secret(new_node()) in found

    def test_each_database_has_its_own(
        self,
        new_node: Callable[[], PostgresDatabase],
        postgres_server: PostgresServer,
        link: RedisLink,
    ) -> None:
        url = postgres_server.make(uuid.uuid4().hex)
        with closing(PostgresDatabase(url, RedisEventLog(link))) as another:
            assert shared_secret(another) != shared_secret(new_node())
