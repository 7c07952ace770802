"""The folder in which the workers' counts lie beside each other.

Imports nothing of prometheus_client: gunicorn's master uses this before gevent has patched ssl.
"""

import os
import shutil
from pathlib import Path

# Where prometheus_client looks for it, at its import: without it counts stay in one process.
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def name(folder: Path) -> None:
    """Have the workers of this server count there."""
    os.environ[VARIABLE] = str(folder)


def clear(folder: Path) -> None:
    """Make it anew: counts begin at 0 with each start of the server. Raises OSError."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
