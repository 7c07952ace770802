"""Sessions, tokens, and the password they are about.

Secrets are known to both stores by their digests alone. Whatever ends a session or token writes an
`access` event of its id in the same transaction, so that all workers forget it. Judging whether
one is over is for the caller: a store gives back what is there.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from stockapp.domain.access import Session, Token


class SessionStore(Protocol):
    """The browsers that logged in, and the password they did it with.

    Sessions that are past their `expires_at` may be gone, without an event.
    """

    def password_hash(self) -> str | None:
        """The hash of the password that present sessions were opened with."""

    def change_password(self, new: str, *, instead_of: str | None) -> bool:
        """Set the hash where the present one is that, and end all sessions; else do nothing.

        Returns whether it was.
        """

    def open_session(self, session: Session, digest: str) -> None:
        """Keep a new session."""

    def find_session(self, digest: str) -> Session | None:
        """The session of that secret."""

    def sessions(self) -> list[Session]:
        """All sessions, the one that was used last first."""

    def use_session(self, id: str, at: datetime) -> None:
        """Note when it was used; an earlier time than the one noted changes nothing."""

    def end_sessions(self, ids: Iterable[str]) -> list[str]:
        """End sessions. Returns those that were there."""


class TokenStore(Protocol):
    """What programs may show in place of a login."""

    def create_token(self, token: Token, digest: str) -> None:
        """Keep a new token. Raises TokenExists."""

    def find_token(self, digest: str) -> Token | None:
        """The token of that secret."""

    def tokens(self) -> list[Token]:
        """All tokens in the order in which they were made."""

    def use_token(self, id: str, at: datetime) -> None:
        """Note when it was used; an earlier time than the one noted changes nothing."""

    def revoke_token(self, id: str) -> bool:
        """Revoke a token. Returns whether it was there."""
