"""Saying with every answer that stores cannot be used, or that a damaged one was replaced."""

from flask import Flask, Response

from stockapp.services.storage_watch import StorageWatch
from stockapp.web import fragments
from stockapp.web.feeds import Feeds
from stockapp.web.rendering import render

_HEADER = "Stockapp-Trouble"


def tell_of_storage(app: Flask, watch: StorageWatch, feeds: Feeds) -> None:
    """Have the layout of all pages show it, open pages told of each change, and programs by a
    header of all answers.
    """

    def fragment() -> str:
        return fragments.partial("#storage", render("partials/_storage.html"))

    def tell() -> None:
        feeds.announce(fragment)
        if watch.report.trouble is None:
            feeds.renew()

    def marked(response: Response) -> Response:
        if watch.report.trouble:
            response.headers[_HEADER] = watch.report.trouble
        return response

    app.after_request(marked)
    # A function, as a global of a template is looked up anew each time only so.
    app.jinja_env.globals["storage_report"] = lambda: watch.report
    watch.listeners.append(tell)
