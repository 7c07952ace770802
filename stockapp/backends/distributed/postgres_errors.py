"""Which errors of PostgreSQL are no mistake of ours, and what to say of them."""

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout

from stockapp.backends.distributed.migrations import NewerDatabase

# InternalError: of a server that is read-only, of damaged files and the like.
TROUBLES = (
    psycopg.OperationalError,
    psycopg.InternalError,
    PoolTimeout,
    OSError,
    NewerDatabase,
)
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (errors.QueryCanceled, "PostgreSQL does not answer in time"),
    (errors.DiskFull, "the disk of PostgreSQL is full"),
    (errors.ReadOnlySqlTransaction, "PostgreSQL is read-only at present"),
    (errors.IdleInTransactionSessionTimeout, "this node stood still for too long"),
)


def is_away(error: Exception) -> bool:
    """Whether it is no answer of the server to what was asked."""
    state = getattr(error, "sqlstate", None)
    # 08: of the connection; 57P: it stops or starts.
    return state is None or state.startswith(("08", "57P"))


def reason(error: Exception) -> str:
    """What libpq or the server said last, without the address before it."""
    said = str(error).strip() or type(error).__name__
    return " ".join(said.rpartition("failed: ")[2].partition("\n")[0].split())


def words_for(error: Exception) -> str:
    """What to say of an error, without the address, which may hold a password."""
    if isinstance(error, NewerDatabase):
        return str(error)
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    if is_away(error):
        return "PostgreSQL cannot be reached"
    return f"PostgreSQL refuses it ({type(error).__name__})"
