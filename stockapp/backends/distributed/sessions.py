"""Sessions and the password's hash in Redis: every change, with its events, is one script."""

from collections.abc import Iterable
from datetime import datetime

from stockapp.backends.distributed.link import RedisLink
from stockapp.domain import moment
from stockapp.domain.access import Session
from stockapp.ports import Clock

# Redis drops what is over so much later than it ends, as its clock is none of the nodes'.
_KEPT_AFTER_SECONDS = 60.0


class RedisSessionStore:
    """SessionStore in Redis."""

    def __init__(self, link: RedisLink, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    def password_hash(self) -> str | None:
        """The hash of the password that present sessions were opened with."""
        name = self._link.key("password")
        found: str | None = self._link.ask(lambda redis: redis.get(name))
        return found

    def change_password(self, new: str, *, instead_of: str | None) -> bool:
        """Set the hash where the present one is that, and end all sessions; else do nothing."""
        return bool(self._link.run("change_password", new, instead_of or "", self._now()))

    def open_session(self, session: Session, digest: str) -> None:
        """Keep a new session."""
        # How long, not until when: the clock of Redis is not asked.
        left = (session.expires_at - self._clock.now()).total_seconds() + _KEPT_AFTER_SECONDS
        keep_ms = max(1, round(1000 * left))
        self._link.run("open_session", session.id, digest, keep_ms, *_fields(session))

    def find_session(self, digest: str) -> Session | None:
        """The session of that secret."""
        found = self._link.run("find_session", digest)
        return _session(found) if found else None

    def sessions(self) -> list[Session]:
        """All sessions, the one that was used last first."""
        found = [_session(fields) for fields in self._link.run("sessions")]
        return sorted(found, key=lambda one: (-one.last_used_at.timestamp(), one.id))

    def use_session(self, id: str, at: datetime) -> None:
        """Note when it was used."""
        self._link.run("use_session", id, repr(at.timestamp()))

    def end_sessions(self, ids: Iterable[str]) -> list[str]:
        """End sessions. Returns those that were there."""
        wanted = list(ids)
        ended: list[str] = self._link.run("end_sessions", self._now(), *wanted) if wanted else []
        return ended

    def _now(self) -> str:
        return repr(self._clock.now().timestamp())


def _fields(session: Session) -> list[str]:
    return [
        *("id", session.id),
        *("created_at", repr(session.created_at.timestamp())),
        *("last_used_at", repr(session.last_used_at.timestamp())),
        *("expires_at", repr(session.expires_at.timestamp())),
        *("address", session.address),
        *("agent", session.agent),
    ]


def _session(fields: list[str]) -> Session:
    told = dict(zip(fields[::2], fields[1::2], strict=True))
    return Session(
        told["id"],
        moment.from_epoch(float(told["created_at"])),
        moment.from_epoch(float(told["last_used_at"])),
        moment.from_epoch(float(told["expires_at"])),
        told["address"],
        told["agent"],
    )
