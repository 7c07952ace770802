"""Scripts, styles and images: at addresses that name their version, so that they are kept."""

import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, send_from_directory
from whitenoise import WhiteNoise

from stockapp.web.packing import packed, version_of

_VERSION = re.compile("[0-9a-f]{12}/")


def register(app: Flask, folder: Path, place: Path, *, fresh: bool) -> None:
    """Serve the folder below /static/, and give templates `asset(name)`: the address of a file.

    Browsers keep what is at such an address for ever, and get it compressed where the server
    packed it into `place` before it started. With `fresh` each use asks for the file anew, as
    is right while files are being changed.
    """
    app.add_url_rule("/static/<path:name>", "static", _as_it_is(folder))
    version = "" if fresh else f"{version_of(folder)}/"
    app.jinja_env.globals["asset"] = lambda name: f"/static/{version}{name}"
    if fresh:
        return
    kept = WhiteNoise(
        app.wsgi_app,
        packed(folder, place) or folder,
        f"static/{version}",
        allow_all_origins=False,
        mimetypes={".webmanifest": "application/manifest+json"},
        immutable_file_test=lambda path, url: True,
    )
    app.wsgi_app = kept  # type: ignore[method-assign]


def _as_it_is(folder: Path) -> Callable[[str], Response]:
    def serve(name: str) -> Response:
        """A file as it is now; also for pages from before an update, which name its old version."""
        return send_from_directory(folder, _VERSION.sub("", name, count=1))

    return serve
