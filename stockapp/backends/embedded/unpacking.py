"""Reading a backup: nothing of it is used that its manifest does not vouch for."""

import hashlib
import json
import os
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path, PurePosixPath

from stockapp.backends.embedded import occupancy, secret_key
from stockapp.backends.embedded.schema import MIGRATIONS
from stockapp.ports.archive import ArchivedFile, ArchiveTrouble, Manifest

MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 100_000_000
_CHUNK = 1 << 20


def unpack(source: Path, target: Path, database: str) -> Manifest:
    """Write the backup's files to an empty folder, each checked, the database among them.

    Raises ArchiveTrouble, OSError and sqlite3.Error.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _manifest(archive, source)
            if manifest.schema > len(MIGRATIONS):
                raise ArchiveTrouble(
                    f"{source} was made by a newer stockapp ({manifest.stockapp}): its database has"
                    f" version {manifest.schema}, this stockapp knows up to {len(MIGRATIONS)}."
                    " Install that stockapp, or a newer one, and restore it there."
                )
            for file in manifest.files:
                _unpack_one(archive, file, target, source)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise ArchiveTrouble(f"{source} is no backup, or is damaged ({error}).") from None
    if not (target / database).is_file():
        raise ArchiveTrouble(f"{source} holds no database.")
    if checked_version(target / database) != manifest.schema:
        raise ArchiveTrouble(f"{source} is damaged: its database is not of the version it tells.")
    return manifest


def checked_version(database: Path) -> int:
    """The version of a database that nobody else uses. Raises ArchiveTrouble: it is damaged."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    if found != "ok":
        raise ArchiveTrouble(f"The database is damaged ({found}).")
    return int(version)


def _manifest(archive: zipfile.ZipFile, source: Path) -> Manifest:
    try:
        if archive.getinfo(MANIFEST).file_size > _LARGEST_MANIFEST:
            raise ValueError("its manifest is too large")
        return Manifest.from_json(json.loads(archive.read(MANIFEST)))
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveTrouble(
            f"{source} is no backup of stockapp, or is damaged ({error})."
        ) from None


def _is_ours_alone(name: str) -> bool:
    return name.startswith(".") or name in (occupancy.LOCK, secret_key.FILE)


def _unpack_one(archive: zipfile.ZipFile, file: ArchivedFile, target: Path, source: Path) -> None:
    place = PurePosixPath(file.name)
    # Nothing may leave the folder, nor take the place of what a restore itself uses.
    parts = place.parts
    if place.is_absolute() or ".." in parts or not parts or _is_ours_alone(parts[0]):
        raise ArchiveTrouble(f"{source} holds a file that would lie elsewhere: {file.name!r}.")
    path = target / place
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, left = hashlib.sha256(), file.bytes
    try:
        packed = archive.open(file.name)
    except KeyError:
        raise ArchiveTrouble(f"{source} is damaged: {file.name} is missing.") from None
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with packed, os.fdopen(handle, "wb") as written:
        # Never more than the manifest tells, whatever a small file would unpack to.
        while left >= 0 and (chunk := packed.read(min(_CHUNK, left + 1))):
            left -= len(chunk)
            digest.update(chunk)
            written.write(chunk)
    if left != 0 or digest.hexdigest() != file.sha256:
        raise ArchiveTrouble(f"{source} is damaged: {file.name} is not what was backed up.")
