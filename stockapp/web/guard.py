"""Who may have what: sessions and tokens before every request, where a password is set."""

from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, g, has_request_context, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.domain.access import Identity, Scope
from stockapp.services.access import Access
from stockapp.web import cookies, htmx
from stockapp.web.errors import Problem, wants_json

# To be had by everybody. Static files are these, too, where the server itself does not send them.
OPEN = frozenset(
    {"static", "login.page", "login.submit", "login.logout", "health.alive", "health.ready"}
)
# GET calls of the JSON interface that start work where something is due: not for who only reads.
WORKING = frozenset(
    {
        "api_analysis.cached",
        "api_analysis.start",
        "api_analysis.start_all",
        "api_history.history",
        "api_history.statements",
        "api_prices.quote",
        "api_prices.refresh",
        "api_search.search",
    }
)
# What is asked by scripts of a page alone, and never shown for itself.
_STREAMS = ("/stream", "/changes")
_READING = ("GET", "HEAD", "OPTIONS")
_OVER = "You are logged out. Log in again."
_NOT_DONE = "You are logged out, so this was not done. Log in again; what you typed stays."


def register(app: Flask, access: Access) -> None:
    """Let in who has a session or a token, and nobody else."""

    def judge() -> AnyResponse | None:
        g.identity = _identify(access)
        if g.identity is None:
            return None if request.endpoint in OPEN else _unknown()
        if g.identity.scope is Scope.READ and not _is_reading():
            raise Problem(
                403,
                "read_only_token",
                "This token may only read. Use one of full scope for what changes something or"
                " starts work.",
            )
        return None

    app.before_request(judge)
    app.after_request(_unshared)


def identity() -> Identity | None:
    """Who sent the present request; None: nobody known, as where no password is set."""
    return g.get("identity") if has_request_context() else None


def logged_in() -> bool:
    """Whether this is a browser that logged in."""
    known = identity()
    return known is not None and known.is_session


def session_cookie() -> str:
    """The cookie's name. With the prefix no other host of the domain can set it, nor plain http."""
    return cookies.SECURE_SESSION if request.is_secure else cookies.SESSION


def local_path(text: str) -> str:
    """Where to go after a login: of an address what can only lead to a page of ours."""
    # Browsers drop these characters, and read a backslash as a slash.
    plain = "".join(char for char in text if char.isprintable()).replace("\\", "/")
    try:
        told = urlsplit(plain)
    except ValueError:
        return "/"
    if told.scheme or told.netloc or not plain.startswith("/") or plain.startswith("//"):
        return "/"
    if told.path.rstrip("/") in ("/login", "/logout"):
        return "/"
    return told._replace(fragment="").geturl()


def _identify(access: Access) -> Identity | None:
    """Raises Problem for a token that does not count, whatever else there is."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    # Other kinds are between the browser and a proxy.
    if kind.lower() == "bearer":
        found = access.of_token(secret.strip())
        if found is None:
            detail = "There is no such token; it may have been revoked, or be over. Use another."
            raise unauthenticated("invalid_token", detail, ', error="invalid_token"')
        return found
    cookie = request.cookies.get(session_cookie())
    return access.of_session(cookie) if cookie else None


def unauthenticated(code: str, detail: str, more: str = "") -> Problem:
    """The answer to who is not known."""
    return Problem(
        401, code, detail, headers={"WWW-Authenticate": f'Bearer realm="stockapp"{more}'}
    )


def _unknown() -> AnyResponse:
    """Send a person who opens a page to the login; tell anybody else. Raises Problem."""
    if htmx.is_asking():
        words, status, headers = htmx.failed(unauthenticated("logged_out", _NOT_DONE))
        # What a page asks for by itself is not answered with words each time: its notice tells
        # (static/js/session.js). Where the answer was meant to go stays as it is.
        told = "" if request.method == "GET" else words
        return Response(told, status, {**headers, "HX-Reswap": "none"})
    if wants_json() and request.endpoint != "api_docs.page":
        raise unauthenticated(
            "unauthenticated", "Send a token: Authorization: Bearer stk_... (see /access)."
        )
    if request.method not in ("GET", "HEAD"):
        detail = (
            "You are logged out, so this was not done. Log in in another tab; then go back to the"
            " form, load its page again, and send it once more."
        )
        raise unauthenticated("logged_out", detail)
    if request.path in _STREAMS or not _is_page():
        raise unauthenticated("logged_out", _OVER)
    path = f"{request.path}?{request.query_string.decode('latin-1')}".rstrip("?")
    query = "" if path == "/" else "?" + urlencode({"next": path})
    return redirect(f"/login{query}", HTTPStatus.SEE_OTHER)


def _is_page() -> bool:
    """Whether a page is as welcome as anything: for browsers, and for programs that do not say."""
    return not request.accept_mimetypes or request.accept_mimetypes["text/html"] >= 1


def _is_reading() -> bool:
    """Whether this can be answered to who only reads: pages start work when they are looked at."""
    if request.method not in _READING:
        return False
    if request.endpoint in OPEN or request.path == "/metrics":
        return True
    return request.path.startswith("/api/") and request.endpoint not in WORKING


def _unshared(response: Response) -> Response:
    """No cache between may hand what one was let see to another, nor show it after the logout."""
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.update(("Cookie", "Authorization"))
    return response
