"""From where a request comes, as far as a browser tells.

Browsers tell it by Fetch Metadata, on https and on localhost; elsewhere by Origin where something
is to change, and else by Referer at best. Programs tell nothing, and need not.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

# What scripts of our pages fetch and programs call, and links of others need not lead to: most of
# it starts work.
_CALLS = ("/api/", "/stream", "/changes", "/search")
# Of these, what only tells: links from elsewhere may lead there.
_TOLD = ("/api/docs", "/api/openapi.json")
_SAFE = ("GET", "HEAD", "OPTIONS")


class Origin(Enum):
    """OURS: a page of ours, or the person; FOREIGN: another web site; UNKNOWN: it is not told."""

    OURS = "ours"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


def origin_of(environ: Mapping[str, Any]) -> Origin:
    """Who has the browser send the request; the first header that tells it counts."""
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return Origin.OURS if site in ("same-origin", "none") else Origin.FOREIGN
    # Their scheme is not compared: a proxy that ends https may not be known as one.
    for header in ("HTTP_ORIGIN", "HTTP_REFERER"):
        if told := environ.get(header):
            return Origin.OURS if _host(told) == _own(environ) else Origin.FOREIGN
    return Origin.UNKNOWN


def is_call(path: str) -> bool:
    """Whether it is no page, but something that programs and scripts ask for."""
    return path.startswith(_CALLS) and not path.startswith(_TOLD)


def changes(environ: Mapping[str, Any]) -> bool:
    """Whether the request may change something, by its method."""
    return environ["REQUEST_METHOD"] not in _SAFE


def is_browser(environ: Mapping[str, Any]) -> bool:
    """Whether it calls itself one, as all do and no script of a page can deny."""
    return str(environ.get("HTTP_USER_AGENT", "")).startswith("Mozilla/")


def opens_a_page(environ: Mapping[str, Any]) -> bool:
    """Whether the browser shows the answer in a window: by a link, not as a part of a page."""
    mode = environ.get("HTTP_SEC_FETCH_MODE")
    if mode is None:
        return "text/html" in str(environ.get("HTTP_ACCEPT", ""))
    return bool(mode == "navigate" and environ.get("HTTP_SEC_FETCH_DEST") == "document")


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def _own(environ: Mapping[str, Any]) -> str:
    host = str(environ.get("HTTP_HOST", "")).lower()
    # As browsers write it: without the usual port.
    usual = ":443" if environ.get("wsgi.url_scheme") == "https" else ":80"
    return host.removesuffix(usual)
