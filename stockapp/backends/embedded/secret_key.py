"""A secret that all workers share and that outlives them, in the data folder."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

FILE = "secret.key"
_BYTES = 32


def secret_key(folder: Path) -> bytes:
    """The secret of that data folder; the first who asks makes it.

    Raises SystemExit where it cannot be read: with another one in its place, forms of pages that
    are open would be refused.
    """
    path = folder / FILE
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise SystemExit(f"stockapp cannot read its secret {path}: {error.strerror}.") from None
    if len(key) < _BYTES:
        raise SystemExit(f"stockapp's secret {path} is damaged; delete it, and a new one is made.")
    return key


def _make(path: Path) -> None:
    """Whole or not at all, and of several workers' the first one's; for the owner's eyes alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Of mode 0600.
    handle, name = tempfile.mkstemp(prefix=".secret-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
