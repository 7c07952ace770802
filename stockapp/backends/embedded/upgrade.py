"""An older database is brought up to date before there are workers, or nothing starts.

For the server's master: a worker that cannot do it would only be started again and again.
"""

import sqlite3
from pathlib import Path

from stockapp.backends.embedded.connection import open_writer
from stockapp.backends.embedded.schema import MigrationFailed, NewerDatabase


def prepare(path: Path) -> None:
    """Bring the database there is to this version.

    Raises SystemExit for one of a newer stockapp, and where that fails; then it is as it was. What
    else is wrong with it is told by the workers.
    """
    if not path.exists():
        return
    try:
        open_writer(path).close()
    except (NewerDatabase, MigrationFailed) as error:
        raise SystemExit(f"stockapp cannot start: {error}") from None
    except (sqlite3.Error, OSError):
        return
