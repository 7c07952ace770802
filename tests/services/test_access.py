"""Sessions, tokens and the password, by a clock that a test sets."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from stockapp.domain.access import Scope, TokenExists, digest
from stockapp.ports import Executor, StoreTrouble, TokenStore
from stockapp.services.access import (
    MOST_TOKENS,
    NOTED_SECONDS,
    REMEMBERED_SECONDS,
    Access,
    InvalidToken,
    Lifetimes,
    TooManyTokens,
)
from stockapp.services.passwords import Passwords, hashed
from tests.contract.backends import Backends, SetClock
from tests.contract.embedded import open_embedded

# Made with as little work as argon2 can do; `hashed` takes what people's deserve.
OPEN_SESAME = (
    "$argon2id$v=19$m=8,t=1,p=1$oXIDFticsEqy6+QKH+jHcw$xTJPlSefcE0ybzkbyqC5lAmQyrXVNSgU4iva34l16WU"
)
ANOTHER_ONE = (
    "$argon2id$v=19$m=8,t=1,p=1$NCIHF3ZzVvgZj8ShqmWrlA$AmPEhqVJholedmNI3vT6L96AOtbglFl7LBIYvZ2AGOg"
)
IDLE, ABSOLUTE = 1_000.0, 5_000.0


class Worker:
    """One worker, with the password of its settings."""

    def __init__(self, backends: Backends, clock: SetClock, password: str) -> None:
        self.backends = backends
        self.passwords = Passwords(password, backends.sessions, backends.executor)
        self.access = self.with_tokens(backends.tokens, clock)

    def with_tokens(self, tokens: TokenStore, clock: SetClock) -> Access:
        lifetimes = Lifetimes(IDLE, ABSOLUTE)
        return Access(self.backends.sessions, tokens, self.passwords, clock, lifetimes)

    def hear(self) -> None:
        """As the follower of the event log does."""
        for event in self.backends.log.since(0):
            self.access.on_event(event)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def new_worker(tmp_path: Path, clock: SetClock) -> Iterator[Callable[..., Worker]]:
    opened = []

    def make(password: str = OPEN_SESAME) -> Worker:
        opened.append(open_embedded(tmp_path, clock))
        return Worker(opened[-1], clock, password)

    yield make
    for backends in opened:
        backends.close()


@pytest.fixture
def worker(new_worker: Callable[..., Worker]) -> Worker:
    return new_worker()


@pytest.fixture
def access(worker: Worker) -> Access:
    return worker.access


def test_the_password_is_right_and_all_others_are_wrong(access: Access) -> None:
    assert access.is_password("open sesame")
    for typed in ("", "open sesam", "open sesame ", "Open sesame", OPEN_SESAME, "\udcff"):
        assert not access.is_password(typed)


class Counting:
    """Counts what is run in native threads."""

    def __init__(self, executor: Executor) -> None:
        self.calls = 0
        self._executor = executor

    def run_blocking(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        return self._executor.run_blocking(*args, **kwargs)


def test_a_wrong_password_takes_the_same_steps_as_the_right_one(worker: Worker) -> None:
    worker.passwords.settle()
    executor = Counting(worker.backends.executor)
    passwords = Passwords(OPEN_SESAME, worker.backends.sessions, cast("Executor", executor))
    for typed in ("open sesame", "", "x", "x" * 10_000):
        before = executor.calls
        passwords.is_right(typed)
        assert executor.calls == before + 1, typed


def test_a_plain_password_is_kept_as_an_argon2id_hash_alone(
    new_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    worker = new_worker("plain and simple")
    assert worker.access.is_password("plain and simple")
    kept = worker.backends.sessions.password_hash()
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    worker.backends.close()
    held = b"".join(path.read_bytes() for path in tmp_path.glob("stockapp.sqlite3*"))
    assert b"plain and simple" not in held


def test_the_same_letters_are_the_same_password_however_they_are_written(
    new_worker: Callable[..., Worker],
) -> None:
    worker = new_worker(hashed("Cafe\u0301 au lait"))
    assert worker.access.is_password("Caf\u00e9 au lait")


def test_workers_with_the_same_plain_password_share_sessions(
    new_worker: Callable[..., Worker],
) -> None:
    secret = new_worker("plain and simple").access.open_session("", "")
    assert new_worker("plain and simple").access.of_session(secret)


@pytest.mark.parametrize("password", [ANOTHER_ONE, "another one"])
def test_another_password_ends_all_sessions(
    new_worker: Callable[..., Worker], password: str
) -> None:
    before = new_worker().access
    assert before.is_password("open sesame")
    secret = before.open_session("", "")
    after = new_worker(password).access
    assert after.of_session(secret) is None
    assert after.is_password("another one")
    assert not after.is_password("open sesame")


def test_a_session_is_known_by_its_secret_and_not_by_its_id(access: Access) -> None:
    secret = access.open_session("192.0.2.1", "Firefox")
    known = access.of_session(secret)
    assert known is not None
    assert known.is_session
    assert known.scope is Scope.FULL
    for guess in (known.id, digest(secret), secret[:-1], secret + "=", "", "\udcff"):
        assert access.of_session(guess) is None


def test_secrets_are_long_differ_and_are_not_kept(worker: Worker, tmp_path: Path) -> None:
    sessions = {worker.access.open_session("", "") for _ in range(3)}
    tokens = {worker.access.create_token(f"t{n}", Scope.READ)[1] for n in range(3)}
    assert len(sessions | tokens) == 6
    # 256 bits, six to a letter.
    assert {len(secret) for secret in sessions} == {43}
    assert all(secret.startswith("stk_") and len(secret) == 47 for secret in tokens)
    worker.backends.close()
    held = b"".join(path.read_bytes() for path in tmp_path.glob("stockapp.sqlite3*"))
    assert not any(secret.encode() in held for secret in sessions | tokens)


def test_a_session_that_is_not_used_ends(access: Access, clock: SetClock) -> None:
    secret = access.open_session("", "")
    clock.advance(IDLE - 1)
    assert access.of_session(secret)
    clock.advance(IDLE - 1)
    assert access.of_session(secret)
    clock.advance(IDLE)
    assert access.of_session(secret) is None
    assert access.sessions() == []


def test_a_session_ends_however_much_it_is_used(access: Access, clock: SetClock) -> None:
    secret = access.open_session("", "")
    for _ in range(9):
        clock.advance(ABSOLUTE / 10)
        assert access.of_session(secret)
    clock.advance(ABSOLUTE / 10 - 1)
    assert access.of_session(secret)
    # Remembered or not.
    clock.advance(1)
    assert access.of_session(secret) is None


@pytest.mark.parametrize("of", ["session", "token"])
def test_who_was_let_in_stays_so_while_the_database_is_away_and_nobody_else_comes(
    worker: Worker, clock: SetClock, of: str
) -> None:
    access = worker.access
    secret = access.open_session("", "")
    if of == "token":
        _, secret = access.create_token("a", Scope.READ)
    ask = access.of_session if of == "session" else access.of_token
    known = ask(secret)
    assert known is not None
    worker.backends.close()
    clock.advance(REMEMBERED_SECONDS + 1)
    assert ask(secret) == known
    with pytest.raises(StoreTrouble):
        ask("another")
    if of == "session":
        clock.advance(IDLE)
        with pytest.raises(StoreTrouble):
            ask(secret)


def test_what_is_over_is_removed_at_the_next_login(worker: Worker, clock: SetClock) -> None:
    worker.access.open_session("", "")
    clock.advance(IDLE)
    worker.access.open_session("", "")
    assert len(worker.backends.sessions.sessions()) == 1


def test_uses_are_noted_once_a_minute(worker: Worker, clock: SetClock) -> None:
    secret = worker.access.open_session("", "")
    _, token = worker.access.create_token("cron", Scope.READ)
    start = clock.at
    for _ in range(int(NOTED_SECONDS / 10)):
        worker.access.of_session(secret)
        worker.access.of_token(token)
        clock.advance(10)
    assert worker.access.sessions()[0].last_used_at == start
    assert worker.access.tokens()[0].last_used_at == start
    worker.access.of_session(secret)
    worker.access.of_token(token)
    assert worker.access.sessions()[0].last_used_at == clock.at
    assert worker.access.tokens()[0].last_used_at == clock.at


def test_an_ended_session_is_refused_at_once_here_and_as_soon_as_it_is_heard_of_elsewhere(
    worker: Worker, new_worker: Callable[..., Worker]
) -> None:
    other = new_worker()
    secret = worker.access.open_session("", "")
    known = worker.access.of_session(secret)
    assert known == other.access.of_session(secret)
    assert known is not None
    ended: list[str] = []
    other.access.ended.append(ended.append)
    assert worker.access.end_session(known.id)
    assert worker.access.of_session(secret) is None
    other.hear()
    assert other.access.of_session(secret) is None
    assert ended == [known.id]


def test_without_hearing_of_it_a_worker_believes_for_a_few_seconds(
    worker: Worker, new_worker: Callable[..., Worker], clock: SetClock
) -> None:
    other = new_worker()
    token, secret = worker.access.create_token("cron", Scope.FULL)
    assert other.access.of_token(secret)
    worker.access.revoke_token(token.id)
    assert worker.access.of_token(secret) is None
    assert other.access.of_token(secret)
    clock.advance(REMEMBERED_SECONDS)
    assert other.access.of_token(secret) is None


def test_what_was_looked_up_before_it_ended_is_not_remembered_after(
    worker: Worker, clock: SetClock
) -> None:
    token, secret = worker.access.create_token("cron", Scope.FULL)
    store = worker.backends.tokens

    class Slow:
        """A store whose answer is overtaken by a revocation."""

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def find_token(self, key: str) -> Any:
            found = store.find_token(key)
            racing.revoke_token(token.id)
            return found

    racing = worker.with_tokens(cast("TokenStore", Slow()), clock)
    racing.of_token(secret)
    assert racing.of_token(secret) is None


def test_the_other_sessions_can_be_ended_together(access: Access) -> None:
    mine, *others = (access.open_session("", "") for _ in range(3))
    known = access.of_session(mine)
    assert known is not None
    assert access.end_others(known.id) == 2
    assert access.of_session(mine) == known
    assert [access.of_session(secret) for secret in others] == [None, None]


def test_a_token_has_the_scope_it_was_made_with(access: Access) -> None:
    for scope in Scope:
        _, secret = access.create_token(f"of {scope}", scope)
        known = access.of_token(secret)
        assert known is not None
        assert known.scope is scope
        assert not known.is_session
        assert access.of_session(secret) is None


def test_a_token_ends_with_its_days(access: Access, clock: SetClock) -> None:
    token, secret = access.create_token("for a day", Scope.READ, days=1)
    clock.advance(86_400 - 1)
    known = access.of_token(secret)
    assert known is not None
    assert not access.is_over(known)
    # Remembered or not.
    clock.advance(1)
    assert access.of_token(secret) is None
    assert access.is_over(known)
    assert access.tokens() == [replace(token, last_used_at=clock.at - timedelta(seconds=1))]


def test_it_is_known_when_a_session_is_over(access: Access, clock: SetClock) -> None:
    known = access.of_session(access.open_session("", ""))
    assert known is not None
    assert not access.is_over(known)
    clock.advance(IDLE)
    assert access.is_over(known)
    access.end_session(known.id)
    assert access.is_over(known)


@pytest.mark.parametrize(
    ("name", "days"), [("", None), ("  ", None), ("x" * 101, None), ("a\x00b", None), ("x", 0)]
)
def test_a_token_that_cannot_be_is_refused(access: Access, name: str, days: int | None) -> None:
    with pytest.raises(InvalidToken):
        access.create_token(name, Scope.READ, days)
    assert access.tokens() == []


def test_a_name_is_taken_once_and_there_are_so_many_tokens(access: Access) -> None:
    access.create_token(" the  same ", Scope.READ)
    with pytest.raises(TokenExists):
        access.create_token("the same", Scope.FULL)
    for number in range(MOST_TOKENS - 1):
        access.create_token(str(number), Scope.READ)
    with pytest.raises(TooManyTokens):
        access.create_token("one more", Scope.READ)
