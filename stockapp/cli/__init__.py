"""Commands: `flask --app app COMMAND`."""

from collections.abc import Callable

from flask import Flask

from stockapp.cli import analyze, cache, doctor, password, search, tasks, tokens
from stockapp.services.access import Access
from stockapp.services.analyses import Analyses
from stockapp.services.cache_admin import CacheAdmin
from stockapp.services.doctor import Doctor
from stockapp.services.search import Search
from stockapp.services.task_admin import TaskAdmin


def register(
    app: Flask,
    asked: Doctor,
    cache_admin: CacheAdmin,
    task_admin: TaskAdmin,
    analyses: Analyses,
    searches: Search,
    access: Access,
    close: Callable[[], None],
) -> None:
    """Add the commands to the application; `close` is called when one is done."""
    doctor.register(app, asked, close)
    cache.register(app, cache_admin, close)
    tasks.register(app, task_admin, close)
    analyze.register(app, analyses, close)
    search.register(app, searches, close)
    tokens.register(app, access, close)
    password.register(app, close)
