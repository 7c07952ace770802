"""What every request has to pass, and every answer carries: each rule is a module of its own."""

from collections.abc import Iterable

from flask import Flask, request

from stockapp.web import bodies, csrf, headers, hosts, origin_check
from stockapp.web.errors import Problem
from stockapp.web.origin_check import Origin


def register(app: Flask, key: bytes, bound: str, allowed: Iterable[str]) -> None:
    """Guard the application.

    `key` signs the tokens of forms, `bound` is the address that is listened on, `allowed` are
    further names under which people reach it.
    """
    csrf.register(app, key)
    app.before_request(refuse_others)
    checked = hosts.checking_hosts(app.wsgi_app, hosts.Hosts(bound, allowed))
    app.wsgi_app = headers.adding_headers(checked)  # type: ignore[assignment]


def refuse_others() -> None:
    """Raises Problem where another web site has a browser change something here, or start work."""
    environ = request.environ
    origin = origin_check.origin_of(environ)
    if origin_check.changes(environ):
        if origin is Origin.FOREIGN:
            raise _cross_site()
        bodies.refuse_compressed()
        _require_token(origin)
    elif environ["REQUEST_METHOD"] == "OPTIONS":
        # Answered by what is possible, and without a word that another site may do it.
        return
    elif origin_check.is_call(request.path):
        if origin is Origin.FOREIGN:
            raise _cross_site()
        if _is_browser_of_unknown_page(origin) and not _is_ours_by_token():
            raise _of_no_page()
    elif _is_part_of_other_page(origin):
        raise _cross_site()


def _require_token(origin: Origin) -> None:
    """Forms have one; so has whatever a browser sends without saying from which page."""
    if request.headers.get("Authorization", "").lower().startswith("bearer "):
        # No page of another site can have a browser send that.
        return
    if not request.path.startswith("/api/"):
        bodies.read_form()
        if not csrf.is_sent():
            raise _no_token()
        return
    is_browser = origin_check.is_browser(request.environ) or csrf.has_cookie()
    if origin is Origin.UNKNOWN and is_browser and not _is_ours_by_token():
        raise _no_token()


def _is_browser_of_unknown_page(origin: Origin) -> bool:
    return origin is Origin.UNKNOWN and origin_check.is_browser(request.environ)


def _is_ours_by_token() -> bool:
    return csrf.HEADER in request.headers and csrf.is_sent()


def _is_part_of_other_page(origin: Origin) -> bool:
    """Whether a page is asked for as a picture, in a frame or by a script: that starts work too."""
    told = origin is Origin.FOREIGN or _is_browser_of_unknown_page(origin)
    return told and not origin_check.opens_a_page(request.environ)


def _cross_site() -> Problem:
    detail = "Another web site asked for this. Do it on a page of stockapp."
    return Problem(403, "cross_site", detail)


def _no_token() -> Problem:
    detail = (
        "This form is not of a page that this browser got from here, or of one that is too old."
        " Load the page again, and send it once more. Programs use the calls below /api/."
    )
    return Problem(403, "csrf_token", detail)


def _of_no_page() -> Problem:
    detail = (
        "A browser asked for this without telling from which page. Use a page of stockapp, or ask"
        " by a program such as curl."
    )
    return Problem(403, "cross_site", detail)
