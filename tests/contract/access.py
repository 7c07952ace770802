"""Sessions and tokens for the contract suites."""

from datetime import timedelta

from stockapp.domain.access import Scope, Session, Token
from stockapp.domain.event import ACCESS_TOPIC
from stockapp.ports import EventLog

from .backends import SetClock

NOW = SetClock().at
LATER = NOW + timedelta(days=1)


def a_session(id: str) -> Session:
    return Session(id, NOW, NOW, LATER, "192.0.2.1", "Firefox on Linux, é")


def a_token(id: str, name: str = "cron", scope: Scope = Scope.READ) -> Token:
    return Token(id, name, scope, NOW, LATER)


def told(log: EventLog) -> list[str]:
    """The ids of what ended, as all workers hear it."""
    return [event.data["id"] for event in log.since(0, topic=ACCESS_TOPIC)]
