"""What the application needs from the outside, as small protocols.

Each set of backends (backends/embedded) implements them all and passes the same contract suite.
Every method may be called from any thread or greenlet, returns when done, and lets other
greenlets run meanwhile.
"""

from stockapp.ports.access import SessionStore, TokenStore
from stockapp.ports.admission import FREE, GiveBack, RateLimited, Toll
from stockapp.ports.caching import CacheTrouble, Entry, Flights, ResponseCache
from stockapp.ports.observing import NOBODY, Observer
from stockapp.ports.running import Clock, Executor, ProcessLost
from stockapp.ports.shared_state import SharedState
from stockapp.ports.storage import ServerLook, Storage, StoreTrouble
from stockapp.ports.tasks import (
    ANY_TASK,
    Cancelled,
    Created,
    EventLog,
    Openings,
    QueueFull,
    TaskStore,
    Unended,
)
from stockapp.ports.watchlists import WatchlistStore

__all__ = [
    "ANY_TASK",
    "FREE",
    "NOBODY",
    "CacheTrouble",
    "Cancelled",
    "Clock",
    "Created",
    "Entry",
    "EventLog",
    "Executor",
    "Flights",
    "GiveBack",
    "Observer",
    "Openings",
    "ProcessLost",
    "QueueFull",
    "RateLimited",
    "ResponseCache",
    "ServerLook",
    "SessionStore",
    "SharedState",
    "Storage",
    "StoreTrouble",
    "TaskStore",
    "TokenStore",
    "Toll",
    "Unended",
    "WatchlistStore",
]
