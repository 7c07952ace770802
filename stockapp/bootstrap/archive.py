"""Backups of what is kept on this machine."""

from pathlib import Path

from stockapp.backends.embedded.archive import FolderArchive
from stockapp.ports.archive import Archive, ArchiveTrouble, Manifest
from stockapp.settings import DATABASE, Settings

_ELSEWHERE = (
    "Watchlists and tokens are in PostgreSQL, see STOCKAPP_DATABASE_URL: back them up and restore"
    " them by pg_dump and pg_restore, as docs/scaling.md shows."
)


class NoArchive:
    """Archive where nothing that must be kept is on this machine; says where it is."""

    def backup(self, target: Path | None, *, with_cache: bool) -> tuple[Path, Manifest]:
        """Raises ArchiveTrouble."""
        raise ArchiveTrouble(_ELSEWHERE)

    def restore(self, source: Path) -> tuple[Path, Manifest]:
        """Raises ArchiveTrouble."""
        raise ArchiveTrouble(_ELSEWHERE)


def archive_of(settings: Settings) -> Archive:
    """What the commands `backup` and `restore` work with."""
    if settings.distributed:
        return NoArchive()
    return FolderArchive(settings.data_dir, DATABASE)
