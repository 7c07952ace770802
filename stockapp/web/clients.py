"""Who sends a request, as limits and logs know them."""

import ipaddress

from flask import request

from stockapp.web import guard

# A household or a server is given a whole network of this size: its addresses are one client.
_IPV6_PREFIX = 64


def client_key() -> str:
    """The client of this request: its session or token, else the address it comes from.

    Where proxies are trusted, that is the address they tell.
    """
    if known := guard.identity():
        return f"access:{known.id}"
    return of_address(request.remote_addr or "unknown")


def of_address(address: str) -> str:
    """The client at an address: itself for IPv4, its network for IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        # A Unix socket has none.
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))
