"""Backups of the data folder: a zip file of its files with a manifest of their checksums."""

import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from stockapp.backends.embedded import copies, occupancy, swap, unpacking
from stockapp.backends.embedded.connection import Connection, open_existing
from stockapp.backends.embedded.events import begin_again, last_id
from stockapp.ports.archive import ArchivedFile, ArchiveTrouble, Manifest
from stockapp.version import VERSION

_BUSY_SECONDS = 4.0
_CHUNK = 1 << 20
_CACHE = "cache"


class FolderArchive:
    """Archive of one data folder. Blocks: it is for commands, not for a server's worker."""

    def __init__(self, data_dir: Path, database: str) -> None:
        self._data_dir = data_dir
        self._database = database

    def backup(self, target: Path | None, *, with_cache: bool) -> tuple[Path, Manifest]:
        """Write a backup. Raises ArchiveTrouble."""
        if not (self._data_dir / self._database).exists():
            raise ArchiveTrouble(f"There is nothing in {self._data_dir.absolute()} to back up.")
        now = datetime.now(UTC)
        named = f"stockapp-{now.strftime('%Y%m%dT%H%M%SZ')}.zip"
        path = target or Path(named)
        if path.is_dir():
            path = path / named
        try:
            return path, self._write(path, now, with_cache=with_cache)
        except FileExistsError:
            raise ArchiveTrouble(f"{path} is there already; name another file.") from None
        except sqlite3.Error as error:
            raise ArchiveTrouble(f"The database cannot be copied: {error}.") from None
        except OSError as error:
            raise ArchiveTrouble(f"{path} cannot be written: {error.strerror}.") from None

    def restore(self, source: Path) -> tuple[Path, Manifest]:
        """Put a backup in the place of what there is. Raises ArchiveTrouble."""
        try:
            self._data_dir.mkdir(parents=True, exist_ok=True)
            with occupancy.alone(self._data_dir):
                if swap.is_ready(self._data_dir):
                    swap.finish(self._data_dir)
                files = swap.stage(self._data_dir)
                try:
                    manifest = unpacking.unpack(source, files, self._database)
                    self._renumber(files / self._database)
                except BaseException:
                    # Also where it is told to stop: half a restore must not be taken up later.
                    swap.discard(self._data_dir)
                    raise
                return swap.commit(self._data_dir), manifest
        except occupancy.Occupied as error:
            raise ArchiveTrouble(str(error)) from None
        except sqlite3.Error as error:
            raise ArchiveTrouble(f"The database in {source} cannot be used: {error}.") from None
        except OSError as error:
            words = f"{source} cannot be restored: {error.strerror or error}."
            raise ArchiveTrouble(words) from None

    def _renumber(self, restored: Path) -> None:
        """Have events numbered from where no page that is still open can have been."""
        newest = int(datetime.now(UTC).timestamp())
        # What is there may be damaged, which may be why somebody restores.
        with suppress(sqlite3.Error), closing(self._present()) as present:
            newest = max(newest, last_id(present))
        with closing(open_existing(restored, _BUSY_SECONDS)) as connection, connection:
            connection.execute("BEGIN")
            begin_again(connection, newest)

    def _present(self) -> Connection:
        return open_existing(self._data_dir / self._database, _BUSY_SECONDS)

    def _write(self, path: Path, now: datetime, *, with_cache: bool) -> Manifest:
        if path.exists():
            raise FileExistsError
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                manifest = self._fill(file, now, with_cache=with_cache)
                file.flush()
                os.fsync(file.fileno())
            # Unlike renaming, this never writes over what somebody put there meanwhile.
            os.link(partial, path)
            swap.sync(path.parent)
        finally:
            partial.unlink(missing_ok=True)
        return manifest

    def _fill(self, file: IO[bytes], now: datetime, *, with_cache: bool) -> Manifest:
        with (
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
            tempfile.TemporaryDirectory(prefix="stockapp-backup-") as folder,
        ):
            snapshot = Path(folder) / self._database
            schema = self._snapshot(snapshot)
            files = [_add(archive, snapshot, self._database)]
            for path in self._others(with_cache=with_cache):
                # What is gone meanwhile was a cached answer, or something else's passing file.
                with suppress(FileNotFoundError):
                    files.append(_add(archive, path, str(path.relative_to(self._data_dir))))
            manifest = Manifest(now, VERSION, schema, with_cache, tuple(files))
            archive.writestr(unpacking.MANIFEST, json.dumps(manifest.to_json(), indent=1))
        return manifest

    def _snapshot(self, target: Path) -> int:
        copies.copy(self._data_dir / self._database, target)
        return unpacking.checked_version(target)

    def _others(self, *, with_cache: bool) -> Iterator[Path]:
        """The files there are besides the database: all else is made anew, or is nobody else's.

        Earlier backups may lie there, and keys.
        """
        for folder, below, names in os.walk(self._data_dir / _CACHE) if with_cache else ():
            # Locks and indexes of the cache are made anew.
            below[:] = sorted(one for one in below if one != ".meta")
            yield from (Path(folder) / one for one in sorted(names))


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> ArchivedFile:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return ArchivedFile(name, size, digest.hexdigest())
