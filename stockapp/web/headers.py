"""Headers on every answer, static files and refusals among them, that keep it to its own page."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    # HTML is made of text only by htmx, through static/js/trusted.js.
    "require-trusted-types-for": "'script'",
    "trusted-types": "stockapp",
}
# All that browsers can be told to keep from a page and that none of ours uses.
_UNUSED = (
    "accelerometer",
    "autoplay",
    "bluetooth",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "clipboard-write",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
HEADERS = [
    ("Content-Security-Policy", "; ".join(f"{name} {value}" for name, value in _POLICY.items())),
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", ", ".join(f"{name}=()" for name in _UNUSED)),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]
# Of the host alone: its neighbours are not ours to speak for.
_OVER_HTTPS = [*HEADERS, ("Strict-Transport-Security", "max-age=31536000")]
_UNCACHED = [("Cache-Control", "no-store")]


def adding_headers(inner: "WSGIApplication") -> "WSGIApplication":
    """The application with these headers on each of its answers.

    What says nothing of being kept is not kept, by the browser or on the way.
    """

    # Not after_request: Flask's own way costs a tenth of a cached answer.
    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        added = _OVER_HTTPS if environ["wsgi.url_scheme"] == "https" else HEADERS

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: "OptExcInfo | None" = None
        ) -> object:
            more = added
            if not any(name.lower() == "cache-control" for name, _ in headers):
                more = added + _UNCACHED
            return start_response(status, headers + more, exc_info)

        return inner(environ, start)  # type: ignore[arg-type]

    return application
