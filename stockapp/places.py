"""Where the files lie that are not code: in a checkout, or inside the installed package."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).parent
# A wheel carries what a checkout has beside the package (see scripts/wheel.py).
_CARRIED = _PACKAGE / "_files"
_INSTALLED = _CARRIED.is_dir()

# The folder with templates, static, gunicorn.conf.py and wsgi.py.
ROOT = _CARRIED if _INSTALLED else _PACKAGE.parent


def data_folder() -> Path:
    """The default data folder: `data` in a checkout; where a user's data belongs when installed.

    An installed command is run from any folder, and must find the same lists from each.
    """
    if not _INSTALLED:
        return Path("data")
    given = os.environ.get("XDG_DATA_HOME", "")
    # A path that is not absolute is to be ignored, says the XDG specification.
    base = Path(given) if given.startswith("/") else Path("~/.local/share")
    try:
        return base.expanduser() / "stockapp"
    except RuntimeError:
        # A user without a home, as in some containers.
        return Path("data")
