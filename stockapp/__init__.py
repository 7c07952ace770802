"""stockapp: a watchlist that never blocks and never hides anything."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from stockapp.cli.tools import Tools
    from stockapp.ports.archive import Archive
    from stockapp.settings import Settings
    from stockapp.settings.report import SettingsReport


def create_app(settings: "Settings | None" = None, *, start: bool = True) -> "Flask":
    """The application with its background work started; call once in each worker process.

    What was built is in `app.extensions["stockapp"]`, for the server to drain and close. Without
    `start` it takes no tasks, as a command must not that shares its data with running workers.
    """
    # Imported here, as gunicorn's master reads stockapp.settings before gevent has patched ssl:
    # what uses ssl must not be imported there, nor inherited unpatched by the workers.
    from stockapp.bootstrap import build
    from stockapp.settings import read_settings

    house = build(settings or read_settings())
    if start:
        house.start()
    return house.app


def create_command_app() -> "Flask":
    """An application with commands only. What one of them needs is built when it is called.

    So `settings`, `backup` and `--help` are quick, and `restore` finds nothing opened.
    """
    from flask import Flask

    from stockapp import cli

    app = Flask("stockapp", static_folder=None)
    cli.register(app.cli, _open_tools, _open_archive, _read_settings, _hashed)
    words = "This application is for commands; `make run` or `stockapp` serve the pages.\n"
    app.register_error_handler(404, lambda error: (words, 503))
    return app


def _hashed(password: str) -> str:
    from stockapp.services import passwords

    return passwords.chosen(password)


def _open_tools() -> "Tools":
    from stockapp.bootstrap import build
    from stockapp.settings import read_settings

    return build(read_settings()).tools()


def _open_archive() -> "Archive":
    from stockapp.bootstrap.archive import archive_of
    from stockapp.settings import read_settings

    return archive_of(read_settings())


def _read_settings() -> "SettingsReport":
    from stockapp.settings.report import settings_report

    return settings_report()
