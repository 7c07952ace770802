"""What the settings about access may be, and where stockapp must not listen by them."""

import ipaddress
from collections.abc import Iterable
from typing import Protocol

from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError

from stockapp.domain.access import HASH_MARK, LEAST_PASSWORD

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

BY_SOCKET = "unix"


class _Access(Protocol):
    """What of the settings counts here."""

    @property
    def needs_login(self) -> bool: ...

    @property
    def auth(self) -> str: ...

    @property
    def trusted_proxies(self) -> str: ...


def check_password(password: str) -> None:
    """Raises ValueError, without the password, for one that cannot be right."""
    if password.startswith(HASH_MARK):
        try:
            extract_parameters(password)
        except InvalidHashError:
            raise ValueError(
                "STOCKAPP_PASSWORD begins like an argon2 hash and is none; a shell or a .env file"
                " may have changed its $ signs: put it in single quotes, or in a file named by"
                " STOCKAPP_PASSWORD_FILE"
            ) from None
    elif password and len(password) < LEAST_PASSWORD:
        raise ValueError(f"STOCKAPP_PASSWORD has fewer than {LEAST_PASSWORD} characters")


def networks(trusted_proxies: str) -> tuple[Network, ...]:
    """The networks of proxies that are trusted, less `unix`. Raises ValueError."""
    found = []
    for text in filter(None, map(str.strip, trusted_proxies.split(","))):
        if text == BY_SOCKET:
            continue
        try:
            found.append(ipaddress.ip_network(text))
        except ValueError:
            raise ValueError(
                f"STOCKAPP_TRUSTED_PROXIES names {text}, which is no address or network"
            ) from None
    return tuple(found)


def by_socket(trusted_proxies: str) -> bool:
    """Whether what comes by a Unix socket is trusted."""
    return BY_SOCKET in map(str.strip, trusted_proxies.split(","))


def refusal(settings: _Access, addresses: Iterable[object]) -> str | None:
    """Why stockapp must not listen there; None where it may.

    `addresses` as gunicorn and sockets tell them: a host with its port, the path of a Unix socket,
    or the number of an open file, of which nothing is known yet.
    """
    if settings.needs_login or settings.auth == "none":
        return None
    others = [_words(address) for address in addresses if not _is_local(address)]
    if others:
        where = f"on {', '.join(others)} without a password, open to whoever can reach it"
    elif settings.trusted_proxies.strip():
        where = "behind a proxy (STOCKAPP_TRUSTED_PROXIES) without a password"
    else:
        return None
    return (
        f"stockapp will not start: it would listen {where}. Set STOCKAPP_PASSWORD (`flask --app app"
        " password` makes its hash), or listen on 127.0.0.1 only, or say STOCKAPP_AUTH=none to have"
        " it open."
    )


def _is_local(address: object) -> bool:
    """Whether only this machine can reach it.

    A Unix socket is not: it is there for something that listens elsewhere.
    """
    if isinstance(address, int):
        return True
    if not isinstance(address, tuple):
        return False
    host = str(address[0])
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _words(address: object) -> str:
    if not isinstance(address, tuple):
        return f"the Unix socket {address!s}"
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
