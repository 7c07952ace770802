"""An application for commands does no work of its own."""

import threading
from pathlib import Path

from stockapp import create_app
from stockapp.settings import Settings


def background(settings: Settings, *, start: bool) -> set[str]:
    """The names of the threads that an application brings."""
    before = set(threading.enumerate())
    app = create_app(settings, start=start)
    try:
        return {thread.name for thread in set(threading.enumerate()) - before}
    finally:
        app.extensions["stockapp"].close()


def test_without_a_start_it_takes_no_tasks_and_publishes_nothing(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path, "log_level": "ERROR"})
    assert background(settings, start=False) == {"database", "doorbell"}
    assert {"vitals", "ledger"} <= background(settings, start=True)
