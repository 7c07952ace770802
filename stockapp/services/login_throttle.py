"""How often a password may be tried, counted for all workers.

A try is counted before the password is checked, so that many at once are many. Who must wait is
told so without being counted, so that no flood can make the wait longer; and no wait is longer
than five minutes: it slows guessing down to a few hundred tries a day, and locks nobody out.
"""

import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stockapp.ports import Clock, SharedState

FREE_TRIES = 5
LONGEST_WAIT_SECONDS = 300.0
# Over so many failed tries of all clients together, those from new addresses wait as well.
FREE_TRIES_OF_ALL = 100
WAIT_OF_ALL_SECONDS = 10.0
_FORGOTTEN_AFTER_SECONDS = 3_600.0
_KNOWN_SECONDS = 90 * 86_400.0

_CLIENT, _ALL, _KNOWN = "login:client:", "login:all", "login:known:"

_Value = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class _Rule:
    """So many tries are free; each further one is followed by a wait that doubles, to a limit."""

    free: int
    first_wait: float
    longest_wait: float

    def wait_after(self, tries: int) -> float:
        if tries < self.free:
            return 0.0
        # The exponent is bounded: a large one overflows.
        return min(self.longest_wait, self.first_wait * 2.0 ** min(tries - self.free, 32))


_OF_A_CLIENT = _Rule(FREE_TRIES, 1.0, LONGEST_WAIT_SECONDS)
_OF_ALL = _Rule(FREE_TRIES_OF_ALL, WAIT_OF_ALL_SECONDS, WAIT_OF_ALL_SECONDS)


class LoginThrottle:
    """Slows down whoever tries passwords, by address and over all addresses."""

    def __init__(self, shared: SharedState, clock: Clock) -> None:
        self._shared = shared
        self._clock = clock

    def enter(self, address: str) -> int:
        """Count a try of that client. Returns the seconds it must wait first; 0: go ahead.

        Raises StoreTrouble.
        """
        client = client_of(address)
        wait = self._take(_CLIENT + client, _OF_A_CLIENT)
        # Who logged in from there before, and who sits at the machine, is not held up by others.
        if not wait and not self._is_known(client):
            wait = self._take(_ALL, _OF_ALL)
            if wait:
                self._give_back(_CLIENT + client)
        return math.ceil(wait)

    def succeeded(self, address: str) -> None:
        """The try was right: forget that client's failures, and know it from now on."""
        client = client_of(address)
        self._shared.delete([_CLIENT + client])
        self._give_back(_ALL)
        self._shared.put_many({_KNOWN + client: {}}, _KNOWN_SECONDS)

    def _take(self, key: str, rule: _Rule) -> float:
        now = self._clock.now().timestamp()

        def take(value: _Value) -> tuple[_Value, float]:
            tries, next_at = _read(value)
            if next_at > now:
                return value, next_at - now
            wait = rule.wait_after(tries + 1)
            return {"tries": tries + 1, "next_at": now + wait}, 0.0

        return self._shared.update(key, take, _FORGOTTEN_AFTER_SECONDS)

    def _give_back(self, key: str) -> None:
        def give_back(value: _Value) -> tuple[_Value, None]:
            tries, _ = _read(value)
            return ({"tries": tries - 1, "next_at": 0.0} if tries > 1 else None), None

        self._shared.update(key, give_back, _FORGOTTEN_AFTER_SECONDS)

    def _is_known(self, client: str) -> bool:
        key = _KNOWN + client
        return client == "local" or key in self._shared.scan(key)


def client_of(address: str) -> str:
    """Whom an address stands for: of IPv6 the network, in which one client has as many as it likes.

    "local" for this machine, as for a client without an address.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address or "local"
    # What a socket for both kinds of addresses tells of an old one.
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback:
        return "local"
    if ip.version == 6:  # noqa: PLR2004
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def _read(value: _Value) -> tuple[int, float]:
    return (int(value["tries"]), float(value["next_at"])) if value else (0, 0.0)
