"""Logging in and out."""

import logging
from http import HTTPStatus

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.services.access import Access
from stockapp.services.login_throttle import LoginThrottle
from stockapp.web import guard, htmx
from stockapp.web.client_address import client_address
from stockapp.web.rendering import render

logger = logging.getLogger(__name__)


class LoginPage:
    """The form, what it does, and the button that ends it all. `needed`: a password is set."""

    def __init__(
        self, access: Access, throttle: LoginThrottle, *, needed: bool, session_seconds: float
    ) -> None:
        self._access = access
        self._throttle = throttle
        self._needed = needed
        self._session_seconds = session_seconds

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("login", __name__)
        blueprint.add_url_rule("/login", view_func=self.page)
        blueprint.add_url_rule("/login", view_func=self.submit, methods=["POST"])
        blueprint.add_url_rule("/logout", view_func=self.logout, methods=["POST"])
        return blueprint

    def page(self) -> AnyResponse:
        """The form; who needs none goes on."""
        wanted = guard.local_path(request.args.get("next", "/"))
        if not self._needed or guard.logged_in():
            return redirect(wanted, HTTPStatus.SEE_OTHER)
        return _form(wanted, "", HTTPStatus.OK)

    def submit(self) -> AnyResponse:
        """Open a session for who has the password."""
        wanted = guard.local_path(request.form.get("next", "/"))
        if not self._needed:
            return redirect(wanted, HTTPStatus.SEE_OTHER)
        address = client_address()
        wait = self._throttle.enter(address)
        if wait:
            words = f"The password was tried too often. Wait {_time(wait)}, then try again."
            response = _form(wanted, words, HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = str(wait)
            return response
        if not self._access.is_password(request.form.get("password", "")):
            logger.warning("a login failed", extra={"client": address})
            return _form(wanted, "That is not the password.", HTTPStatus.FORBIDDEN)
        self._throttle.succeeded(address)
        return self._enter(address, wanted)

    def logout(self) -> AnyResponse:
        """End the session, here and on the server."""
        known = guard.identity()
        if known is not None and known.is_session:
            self._access.end_session(known.id)
        response = redirect("/login", HTTPStatus.SEE_OTHER)
        cookie = guard.session_cookie()
        response.delete_cookie(cookie, secure=request.is_secure, httponly=True, samesite="Lax")
        return response

    def _enter(self, address: str, wanted: str) -> AnyResponse:
        # Always a new one: what the browser brought may have been put there by somebody else.
        before = guard.identity()
        if before is not None and before.is_session:
            self._access.end_session(before.id)
        secret = self._access.open_session(address, request.user_agent.string)
        response = redirect(wanted, HTTPStatus.SEE_OTHER)
        response.set_cookie(
            guard.session_cookie(),
            secret,
            max_age=int(self._session_seconds),
            path="/",
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response


def _form(wanted: str, problem: str, status: HTTPStatus) -> Response:
    response = htmx.uncached(render("pages/login.html", next=wanted, problem=problem))
    response.status_code = status
    return response


def _time(seconds: int) -> str:
    if seconds < 120:  # noqa: PLR2004
        return f"{seconds} second{'s' if seconds != 1 else ''}"
    return f"{-(-seconds // 60)} minutes"
