"""The page about who may use stockapp: sessions that can be ended, tokens for programs."""

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.domain.access import Scope, TokenExists
from stockapp.ports import Clock
from stockapp.services.access import Access, InvalidToken, TooManyTokens
from stockapp.web import done, guard, htmx
from stockapp.web.api_tokens import require_password
from stockapp.web.present_access import AccessView, TypedToken, session_views, token_views
from stockapp.web.rendering import render


class AccessPage:
    """The page, and what its forms do. `needed`: a password is set."""

    def __init__(self, access: Access, clock: Clock, *, needed: bool) -> None:
        self._access = access
        self._clock = clock
        self._needed = needed

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("access", __name__, url_prefix="/access")
        blueprint.add_url_rule("", view_func=self.page)
        posts: dict[str, Callable[..., AnyResponse]] = {
            "/sessions/<session_id>/end": self.end_session,
            "/sessions/end-others": self.end_others,
            "/tokens": self.create_token,
            "/tokens/<token_id>/revoke": self.revoke_token,
        }
        for path, view in posts.items():
            blueprint.add_url_rule(path, view_func=view, methods=["POST"])
        blueprint.register_error_handler(Exception, htmx.failed)
        return blueprint

    def page(self) -> Response:
        """The whole page."""
        return self._page(said=done.words(request.args.get("done", ""), _what()))

    def end_session(self, session_id: str) -> AnyResponse:
        """End a session; one's own too."""
        self._access.end_session(session_id)
        return _back("session-ended", "sessions")

    def end_others(self) -> AnyResponse:
        """End all sessions but that of who asks."""
        count = self._access.end_others(_here())
        return _back("others-ended", "sessions", count)

    def create_token(self) -> AnyResponse:
        """Make a token, and show its secret: this once, so there is no other page to go to."""
        require_password(self._needed)
        name, days = request.form.get("name", ""), request.form.get("days", "").strip()
        scope = Scope.FULL if request.form.get("scope") == Scope.FULL else Scope.READ
        try:
            if days and not (days.isascii() and days.isdigit()):
                raise InvalidToken("expires_in_days", "Give the days as a number, or none.")
            token, secret = self._access.create_token(name, scope, int(days) if days else None)
        except (InvalidToken, TokenExists, TooManyTokens) as error:
            typed = TypedToken(name, scope.value, days, str(error))
            response = self._page(typed=typed)
            response.status_code = 422
            return response
        return self._page(made=token.name, secret=secret)

    def revoke_token(self, token_id: str) -> AnyResponse:
        """Revoke a token."""
        self._access.revoke_token(token_id)
        return _back("revoked", "tokens")

    def _page(
        self,
        *,
        typed: TypedToken | None = None,
        made: str = "",
        secret: str = "",
        said: str = "",
    ) -> Response:
        now = self._clock.now()
        view = AccessView(
            needed=self._needed,
            sessions=session_views(self._access.sessions() if self._needed else [], _here(), now),
            tokens=token_views(self._access.tokens(), now),
        )
        html = render(
            "pages/access.html",
            access=view,
            typed=typed or TypedToken(),
            made=made,
            secret=secret,
            said=said,
        )
        return htmx.uncached(html)


def _here() -> str:
    known = guard.identity()
    return known.id if known else ""


def _what() -> str:
    return request.args.get("what", "")


def _back(key: str, section: str, what: int | str = "") -> AnyResponse:
    return redirect(f"/access?{urlencode({'done': key, 'what': what})}#{section}", 303)
