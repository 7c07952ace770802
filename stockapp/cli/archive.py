"""`backup` and `restore` of the data folder."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stockapp.cli.exits import Exit, Problem
from stockapp.cli.shell import Answer, Asked, plain_command
from stockapp.ports.archive import ArchiveTrouble

if TYPE_CHECKING:
    from stockapp.ports.archive import Archive

_file = click.Path(path_type=Path)


def register(group: click.Group, open_archive: "Callable[[], Archive]") -> None:
    """Add the commands."""

    @plain_command(group, "backup")
    @click.argument("file", required=False, type=_file)
    @click.option("--with-cache", is_flag=True, help="Cached answers as well; they can be large.")
    def backup(asked: Asked, file: Path | None, with_cache: bool) -> Answer:
        """Copy lists, tasks and all else that is kept to one FILE; a server may go on meanwhile.

        FILE is for your eyes only, and never written over another. It may be a folder; without
        one, a file is made here, named by the time.
        """
        try:
            path, manifest = open_archive().backup(file, with_cache=with_cache)
        except ArchiveTrouble as trouble:
            raise Problem(Exit.TROUBLE, "not_backed_up", str(trouble)) from None
        size = path.stat().st_size
        document = {"file": str(path), "bytes": size, "manifest": manifest.to_json()}
        return Answer(document, [f"{path}: {len(manifest.files)} files, {size:,} bytes"])

    @plain_command(group, "restore")
    @click.argument("file", type=_file)
    @click.option("--yes", is_flag=True, help="Do not ask.")
    def restore(asked: Asked, file: Path, yes: bool) -> Answer:
        """Put the backup FILE in the place of what is kept now, all or nothing.

        Stop the server before; nothing is changed while it runs. What was there is kept in a folder
        beside it. Tokens and sessions are those of the backup again.
        """
        asked.confirm(f"Replace all that is kept by what {file} holds?", yes=yes)
        try:
            aside, manifest = open_archive().restore(file)
        except ArchiveTrouble as trouble:
            raise Problem(Exit.TROUBLE, "not_restored", str(trouble)) from None
        told = manifest.to_json()
        document = {"file": str(file), "aside": str(aside), "manifest": told}
        words = f"restored as of {told['made_at']}"
        note = "Tokens revoked and sessions ended since then are back: look at /access."
        return Answer(document, [f"{words}; what was there is in {aside}"], notes=[note])
