"""How many connections one address may hold, so that no client takes all there are."""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Any

_PREFIX_OF_ONE = 64


class Crowd:
    """Counts a worker's connections by address, of `connections` that there are.

    One address may hold half of them, and a quarter of them without a request under way: then its
    oldest such is let go for a new one. Behind a proxy all share the proxy's address, and both
    are far above what one proxy opens.
    """

    def __init__(self, connections: int) -> None:
        self._most = max(1, connections // 2)
        self._most_idle = max(1, connections // 4)
        self._held: Counter[str] = Counter()
        self._idle: dict[str, OrderedDict[Any, Callable[[], None]]] = defaultdict(OrderedDict)

    def enter(self, address: str) -> bool:
        """Count one more; False where that would be too many."""
        if self._held[address] >= self._most:
            return False
        self._held[address] += 1
        return True

    def leave(self, address: str) -> None:
        """One that had entered is gone."""
        self._held[address] -= 1
        if not self._held[address]:
            del self._held[address]

    def idles(self, address: str, key: Any, let_go: Callable[[], None]) -> None:
        """One of the address has no request now; `let_go` ends it, should it be one too many."""
        idle = self._idle[address]
        idle[key] = let_go
        if len(idle) > self._most_idle:
            _, let_oldest_go = idle.popitem(last=False)
            let_oldest_go()

    def works(self, address: str, key: Any) -> None:
        """It has one, or is gone."""
        idle = self._idle[address]
        idle.pop(key, None)
        if not idle:
            del self._idle[address]


def address_of(peer: Any) -> str:
    """Who that is: an address, or the network of an IPv6 one, as one machine has all of it.

    "" for all who come over a Unix socket.
    """
    if not isinstance(peer, tuple):
        return ""
    host = str(peer[0]).partition("%")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> _PREFIX_OF_ONE << _PREFIX_OF_ONE))
