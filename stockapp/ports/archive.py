"""Backups of all that is kept."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from stockapp.domain import moment


class ArchiveTrouble(Exception):
    """That cannot be done, and nothing was changed; the message says why."""


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """One file of a backup, by its place in the data folder."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `schema` is the version of its database, `stockapp` that of the code."""

    made_at: datetime
    stockapp: str
    schema: int
    with_cache: bool
    files: tuple[ArchivedFile, ...]

    def to_json(self) -> dict[str, Any]:
        """The manifest as the backup holds it."""
        return {**asdict(self), "format": 1, "made_at": moment.to_text(self.made_at)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Manifest":
        """The manifest that `to_json` wrote. Raises KeyError, TypeError and ValueError."""
        if data["format"] != 1:
            raise ValueError("it is of a format that this stockapp does not know")
        return cls(
            moment.from_text(data["made_at"]),
            str(data["stockapp"]),
            int(data["schema"]),
            bool(data["with_cache"]),
            tuple(ArchivedFile(**entry) for entry in data["files"]),
        )


class Archive(Protocol):
    """Makes and restores backups; what it says of files is meant for people."""

    def backup(self, target: Path | None, *, with_cache: bool) -> tuple[Path, Manifest]:
        """Write a backup, to a name of its own where none is given, and never over another file.

        Others may go on using what is copied. Raises ArchiveTrouble.
        """

    def restore(self, source: Path) -> tuple[Path, Manifest]:
        """Put a backup in the place of what there is, all or nothing.

        Returns the folder where that is now. Raises ArchiveTrouble.
        """
