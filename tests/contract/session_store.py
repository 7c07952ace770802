"""What every SessionStore does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from stockapp.ports import EventLog, SessionStore, TokenStore

from .access import NOW, a_session, a_token, told
from .backends import Backends


class SessionStoreContract:
    def test_a_session_is_found_by_its_digest_on_every_worker(
        self, sessions: SessionStore, other: Backends
    ) -> None:
        sessions.open_session(a_session("s"), "digest")
        assert other.sessions.find_session("digest") == a_session("s")
        assert sessions.find_session("another") is None
        assert sessions.find_session("s") is None

    def test_the_session_that_was_used_last_is_the_first(self, sessions: SessionStore) -> None:
        for id in ("a", "b", "c"):
            sessions.open_session(a_session(id), f"digest of {id}")
        sessions.use_session("b", NOW + timedelta(seconds=5))
        assert [one.id for one in sessions.sessions()] == ["b", "a", "c"]
        used = sessions.find_session("digest of b")
        assert used == replace(a_session("b"), last_used_at=NOW + timedelta(seconds=5))

    def test_an_earlier_use_that_is_noted_late_changes_nothing(
        self, sessions: SessionStore
    ) -> None:
        sessions.open_session(a_session("s"), "digest")
        for seconds in (5, 3):
            sessions.use_session("s", NOW + timedelta(seconds=seconds))
        assert sessions.sessions()[0].last_used_at == NOW + timedelta(seconds=5)

    def test_what_has_ended_is_not_used(self, sessions: SessionStore) -> None:
        sessions.open_session(a_session("s"), "digest")
        sessions.end_sessions(["s"])
        sessions.use_session("s", NOW)
        assert sessions.sessions() == []
        assert sessions.find_session("digest") is None

    def test_ended_sessions_are_gone_and_told(
        self, sessions: SessionStore, other: Backends, log: EventLog
    ) -> None:
        for id in ("a", "b", "c"):
            sessions.open_session(a_session(id), f"digest of {id}")
        assert other.sessions.end_sessions(["a", "nothing", "c", "a"]) == ["a", "c"]
        assert sessions.find_session("digest of a") is None
        assert [one.id for one in sessions.sessions()] == ["b"]
        assert told(log) == ["a", "c"]
        assert sessions.end_sessions([]) == []

    def test_another_password_ends_all_sessions_and_no_token(
        self, sessions: SessionStore, tokens: TokenStore, log: EventLog
    ) -> None:
        assert sessions.password_hash() is None
        assert sessions.change_password("one", instead_of=None)
        for id in ("a", "b"):
            sessions.open_session(a_session(id), f"digest of {id}")
        tokens.create_token(a_token("t"), "digest")
        assert sessions.change_password("two", instead_of="one")
        assert sessions.password_hash() == "two"
        assert sessions.sessions() == []
        assert sessions.find_session("digest of a") is None
        assert [token.id for token in tokens.tokens()] == ["t"]
        assert sorted(told(log)) == ["a", "b"]

    def test_a_session_under_the_new_password_stays(self, sessions: SessionStore) -> None:
        sessions.change_password("one", instead_of=None)
        sessions.open_session(a_session("before"), "digest of before")
        sessions.change_password("two", instead_of="one")
        sessions.open_session(a_session("after"), "digest of after")
        assert [one.id for one in sessions.sessions()] == ["after"]

    def test_a_password_that_another_worker_changed_first_is_left_alone(
        self, sessions: SessionStore, other: Backends
    ) -> None:
        sessions.change_password("one", instead_of=None)
        sessions.open_session(a_session("s"), "digest")
        assert not other.sessions.change_password("two", instead_of=None)
        assert not other.sessions.change_password("two", instead_of="zero")
        assert sessions.password_hash() == "one"
        assert sessions.find_session("digest") is not None

    def test_of_workers_that_set_the_first_password_at_once_one_does(
        self, sessions: SessionStore, other: Backends, threads: ThreadPoolExecutor
    ) -> None:
        stores = (sessions, other.sessions) * 4
        done = threads.map(lambda store: store.change_password("one", instead_of=None), stores)
        assert sum(done) == 1
