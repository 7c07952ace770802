"""Who sent a request that came through proxies: what of their words is believed."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Hop:
    """Where a request came from, and how many trusted proxies it passed on its way."""

    address: str
    proxies: int


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """Proxies whose headers are believed. `by_socket`: also those that come by a Unix socket."""

    networks: Sequence[Network]
    by_socket: bool = False

    def __bool__(self) -> bool:
        return bool(self.networks) or self.by_socket

    def origin(self, peer: str, forwarded_for: str) -> Hop:
        """Who is behind the peer ("" for one without an address), by its X-Forwarded-For.

        Each proxy adds at the right whom it was asked by. So what stands right of the first that
        is not trusted is true, and what stands left of it may be made up.
        """
        address, passed = peer, 0
        chain = [entry.strip() for entry in forwarded_for.split(",") if entry.strip()]
        while self._trusts(address):
            passed += 1
            if not chain:
                break
            said = _ip(chain.pop())
            # A proxy that hides whom it was asked by stands for them.
            if said is None:
                break
            address = str(said)
        return Hop(address, passed)

    def _trusts(self, address: str) -> bool:
        if not address:
            return self.by_socket
        ip = _ip(address)
        return ip is not None and any(ip in network for network in self.networks)


def told_by(values: str, proxies: int) -> str:
    """Of a header to which each proxy may add at the right: what the outermost trusted one told.

    Most send one value in place of what they got; that one is then taken.
    """
    told = [value.strip() for value in values.split(",")]
    return told[-proxies] if 0 < proxies <= len(told) else told[0]


def _ip(text: str) -> Ip | None:
    """The address in an entry, which may have a port."""
    bare = text.strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        ip = ipaddress.ip_address(bare)
    except ValueError:
        return None
    # What a socket for both kinds of addresses tells of an old one.
    return getattr(ip, "ipv4_mapped", None) or ip
