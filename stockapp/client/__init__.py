"""A client of stockapp's JSON interface for Python programs; needs nothing but requests.

with Client("http://127.0.0.1:8000") as client:
    prices = client.refresh(["AAPL"]).wait(on_progress=print)
"""

from stockapp.client.calls import Client
from stockapp.client.errors import (
    BadAnswer,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    StockappError,
    TaskCancelled,
    TaskFailed,
    TimedOut,
    TooManyRequests,
    Unauthorised,
    Unavailable,
    Unreachable,
)
from stockapp.client.follow import Mode
from stockapp.client.models import (
    Event,
    ItemProgress,
    Progress,
    Task,
    TaskError,
)
from stockapp.client.prices import (
    Added,
    Found,
    Instrument,
    Item,
    Price,
    Prices,
    Quote,
    Removed,
    Watchlist,
)
from stockapp.client.retrying import Retrying
from stockapp.client.work import Work

__all__ = [
    "Added",
    "BadAnswer",
    "Client",
    "Conflict",
    "Event",
    "Forbidden",
    "Found",
    "Instrument",
    "Invalid",
    "Item",
    "ItemProgress",
    "Mode",
    "NotFound",
    "Price",
    "Prices",
    "Problem",
    "Progress",
    "Quote",
    "Removed",
    "Retrying",
    "StockappError",
    "Task",
    "TaskCancelled",
    "TaskError",
    "TaskFailed",
    "TimedOut",
    "TooManyRequests",
    "Unauthorised",
    "Unavailable",
    "Unreachable",
    "Watchlist",
    "Work",
]
