"""Development server: `python app.py` serves as in production, reloading when code changes."""

import os
import sys
from pathlib import Path

from flask import Flask

import stockapp

ROOT = Path(__file__).parent


def create_app() -> Flask:
    """What `flask --app app` finds: the commands."""
    return stockapp.create_command_app()


def main() -> None:
    """Become gunicorn with one worker that starts anew whenever a file changes."""
    os.environ.setdefault("WEB_CONCURRENCY", "1")
    os.environ.setdefault("STOCKAPP_LOG_LEVEL", "DEBUG")
    os.environ["STOCKAPP_RELOAD"] = "1"
    os.chdir(ROOT)
    os.execv(  # each word is ours # nosec B606
        sys.executable, [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    )


if __name__ == "__main__":
    main()
