"""The one password: checking what is typed, and noticing that it was changed."""

import threading
import unicodedata
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from stockapp.domain.access import HASH_MARK, LEAST_PASSWORD
from stockapp.ports import Executor, SessionStore

P = ParamSpec("P")
T = TypeVar("T")

# Each check takes 64 MB for its time: so many a worker run at once, others wait for their turn.
_AT_ONCE = 2


class TooShort(ValueError):
    """A password of so few characters can be guessed."""

    def __init__(self) -> None:
        super().__init__(f"A password has at least {LEAST_PASSWORD} characters.")


def chosen(password: str) -> str:
    """The hash of a password that somebody thought of, for the settings. Raises TooShort."""
    if len(password) < LEAST_PASSWORD:
        raise TooShort
    return hashed(password)


def hashed(password: str) -> str:
    """The argon2id hash of a password, as the settings take it; some 50 ms of computing."""
    return PasswordHasher().hash(_prepared(password))


class Passwords:
    """Checks passwords against the one of the settings, which is plain text or an argon2 hash.

    The hash that sessions were opened under is kept in the store: where the settings say another
    password than that, all sessions end. This happens once in each worker, with the first request
    that needs it.
    """

    def __init__(self, given: str, sessions: SessionStore, executor: Executor) -> None:
        self._given = given
        self._sessions = sessions
        self._executor = executor
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._settling = threading.Lock()
        self._hash: str | None = None

    def settle(self) -> str:
        """End the sessions of another password, if there are any. Returns the hash of this one.

        Raises StoreTrouble.
        """
        if self._hash is not None:
            return self._hash
        with self._settling:
            while self._hash is None:
                known = self._sessions.password_hash()
                if known is not None and self._is_of_the_settings(known):
                    self._hash = known
                    break
                new = (
                    self._given
                    if self._given.startswith(HASH_MARK)
                    else self._run(hashed, self._given)
                )
                # Where another worker was faster, its hash is looked at.
                if self._sessions.change_password(new, instead_of=known):
                    self._hash = new
        return self._hash

    def is_right(self, typed: str) -> bool:
        """Whether that is the password. Takes as long for a wrong one. Raises StoreTrouble."""
        known = self.settle()
        return self._run(_fits, known, typed)

    def _is_of_the_settings(self, known: str) -> bool:
        if self._given.startswith(HASH_MARK):
            return known == self._given
        return self._run(_fits, known, self._given)

    def _run(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self._turns:
            return self._executor.run_blocking(call, *args, **kwargs)


def _fits(known: str, typed: str) -> bool:
    """In a native thread: argon2 lets the interpreter go on meanwhile, but not the hub."""
    try:
        return PasswordHasher().verify(known, _prepared(typed))
    except (VerificationError, InvalidHashError):
        return False


def _prepared(password: str) -> bytes:
    """The same characters are the same bytes, however a keyboard or a file writes them."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
