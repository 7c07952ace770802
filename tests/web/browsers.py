"""A browser, as far as forms go: it sends the token of a page that it has loaded."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TOKEN = re.compile('<meta name="csrf-token" content="([^"]+)">')
COOKIE = "stockapp_csrf"
SESSION = "stockapp_session"


class Browser(FlaskClient):
    """What it posts carries the token of a page that it loaded, and that page's cookie.

    But calls do not while it has seen no page: those are a program's.
    """

    _token: str | None = None
    _kept: str | None = None
    # What it was logged in by when it loaded that page.
    _session: str | None = None

    def load(self, base_url: str | None = None) -> str:
        """Load a page; returns its token."""
        page = self.get("/about", follow_redirects=True, base_url=base_url)
        self._session = self._logged_in()
        found = TOKEN.search(page.text)
        assert found is not None
        self._token = found[1]
        told = re.search(f"{COOKIE}=([^;]+)", page.headers.get("Set-Cookie", ""))
        self._kept = told[1] if told else None
        return self._token

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """Send a request."""
        changes = options.get("method", "GET") not in ("GET", "HEAD", "OPTIONS")
        if changes and (not str(args[0]).startswith("/api/") or self._has_cookie()):
            fresh = self._token is None or self._session != self._logged_in()
            token = self.load(options.get("base_url")) if fresh else self._token
            headers = {"X-CSRF-Token": token, **dict(options.pop("headers", None) or {})}
            if self._cookies is None:
                headers["Cookie"] = f"{COOKIE}={self._kept}"
            options["headers"] = headers
        return super().open(*args, **options)

    def _logged_in(self) -> str | None:
        found = self._cookies is not None and self.get_cookie(SESSION)
        return found.value if found else None

    def _has_cookie(self) -> bool:
        return self._cookies is not None and self.get_cookie(COOKIE) is not None
