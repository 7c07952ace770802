"""The system page's section about the cache, and its buttons, which ask first."""

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.ports import CacheTrouble, Clock
from stockapp.services.cache_admin import KINDS, CacheAdmin
from stockapp.web import done, fragments, htmx, polled
from stockapp.web.api_cache import cleared, unusable
from stockapp.web.errors import not_found
from stockapp.web.present_cache import CacheView, cache_view, cleared_words, title_of
from stockapp.web.rendering import render


class CachePanel:
    """The section that renews itself, the question, and what the answer does."""

    def __init__(self, admin: CacheAdmin, clock: Clock) -> None:
        self._admin = admin
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("cache_panel", __name__, url_prefix="/system/cache")
        blueprint.add_url_rule("", view_func=self.section)
        blueprint.add_url_rule("/clear", view_func=self.ask)
        blueprint.add_url_rule("/clear", view_func=self.clear, methods=["POST"])
        blueprint.add_url_rule("/verify", view_func=self.verify, methods=["POST"])
        blueprint.register_error_handler(Exception, polled.failed)
        return blueprint

    def view(self) -> CacheView | None:
        """The section's content; None while the cache cannot tell."""
        try:
            return cache_view(self._admin.report(), self._clock.now())
        except CacheTrouble:
            return None

    def troubles(self) -> list[str]:
        """Why the cache cannot be used at present."""
        return self._admin.troubles()

    def section(self) -> Response:
        """The section alone, as the page renews it."""
        html = render("partials/_cache.html", cache=self.view(), troubles=self.troubles())
        return htmx.uncached(html)

    def ask(self) -> Response:
        """Ask whether to clear."""
        kind = _kind(request.args.get("kind", ""))
        try:
            report = self._admin.report()
        except CacheTrouble as error:
            raise unusable(error) from None
        title = title_of(kind) if kind else "everything"
        return htmx.uncached(
            render(
                "pages/clear_cache.html",
                kind=kind or "",
                title=title,
                amount=cleared_words(kind, report),
            )
        )

    def clear(self) -> AnyResponse:
        """Clear, and show the page again."""
        count = cleared(self._admin, _kind(request.form.get("kind", "")))
        query = urlencode({"done": "cleared", "what": count})
        return redirect(f"/system?{query}#cache", HTTPStatus.SEE_OTHER)

    def verify(self) -> AnyResponse:
        """Check every entry, and say what came of it."""
        try:
            check = self._admin.verify()
        except CacheTrouble as error:
            raise unusable(error) from None
        key = "mended" if check.damaged else "verified"
        if htmx.is_asking():
            said = fragments.message(done.words(key, str(check.damaged)))
            html = render("partials/_cache.html", cache=self.view(), troubles=self.troubles())
            return htmx.uncached(html + said)
        query = urlencode({"done": key, "what": check.damaged})
        return redirect(f"/system?{query}#cache", HTTPStatus.SEE_OTHER)


def _kind(text: str) -> str | None:
    """The kind that is meant, None for all. Raises Problem."""
    if text and text not in KINDS:
        raise not_found("prefix", f"There is no such kind of entry; there are {', '.join(KINDS)}.")
    return text or None
