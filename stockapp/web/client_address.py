"""Who sent a request, and how; all else reads it from the request as if there were no proxy.

`request.remote_addr` is the client's address, `request.is_secure` and `request.host` are what its
browser sees. They are what trusted proxies tell, and what the connection tells without them.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, request

from stockapp.domain.client_address import TrustedProxies, told_by

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SCHEMES = ("http", "https")


def register(app: Flask, proxies: TrustedProxies) -> None:
    """Have every request tell of the client; to be called after all that reads it."""
    app.wsgi_app = _telling(app.wsgi_app, proxies)  # type: ignore[assignment]


def client_address() -> str:
    """The address of who sent the present request; "" for a client without one."""
    return request.remote_addr or ""


def _telling(inner: "WSGIApplication", proxies: TrustedProxies) -> "WSGIApplication":
    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        forwarded_for = environ.pop("HTTP_X_FORWARDED_FOR", "")
        scheme = environ.pop("HTTP_X_FORWARDED_PROTO", "")
        host = environ.pop("HTTP_X_FORWARDED_HOST", "")
        if proxies:
            peer = environ.get("REMOTE_ADDR", "")
            hop = proxies.origin(peer, forwarded_for)
            if hop.proxies:
                environ["REMOTE_ADDR"] = hop.address
                if (told := told_by(scheme, hop.proxies).lower()) in _SCHEMES:
                    environ["wsgi.url_scheme"] = told
                if told := told_by(host, hop.proxies):
                    environ["HTTP_HOST"] = told
        return inner(environ, start_response)

    return application
