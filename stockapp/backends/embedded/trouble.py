"""What errors of SQLite mean for people."""

import sqlite3

from stockapp.backends.embedded.schema import MigrationFailed, NewerDatabase

_WORDS = {
    sqlite3.SQLITE_BUSY: "another program has locked the database",
    sqlite3.SQLITE_LOCKED: "another program has locked the database",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk fails to read or write the database",
    sqlite3.SQLITE_READONLY: "the database cannot be written",
    sqlite3.SQLITE_PERM: "the database may not be opened",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; restart stockapp to have it set aside",
    sqlite3.SQLITE_NOTADB: "the database is damaged; restart stockapp to have it set aside",
}
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def primary_code(error: BaseException) -> int:
    """SQLite's code of the error, less its extension; 0 for other errors."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_read_only(error: Exception) -> bool:
    """Whether something was written where that is not possible; by a reader that is a defect."""
    return primary_code(error) == sqlite3.SQLITE_READONLY


def words_for(error: Exception) -> str | None:
    """What to say of an error by which the database cannot be used; None for defects of ours."""
    if isinstance(error, (NewerDatabase, MigrationFailed)):
        return str(error)
    if isinstance(error, sqlite3.Error):
        return _WORDS.get(primary_code(error))
    if isinstance(error, OSError):
        return f"the database cannot be opened ({error.strerror})"
    return None
