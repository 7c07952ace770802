"""Saying on every page that the database cannot be used, or that a damaged one was replaced."""

from flask import Flask

from stockapp.services.storage_watch import StorageWatch
from stockapp.web import fragments
from stockapp.web.feeds import Feeds
from stockapp.web.rendering import render


def tell_of_storage(app: Flask, watch: StorageWatch, feeds: Feeds) -> None:
    """Have the layout of all pages show it, and open pages told of each change."""

    def fragment() -> str:
        return fragments.partial("#storage", render("partials/_storage.html"))

    # A function, as a global of a template is looked up anew each time only so.
    app.jinja_env.globals["storage_report"] = lambda: watch.report
    watch.listeners.append(lambda: feeds.announce(fragment))
