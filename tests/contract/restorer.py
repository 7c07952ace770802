"""A restore that is killed at its n-th change of the folder, for each n: what is there after each.

    python -m tests.contract.restorer BACKUP FOLDER

FOLDER is as it is before a restore. Prints a JSON list: what the lists hold after each, and [] for
one that leaves nothing usable. A child of this process is killed as by SIGKILL.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stockapp.backends.embedded import occupancy
from stockapp.backends.embedded.archive import FolderArchive
from stockapp.backends.embedded.connection import open_writer

DATABASE = "stockapp.sqlite3"
# All by which files move and go; what was begun to be written is as good as not there.
_CHANGES = ("rename", "unlink", "rmdir", "mkdir")


def _deadly(call: Callable[..., Any], left: list[int]) -> Callable[..., Any]:
    def counted(*args: Any, **options: Any) -> Any:
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        return call(*args, **options)

    return counted


def _restore_and_die(backup: Path, folder: Path, after: int) -> bool:
    """Whether it was killed before it was done."""
    child = os.fork()
    if child == 0:
        left = [after]
        # The machine does not stop with the process.
        os.fsync = lambda fd: None
        for name in _CHANGES:
            setattr(os, name, _deadly(getattr(os, name), left))
        FolderArchive(folder, DATABASE).restore(backup)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def held(folder: Path) -> list[str]:
    """The notes on the lists, and the cached entry, once stockapp has opened the folder."""
    occupancy.enter(folder).leave()
    connection = open_writer(folder / DATABASE)
    notes = [row[0] for row in connection.execute("SELECT note FROM watchlist_items")]
    connection.close()
    return [*notes, (folder / "cache" / "entry").read_text()]


def main() -> None:
    backup, before = Path(sys.argv[1]), Path(sys.argv[2])
    outcomes: list[list[str]] = []
    killed = True
    while killed:
        folder = before.with_name(f"killed-{len(outcomes)}")
        shutil.copytree(before, folder)
        killed = _restore_and_die(backup, folder, len(outcomes))
        outcomes.append(held(folder))
        shutil.rmtree(folder)
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main()
