"""Who may use stockapp: sessions of people who logged in, and tokens of programs."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from stockapp.domain import moment

MAX_NAME_LENGTH = 100
LEAST_PASSWORD = 8
# What every argon2 hash begins with.
HASH_MARK = "$argon2"
# So that a token is known for one wherever it turns up, and scanners for secrets find it.
TOKEN_PREFIX = "stk_"  # noqa: S105


class Scope(StrEnum):
    """What a token may do: read what is there without starting work, or everything."""

    READ = "read"
    FULL = "full"


class TokenExists(ValueError):
    """There is a token of that name already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a token called {name} already. Choose another name.")
        self.name = name


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that logged in. `id` names it in lists and opens nothing.

    `address` and `agent` are what it came with at its login; `expires_at` is when it ends however
    much it is used.
    """

    id: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str
    agent: str

    def ended(self, now: datetime, idle_seconds: float) -> bool:
        """Whether it is over: too old, or unused for too long."""
        idle = (now - self.last_used_at).total_seconds()
        return now >= self.expires_at or idle >= idle_seconds


@dataclass(frozen=True, slots=True)
class Token:
    """What a program shows in place of a login. `id` names it and opens nothing."""

    id: str
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None

    def expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and now >= self.expires_at

    def to_json(self) -> dict[str, Any]:
        """The token as the JSON interface shows it, without its secret."""
        return {
            "id": self.id,
            "name": self.name,
            "scope": self.scope.value,
            "created_at": moment.to_text(self.created_at),
            "expires_at": moment.to_text(self.expires_at) if self.expires_at else None,
            "last_used_at": moment.to_text(self.last_used_at) if self.last_used_at else None,
        }


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sends a request: the id of a session, or that of a token."""

    id: str
    scope: Scope
    is_session: bool


def digest(secret: str) -> str:
    """What is kept of the secret of a session or token.

    A fast hash is right: the secrets are 256 random bits, which nobody can try out, unlike what
    people choose as passwords. As it is looked up by its hash, how long that takes tells nothing
    of how much of a guess was right.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
