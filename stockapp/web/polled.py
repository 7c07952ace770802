"""Parts of a page that renew themselves: what they get when something goes wrong."""

from flask import request

from stockapp.web import htmx
from stockapp.web.errors import problem_of


def failed(error: Exception) -> tuple[str, int, dict[str, str]]:
    """An error, told as forms tell it; but a part that asks for itself stays as it is.

    It asks again in two seconds, and must not say each time that it failed: the page's head does.
    """
    if htmx.is_asking() and request.method == "GET":
        problem = problem_of(error)
        return "", problem.status, problem.headers
    return htmx.failed(error)
