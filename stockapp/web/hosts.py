"""Under which names the application answers.

A web site can have its own name lead to 127.0.0.1, or to a machine in the network of whoever looks
at it; to the browser all that is found there is then of that site. The name is still in the Host
header, and it is none of ours.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from stockapp.web import refusals

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SETTING = "STOCKAPP_ALLOWED_HOSTS"
# A name or an address, with a port or without.
_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9._-]{0,252}))(?::[0-9]{1,5})?")
# Verdicts that are remembered: whoever makes up names must not fill the memory with them.
_MOST_KNOWN = 1_000

Address = IPv4Address | IPv6Address


class Hosts:
    """The names that are ours: those of this machine for itself, the bound address, and others.

    `allowed` are names, or *.example.com for all below that one.
    """

    def __init__(self, bound: str, allowed: Iterable[str]) -> None:
        names = {name.strip().lower().rstrip(".") for name in (bound, *allowed)} - {""}
        self._below = tuple(name[1:] for name in names if name.startswith("*."))
        self._names = {name for name in names if not name.startswith("*.")} | {"localhost"}
        self._addresses = {address for name in names if (address := _address(name))}
        # Bound to all addresses of the machine: each of them is one of ours, and an address, unlike
        # a name, leads nowhere else. Containers are probed by theirs.
        self._any_address = any(address.is_unspecified for address in self._addresses)

    def knows(self, host: str) -> bool:
        """Whether a name or an address, without a port, is one of ours."""
        address = _address(host)
        if address:
            return address.is_loopback or self._any_address or address in self._addresses
        name = host.rstrip(".")
        return name in self._names or name.endswith(self._below)


def checking_hosts(inner: "WSGIApplication", hosts: Hosts) -> "WSGIApplication":
    """The application, for requests to one of our names; all others are refused.

    Paths make no difference: those for probes tell little, but probes come by a name too.
    """
    known: set[str] = set()

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        # Only the first HTTP could do without; no browser speaks it.
        if host in known or (not host and environ.get("SERVER_PROTOCOL") == "HTTP/1.0"):
            return inner(environ, start_response)
        match = _HOST.fullmatch(host.lower())
        if match is None:
            said = "The Host header is not a name or an address, with a port or without."
            return refusals.refuse(environ, start_response, 400, "bad_host", said)
        if not hosts.knows(match[1]):
            said = (
                f"This server does not go by the name {match[1]}. If it should, add that to"
                f" {SETTING} and start it again."
            )
            return refusals.refuse(environ, start_response, 421, "unknown_host", said)
        if len(known) < _MOST_KNOWN:
            known.add(host)
        return inner(environ, start_response)

    return application


def _address(host: str) -> Address | None:
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
