"""What every AccessStore does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from stockapp.domain.access import Scope, Session, Token, TokenExists
from stockapp.domain.event import ACCESS_TOPIC
from stockapp.ports import AccessStore, EventLog

from .backends import Backends, SetClock

NOW = SetClock().at
LATER = NOW + timedelta(days=1)


def a_session(id: str) -> Session:
    return Session(id, NOW, NOW, LATER, "192.0.2.1", "Firefox on Linux, é")


def a_token(id: str, name: str = "cron", scope: Scope = Scope.READ) -> Token:
    return Token(id, name, scope, NOW, LATER)


def told(log: EventLog) -> list[str]:
    return [event.data["id"] for event in log.since(0, topic=ACCESS_TOPIC)]


class AccessStoreContract:
    def test_a_session_is_found_by_its_digest_on_every_worker(
        self, access: AccessStore, other: Backends
    ) -> None:
        access.open_session(a_session("s"), "digest")
        assert other.access.find_session("digest") == a_session("s")
        assert access.find_session("another") is None
        assert access.find_session("s") is None

    def test_the_session_that_was_used_last_is_the_first(self, access: AccessStore) -> None:
        for id in ("a", "b", "c"):
            access.open_session(a_session(id), f"digest of {id}")
        access.use_session("b", NOW + timedelta(seconds=5))
        assert [one.id for one in access.sessions()] == ["b", "a", "c"]
        used = access.find_session("digest of b")
        assert used == replace(a_session("b"), last_used_at=NOW + timedelta(seconds=5))

    def test_an_earlier_use_that_is_noted_late_changes_nothing(self, access: AccessStore) -> None:
        access.open_session(a_session("s"), "digest")
        access.create_token(a_token("t"), "digest")
        for seconds in (5, 3):
            access.use_session("s", NOW + timedelta(seconds=seconds))
            access.use_token("t", NOW + timedelta(seconds=seconds))
        assert access.sessions()[0].last_used_at == NOW + timedelta(seconds=5)
        assert access.tokens()[0].last_used_at == NOW + timedelta(seconds=5)

    def test_what_has_ended_is_not_used(self, access: AccessStore) -> None:
        access.use_session("s", NOW)
        access.use_token("t", NOW)
        assert (access.sessions(), access.tokens()) == ([], [])

    def test_ended_sessions_are_gone_and_told(
        self, access: AccessStore, other: Backends, log: EventLog
    ) -> None:
        for id in ("a", "b", "c"):
            access.open_session(a_session(id), f"digest of {id}")
        assert other.access.end_sessions(["a", "nothing", "c"]) == ["a", "c"]
        assert access.find_session("digest of a") is None
        assert [one.id for one in access.sessions()] == ["b"]
        assert told(log) == ["a", "c"]
        assert access.end_sessions([]) == []

    def test_another_password_ends_all_sessions_and_no_token(
        self, access: AccessStore, log: EventLog
    ) -> None:
        assert access.password_hash() is None
        assert access.change_password("one", instead_of=None)
        access.open_session(a_session("s"), "digest")
        access.create_token(a_token("t"), "digest")
        assert access.change_password("two", instead_of="one")
        assert access.password_hash() == "two"
        assert access.sessions() == []
        assert [token.id for token in access.tokens()] == ["t"]
        assert told(log) == ["s"]

    def test_a_password_that_another_worker_changed_first_is_left_alone(
        self, access: AccessStore, other: Backends
    ) -> None:
        access.change_password("one", instead_of=None)
        access.open_session(a_session("s"), "digest")
        assert not other.access.change_password("two", instead_of=None)
        assert not other.access.change_password("two", instead_of="zero")
        assert access.password_hash() == "one"
        assert access.find_session("digest") is not None

    def test_of_workers_that_set_the_first_password_at_once_one_does(
        self, access: AccessStore, other: Backends, threads: ThreadPoolExecutor
    ) -> None:
        stores = (access, other.access) * 4
        done = threads.map(lambda store: store.change_password("one", instead_of=None), stores)
        assert sum(done) == 1

    def test_a_token_is_kept_as_it_was_made(self, access: AccessStore, other: Backends) -> None:
        forever = Token("f", "for ever", Scope.FULL, NOW)
        access.create_token(a_token("t"), "digest")
        access.create_token(forever, "another")
        assert other.access.find_token("digest") == a_token("t")
        assert other.access.find_token("another") == forever
        assert other.access.find_token("t") is None
        assert set(other.access.tokens()) == {a_token("t"), forever}

    def test_tokens_are_told_in_the_order_in_which_they_were_made(
        self, access: AccessStore
    ) -> None:
        for number, name in enumerate(("z", "a", "m")):
            at = NOW + timedelta(seconds=number)
            access.create_token(replace(a_token(name, name), created_at=at), name)
        assert [token.name for token in access.tokens()] == ["z", "a", "m"]

    def test_a_name_is_given_once(self, access: AccessStore, other: Backends) -> None:
        access.create_token(a_token("t", "cron"), "digest")
        with pytest.raises(TokenExists, match="cron"):
            other.access.create_token(a_token("u", "cron"), "another")
        assert access.find_token("another") is None

    def test_a_revoked_token_is_gone_and_told_and_its_name_is_free(
        self, access: AccessStore, other: Backends, log: EventLog
    ) -> None:
        access.create_token(a_token("t"), "digest")
        assert other.access.revoke_token("t")
        assert not access.revoke_token("t")
        assert access.find_token("digest") is None
        assert told(log) == ["t"]
        access.create_token(a_token("u"), "another")
        assert [token.id for token in access.tokens()] == ["u"]
