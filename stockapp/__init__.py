"""stockapp: a watchlist that never blocks and never hides anything."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from stockapp.settings import Settings


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
