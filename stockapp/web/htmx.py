"""Answers to pages with scripts and without."""

from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from flask import Response, after_this_request, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.web import fragments
from stockapp.web.errors import problem_of
from stockapp.web.rendering import render

# What a form did is told in these members of the query; others stay.
_TOLD = frozenset({"done", "what", "undo"})
# The event up to which an answer's parts are true; static/js/live.js compares it.
AS_OF = "Stockapp-As-Of"


def is_asking() -> bool:
    """Whether a script of the page asks, for a part of it, and not the browser for a page."""
    return request.headers.get("HX-Request") == "true"


def came_from() -> SplitResult:
    """The page that asks: of the address that the browser tells, what one of ours can have.

    Its path is "" where none is told. It never begins with two slashes, which would lead to another
    host in a redirect, nor does it hold what browsers read as one.
    """
    try:
        told = urlsplit(request.referrer or "")
    except ValueError:
        told = urlsplit("")
    path = told.path.replace("\\", "/").lstrip("/")
    return SplitResult("", "", f"/{path}" if told.path else "", told.query, "")


def as_of(event_id: int) -> None:
    """Tell the page that this answer is true up to that event: it may come after news of later
    ones, and hide them. Of several calls the first counts.
    """

    def tell(response: Response) -> Response:
        response.headers.setdefault(AS_OF, str(event_id))
        return response

    after_this_request(tell)


def back(key: str, *, otherwise: str) -> AnyResponse:
    """A redirect to the page that sent the form, which will say what that key stands for."""
    page = came_from()
    known = page.path.split("/")[1:2] in ([""], ["lists"], [otherwise.strip("/")])
    query = [pair for pair in parse_qsl(page.query) if pair[0] not in _TOLD] if known else []
    path = page.path if known else otherwise
    return redirect(f"{path}?{urlencode([*query, ('done', key)])}", 303)


def go(address: str) -> AnyResponse:
    """Have the browser open another page of ours."""
    if not is_asking():
        return redirect(address, 303)
    response = make_response("")
    response.headers["HX-Redirect"] = address
    return response


def failed(error: Exception) -> tuple[str, int, dict[str, str]]:
    """An error, told within the page where a script asked; else as a page of its own."""
    problem = problem_of(error)
    if is_asking():
        return fragments.message(problem.detail, "error"), problem.status, problem.headers
    return render("pages/error.html", problem=problem), problem.status, problem.headers


def uncached(html: str) -> Response:
    """A page that is true now only."""
    response = make_response(html)
    response.headers["Cache-Control"] = "no-store"
    return response
