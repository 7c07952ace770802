"""Sessions and tokens for templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stockapp.domain.access import Scope, Session, Token
from stockapp.web import words

# The first that its description holds is what a browser is; many name others besides.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}
_SCOPES = {Scope.READ: "reads", Scope.FULL: "may do everything"}


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session. `what` is the browser in words; `here`: the one that looks at this."""

    id: str
    what: str
    address: str
    since: str
    used: str
    ends: str
    here: bool


@dataclass(frozen=True, slots=True)
class TokenView:
    """One token. `ends` is "" where it does not; `over`: its time has come."""

    id: str
    name: str
    scope: str
    since: str
    used: str
    ends: str
    over: bool


@dataclass(frozen=True, slots=True)
class TypedToken:
    """What was typed into the form for a token, and what is wrong with it."""

    name: str = ""
    scope: str = Scope.READ.value
    days: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AccessView:
    """Who may use stockapp. `needed`: a password is set; without one there are no sessions."""

    needed: bool
    sessions: tuple[SessionView, ...]
    tokens: tuple[TokenView, ...]


def session_views(sessions: Sequence[Session], here: str, now: datetime) -> tuple[SessionView, ...]:
    """The lines of sessions; `here` is the id of the one that looks."""
    return tuple(
        SessionView(
            id=one.id,
            what=browser(one.agent),
            address=one.address or "this machine",
            since=_day(one.created_at),
            used=_ago(one.last_used_at, now),
            ends=_day(one.expires_at),
            here=one.id == here,
        )
        for one in sessions
    )


def token_views(tokens: Sequence[Token], now: datetime) -> tuple[TokenView, ...]:
    """The lines of tokens."""
    return tuple(
        TokenView(
            id=one.id,
            name=one.name,
            scope=_SCOPES[one.scope],
            since=_day(one.created_at),
            used=_ago(one.last_used_at, now) if one.last_used_at else "never",
            ends=_day(one.expires_at) if one.expires_at else "",
            over=one.expired(now),
        )
        for one in tokens
    )


def browser(agent: str) -> str:
    """What a browser calls itself, in few words."""
    name = next((name for mark, name in _BROWSERS.items() if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in agent), "")
    return " on ".join(filter(None, (name, system))) or agent[:60] or "unknown"


def _ago(at: datetime, now: datetime) -> str:
    return words.ago(max(0.0, (now - at).total_seconds()))


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
