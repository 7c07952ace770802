"""Tokens that show that a form is of a page which this browser got from here.

A token is a random part and a signature over it, over what the cookie calls the browser, and over
its session where it has one. Nothing is kept on the server; all workers share the key. Each page
has another token, so that what compression tells of a page's length never adds up to one.
"""

import base64
import hashlib
import hmac
import re
import secrets

from flask import Flask, Response, after_this_request, current_app, g, request

from stockapp.web import cookies

HEADER, FIELD = "X-CSRF-Token", "csrf_token"
COOKIE = "stockapp_csrf"
# Over https no neighbour can set a cookie of this name: another port, a sub-domain, or http.
SECURE_COOKIE = f"__Host-{COOKIE}"
# Of whoever signs in: a token from before is worth nothing after, nor the other way round.
SESSION_COOKIES = (cookies.SESSION, cookies.SECURE_SESSION)

_BROWSER = re.compile(r"[A-Za-z0-9_-]{22,64}")
_RANDOM_BYTES = 16
_LONGEST = 200


class Tokens:
    """Makes tokens by a key, and knows its own."""

    def __init__(self, key: bytes) -> None:
        # A key of its own, whatever else the secret is used for.
        self._key = hmac.digest(key, b"stockapp csrf", hashlib.sha256)

    def make(self, browser: str) -> str:
        """A new token for that browser."""
        salt = secrets.token_bytes(_RANDOM_BYTES)
        return base64.urlsafe_b64encode(salt + self._signature(salt, browser)).decode()

    def holds(self, token: str, browser: str) -> bool:
        """Whether the token was made for that browser."""
        if not token or len(token) > _LONGEST or not token.isascii():
            return False
        try:
            whole = base64.b64decode(token, altchars=b"-_", validate=True)
        except ValueError:
            return False
        salt, signature = whole[:_RANDOM_BYTES], whole[_RANDOM_BYTES:]
        return hmac.compare_digest(signature, self._signature(salt, browser))

    def _signature(self, salt: bytes, browser: str) -> bytes:
        return hmac.digest(self._key, salt + browser.encode(), hashlib.sha256)


def register(app: Flask, key: bytes) -> None:
    """Give this application's pages tokens by that key."""
    app.extensions["stockapp.csrf"] = Tokens(key)
    # Forms in what is sent to many browsers at once have none: see templates/partials/_token.html.
    app.jinja_env.globals["token"] = ""


def token() -> str:
    """A token for the page that is being made; a browser that is not known yet gets its cookie."""
    browser = _browser() or g.get("csrf_browser")
    if browser is None:
        browser = g.csrf_browser = secrets.token_urlsafe(_RANDOM_BYTES)
        after_this_request(_introduce)
    return _tokens().make(browser + _session())


def is_sent() -> bool:
    """Whether the request carries a token of its browser, in a header or a form's field."""
    browser = _browser()
    if browser is None:
        return False
    sent = request.headers.get(HEADER)
    if sent is None:
        sent = request.form.get(FIELD, "")
    return _tokens().holds(sent, browser + _session())


def has_cookie() -> bool:
    """Whether the request comes with what only a browser has from us."""
    return any(name in request.cookies for name in (_cookie(), *SESSION_COOKIES))


def _introduce(response: Response) -> Response:
    # Not Strict: a page that is reached by a link from elsewhere would give the browser another
    # name, and the forms of pages that are open would not be its own any more.
    response.set_cookie(
        _cookie(), g.csrf_browser, httponly=True, samesite="Lax", secure=request.is_secure
    )
    return response


def _browser() -> str | None:
    told = request.cookies.get(_cookie(), "")
    return told if _BROWSER.fullmatch(told) else None


def _session() -> str:
    # A cookie cannot hold the mark, so nothing can be taken for something else.
    return "".join(f";{request.cookies.get(name, '')}" for name in SESSION_COOKIES)


def _cookie() -> str:
    return SECURE_COOKIE if request.is_secure else COOKIE


def _tokens() -> Tokens:
    tokens: Tokens = current_app.extensions["stockapp.csrf"]
    return tokens
