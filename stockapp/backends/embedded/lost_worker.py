"""What the server does about a worker that died: its tasks wait for another at once."""

import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from stockapp.backends.embedded import task_changes
from stockapp.backends.embedded.connection import open_existing
from stockapp.backends.embedded.doorbell import ring_all

# The master must not be held up; what it cannot do in time, the lapse of the lease does.
_PATIENCE_SECONDS = 0.5

_log = logging.getLogger(__name__)


def hand_over(database: Path, data_dir: Path, pid: int) -> int:
    """Hand back all that the dead worker of that process id ran, as lost. Returns how many.

    For gunicorn's master, which has neither threads nor gevent; it never raises.
    """
    try:
        connection = open_existing(database, _PATIENCE_SECONDS)
    except sqlite3.Error as error:
        _log.warning("the tasks of worker %s wait for their leases to lapse: %s", pid, error)
        return 0
    try:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            count = task_changes.hand_back(
                connection, datetime.now(UTC), "worker LIKE ? || '-%'", str(pid), retries=1
            )
    except sqlite3.Error as error:
        _log.warning("the tasks of worker %s wait for their leases to lapse: %s", pid, error)
        return 0
    finally:
        connection.close()
    if count:
        ring_all(data_dir)
    return count
