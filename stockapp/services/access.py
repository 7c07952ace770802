"""Opening and ending sessions, making and revoking tokens, and telling whose a secret is."""

import math
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from stockapp.domain.access import (
    MAX_NAME_LENGTH,
    TOKEN_PREFIX,
    Identity,
    Scope,
    Session,
    Token,
    digest,
)
from stockapp.domain.event import Event, EventType
from stockapp.ports import Clock, SessionStore, StoreTrouble, TokenStore
from stockapp.services.passwords import Passwords

# For so long a worker takes a secret for good that it has looked up, unless it hears otherwise.
REMEMBERED_SECONDS = 5.0
_MOST_REMEMBERED = 1_000
# Uses are noted at most this often.
NOTED_SECONDS = 60.0
MOST_TOKENS = 100
MAX_DAYS = 3_650
_MAX_AGENT = 300


class InvalidToken(ValueError):
    """What a token was to be like cannot be; `field` says what of it."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class TooManyTokens(ValueError):
    """There are as many tokens as there may be."""

    def __init__(self) -> None:
        super().__init__(f"There are {MOST_TOKENS} tokens, as many as there may be. Revoke some.")


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """When sessions end, in seconds: unused for so long, and however much they are used."""

    idle: float
    absolute: float


@dataclass(frozen=True, slots=True)
class _Remembered:
    """Whose a secret is. By monotonic time: until when that is believed without a look, and when it
    ends by itself.
    """

    identity: Identity
    good_until: float
    ends_at: float


class Access:
    """Who may use stockapp.

    `ended`: called with the id of each session or token that ends, in any worker.
    """

    def __init__(
        self,
        sessions: SessionStore,
        tokens: TokenStore,
        passwords: Passwords,
        clock: Clock,
        lifetimes: Lifetimes,
    ) -> None:
        self.ended: list[Callable[[str], None]] = []
        self._sessions = sessions
        self._tokens = tokens
        self._passwords = passwords
        self._clock = clock
        self._lifetimes = lifetimes
        self._lock = threading.Lock()
        # By the digest of the secret, and as what it was shown: a token is no session.
        self._remembered: dict[tuple[bool, str], _Remembered] = {}
        # What was looked up before something ended must not be believed after it.
        self._endings = 0

    def is_password(self, typed: str) -> bool:
        """Whether that is the password. Raises StoreTrouble."""
        return self._passwords.is_right(typed)

    def open_session(self, address: str, agent: str) -> str:
        """Open a session for who has shown the password. Returns its secret, for a cookie."""
        # Before, as it may end all sessions.
        self._passwords.settle()
        now = self._clock.now()
        # Room is made by those that are over.
        self._sessions.end_sessions(
            one.id for one in self._sessions.sessions() if one.ended(now, self._lifetimes.idle)
        )
        secret = secrets.token_urlsafe(32)
        end = now + timedelta(seconds=self._lifetimes.absolute)
        session = Session(_new_id(), now, now, end, address, agent[:_MAX_AGENT])
        self._sessions.open_session(session, digest(secret))
        return secret

    def of_session(self, secret: str) -> Identity | None:
        """Whose session that is; None where it has ended or never was. Raises StoreTrouble."""
        key = digest(secret)
        if known := self._recall(key, is_session=True):
            return known
        try:
            return self._find_session(key)
        except StoreTrouble:
            if known := self._let_in_before(key, is_session=True):
                return known
            raise

    def _find_session(self, key: str) -> Identity | None:
        self._passwords.settle()
        endings = self._endings
        session, now = self._sessions.find_session(key), self._clock.now()
        if session is None or session.ended(now, self._lifetimes.idle):
            return None
        if (now - session.last_used_at).total_seconds() >= NOTED_SECONDS:
            with suppress(StoreTrouble):
                self._sessions.use_session(session.id, now)
        identity = Identity(session.id, Scope.FULL, is_session=True)
        left = min(self._lifetimes.idle, (session.expires_at - now).total_seconds())
        return self._remember(key, identity, left, endings)

    def of_token(self, secret: str) -> Identity | None:
        """Whose token that is; None where it ended or never was. Raises StoreTrouble."""
        key = digest(secret)
        if known := self._recall(key, is_session=False):
            return known
        try:
            return self._find_token(key)
        except StoreTrouble:
            if known := self._let_in_before(key, is_session=False):
                return known
            raise

    def _find_token(self, key: str) -> Identity | None:
        endings = self._endings
        token, now = self._tokens.find_token(key), self._clock.now()
        if token is None or token.expired(now):
            return None
        used = token.last_used_at
        if used is None or (now - used).total_seconds() >= NOTED_SECONDS:
            with suppress(StoreTrouble):
                self._tokens.use_token(token.id, now)
        identity = Identity(token.id, token.scope, is_session=False)
        left = (token.expires_at - now).total_seconds() if token.expires_at else math.inf
        return self._remember(key, identity, left, endings)

    def is_over(self, identity: Identity) -> bool:
        """Whether that session or token has ended since. Raises StoreTrouble."""
        now = self._clock.now()
        if identity.is_session:
            sessions = (one for one in self._sessions.sessions() if one.id == identity.id)
            return all(one.ended(now, self._lifetimes.idle) for one in sessions)
        return all(one.expired(now) for one in self._tokens.tokens() if one.id == identity.id)

    def sessions(self) -> list[Session]:
        """Those that are open, the one that was used last first."""
        now = self._clock.now()
        return [
            one for one in self._sessions.sessions() if not one.ended(now, self._lifetimes.idle)
        ]

    def end_session(self, id: str) -> bool:
        """End a session. Returns whether it was there."""
        ended = bool(self._sessions.end_sessions([id]))
        self._forget(id)
        return ended

    def end_others(self, id: str) -> int:
        """End all sessions but that one. Returns how many."""
        ended = self._sessions.end_sessions(one.id for one in self.sessions() if one.id != id)
        for one in ended:
            self._forget(one)
        return len(ended)

    def tokens(self) -> list[Token]:
        """All tokens in the order in which they were made, those whose time is over as well."""
        return self._tokens.tokens()

    def create_token(self, name: str, scope: Scope, days: int | None = None) -> tuple[Token, str]:
        """Make a token, that ends after so many days. Returns it with its secret, told only here.

        Raises InvalidToken, TokenExists and TooManyTokens.
        """
        name = " ".join(name.split())
        if not name or len(name) > MAX_NAME_LENGTH or not name.isprintable():
            raise InvalidToken("name", f"Give a name of at most {MAX_NAME_LENGTH} characters.")
        if days is not None and not 1 <= days <= MAX_DAYS:
            raise InvalidToken("expires_in_days", f"Give 1 to {MAX_DAYS} days, or none.")
        if len(self._tokens.tokens()) >= MOST_TOKENS:
            raise TooManyTokens
        now = self._clock.now()
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        end = now + timedelta(days=days) if days else None
        token = Token(_new_id(), name, scope, now, end)
        self._tokens.create_token(token, digest(secret))
        return token, secret

    def revoke_token(self, id: str) -> bool:
        """Revoke a token. Returns whether it was there."""
        there = self._tokens.revoke_token(id)
        self._forget(id)
        return there

    def on_event(self, event: Event) -> None:
        """Of the event log: what ended in any worker."""
        if event.type is EventType.ACCESS:
            self._forget(event.data["id"])

    def _recall(self, key: str, *, is_session: bool) -> Identity | None:
        found = self._remembered.get((is_session, key))
        return found.identity if found and self._clock.monotonic() < found.good_until else None

    def _let_in_before(self, key: str, *, is_session: bool) -> Identity | None:
        """Who it is as far as this worker knows: a database that is locked locks nobody out."""
        found = self._remembered.get((is_session, key))
        return found.identity if found and self._clock.monotonic() < found.ends_at else None

    def _remember(self, key: str, identity: Identity, seconds: float, endings: int) -> Identity:
        now = self._clock.monotonic()
        known = _Remembered(identity, now + min(seconds, REMEMBERED_SECONDS), now + seconds)
        with self._lock:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            if endings == self._endings:
                self._remembered[identity.is_session, key] = known
        return identity

    def _forget(self, id: str) -> None:
        with self._lock:
            self._endings += 1
            for key in [key for key, one in self._remembered.items() if one.identity.id == id]:
                del self._remembered[key]
        for told in self.ended:
            told(id)


def _new_id() -> str:
    return secrets.token_hex(8)
