"""Whose word about a client is believed."""

import ipaddress

import pytest

from stockapp.domain.client_address import Hop, TrustedProxies, told_by

PROXIES = TrustedProxies(
    [ipaddress.ip_network(text) for text in ("10.0.0.0/8", "2001:db8::/32", "127.0.0.1")]
)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client", "passed"),
    [
        # Nobody's word but that of a trusted proxy counts.
        ("192.0.2.9", "198.51.100.1", "192.0.2.9", 0),
        ("", "198.51.100.1", "", 0),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1", 1),
        ("10.0.0.1", "", "10.0.0.1", 1),
        # What the client itself put there stands left of what the proxy saw.
        ("10.0.0.1", "127.0.0.1, 198.51.100.1", "198.51.100.1", 1),
        ("10.0.0.1", "10.9.9.9, 198.51.100.1, 10.0.0.2", "198.51.100.1", 2),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3", 3),
        # With ports and brackets, as some proxies write it.
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1", 1),
        ("10.0.0.1", "[2001:db9::1]:4711", "2001:db9::1", 1),
        ("2001:db8::1", "2001:db9::1", "2001:db9::1", 1),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1", 1),
        # A proxy that does not say whom it was asked by stands for them.
        ("10.0.0.1", "unknown", "10.0.0.1", 1),
        ("10.0.0.1", "198.51.100.1, _hidden, 10.0.0.2", "10.0.0.2", 2),
        ("10.0.0.1", "<script>", "10.0.0.1", 1),
        ("10.0.0.1", " , ,", "10.0.0.1", 1),
    ],
)
def test_the_client_is_whom_the_last_trusted_proxy_was_asked_by(
    peer: str, forwarded: str, client: str, passed: int
) -> None:
    assert PROXIES.origin(peer, forwarded) == Hop(client, passed)


def test_a_unix_socket_is_trusted_where_that_is_said() -> None:
    by_socket = TrustedProxies([], by_socket=True)
    assert by_socket.origin("", "198.51.100.1") == Hop("198.51.100.1", 1)
    assert by_socket.origin("127.0.0.1", "198.51.100.1") == Hop("127.0.0.1", 0)


def test_without_any_nobody_is_trusted() -> None:
    assert not TrustedProxies([])
    assert PROXIES
    assert TrustedProxies([], by_socket=True)


@pytest.mark.parametrize(
    ("values", "passed", "told"),
    [
        ("https", 1, "https"),
        ("https", 3, "https"),
        # The client's own stands left of the proxy's.
        ("https, http", 1, "http"),
        ("ftp, https, http", 2, "https"),
        ("", 1, ""),
    ],
)
def test_of_a_header_the_word_of_the_outermost_trusted_proxy_counts(
    values: str, passed: int, told: str
) -> None:
    assert told_by(values, passed) == told
