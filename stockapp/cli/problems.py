"""What the errors of services mean for a command; the codes are those of the JSON interface."""

from stockapp.cli.exits import Exit, Problem
from stockapp.domain.access import TokenExists
from stockapp.domain.symbol import InvalidSymbol
from stockapp.domain.watchlist import ListExists, NoSuchList, TooManyLists, WatchlistFull
from stockapp.ports import CacheTrouble, QueueFull, RateLimited, StoreTrouble
from stockapp.ports.archive import ArchiveTrouble
from stockapp.services.access import InvalidToken, TooManyTokens
from stockapp.services.analyses import BadChoice
from stockapp.services.analyst import NotComputed
from stockapp.services.cache_admin import NoSuchKind
from stockapp.services.list_admin import Undeletable
from stockapp.services.refresh import TooManySymbols
from stockapp.services.sources import NoSuchSource
from stockapp.services.task_admin import NoSuchTask, NotEnded
from stockapp.services.watchlists import InvalidItem, UnknownSymbol

_KNOWN: dict[type[Exception], tuple[Exit, str]] = {
    InvalidSymbol: (Exit.USAGE, "invalid_symbol"),
    BadChoice: (Exit.USAGE, "invalid_value"),
    InvalidItem: (Exit.USAGE, "invalid_value"),
    TooManySymbols: (Exit.USAGE, "too_many_symbols"),
    UnknownSymbol: (Exit.NOT_FOUND, "unknown_symbol"),
    NoSuchList: (Exit.NOT_FOUND, "unknown_watchlist"),
    NoSuchTask: (Exit.NOT_FOUND, "unknown_task"),
    NoSuchSource: (Exit.NOT_FOUND, "unknown_source"),
    NoSuchKind: (Exit.NOT_FOUND, "unknown_kind"),
    WatchlistFull: (Exit.FAILED, "watchlist_full"),
    ListExists: (Exit.FAILED, "watchlist_exists"),
    TooManyLists: (Exit.FAILED, "too_many_watchlists"),
    Undeletable: (Exit.FAILED, "watchlist_stays"),
    InvalidToken: (Exit.USAGE, "invalid_value"),
    TokenExists: (Exit.FAILED, "token_exists"),
    TooManyTokens: (Exit.FAILED, "too_many_tokens"),
    RateLimited: (Exit.TROUBLE, "rate_limited_client"),
    NotEnded: (Exit.FAILED, "task_not_ended"),
    NotComputed: (Exit.TROUBLE, "not_computed"),
    QueueFull: (Exit.TROUBLE, "queue_full"),
    CacheTrouble: (Exit.TROUBLE, "cache_unavailable"),
    StoreTrouble: (Exit.TROUBLE, "database_unavailable"),
    ArchiveTrouble: (Exit.TROUBLE, "archive"),
}


def problem_of(error: Exception) -> Problem | None:
    """The problem that an exception means; None for a defect."""
    for kind, (exit_, code) in _KNOWN.items():
        if isinstance(error, kind):
            return Problem(exit_, code, _detail(error))
    return None


def _detail(error: Exception) -> str:
    match error:
        case UnknownSymbol():
            return f"{error} --anyway does that."
        case StoreTrouble():
            return f"stockapp's database cannot be used: {error}."
        case QueueFull():
            return f"{str(error).capitalize()}; try again in a few seconds."
    return str(error)
