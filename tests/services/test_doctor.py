"""What the doctor makes of hosts that cannot be reached."""

import socket

from stockapp.services.doctor import Address, Health, name_finding, reach
from tests.free_port import free_port


def test_a_host_that_listens_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = Address("127.0.0.1", server.getsockname()[1], "Service")
        assert reach(here) == ""
    assert name_finding(here, "").health is Health.GOOD


def test_a_host_that_refuses_is_told_with_what_to_check() -> None:
    nowhere = Address("127.0.0.1", free_port(), "Service")
    trouble = reach(nowhere)
    assert "refused" in trouble
    found = name_finding(nowhere, trouble)
    assert found.health is Health.DOUBTFUL
    assert "firewall" in found.advice


def test_a_name_that_is_not_found_is_told_as_that() -> None:
    # The domain .invalid is reserved never to exist (RFC 2606).
    unknown = Address("host.invalid", 443, "Service")
    assert reach(unknown) == "dns"
    found = name_finding(unknown, "dns")
    assert "DNS" in found.found and "DNS" in found.advice


def test_the_name_that_blockers_block_has_advice_of_its_own() -> None:
    found = name_finding(Address("fc.yahoo.com", 443, "Yahoo"), "dns")
    assert "blockers" in found.advice and "other methods" in found.advice
