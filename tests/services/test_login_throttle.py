"""How often a password may be tried."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stockapp.services.login_throttle import (
    FREE_TRIES,
    FREE_TRIES_OF_ALL,
    LONGEST_WAIT_SECONDS,
    LoginThrottle,
    client_of,
)
from tests.contract.backends import SetClock
from tests.contract.embedded import open_embedded

HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def new_worker(tmp_path: Path, clock: SetClock) -> Iterator[Callable[[], LoginThrottle]]:
    opened = []

    def make() -> LoginThrottle:
        opened.append(open_embedded(tmp_path, clock))
        return LoginThrottle(opened[-1].state, clock)

    yield make
    for backends in opened:
        backends.close()


@pytest.fixture
def throttle(new_worker: Callable[[], LoginThrottle]) -> LoginThrottle:
    return new_worker()


def fail(throttle: LoginThrottle, address: str, times: int) -> None:
    for _ in range(times):
        throttle.enter(address)


def test_after_some_free_tries_each_costs_twice_the_wait(
    throttle: LoginThrottle, clock: SetClock
) -> None:
    assert [throttle.enter(HERE) for _ in range(FREE_TRIES)] == [0] * FREE_TRIES
    for wait in (1, 2, 4, 8, 16):
        assert throttle.enter(HERE) == wait
        clock.advance(wait)
        assert throttle.enter(HERE) == 0


def test_the_wait_is_counted_by_all_workers_together(
    throttle: LoginThrottle, new_worker: Callable[[], LoginThrottle]
) -> None:
    other = new_worker()
    waits = [one.enter(HERE) for one in (throttle, other) * FREE_TRIES]
    assert waits.count(0) == FREE_TRIES


def test_asking_while_one_must_wait_makes_it_no_longer(
    throttle: LoginThrottle, clock: SetClock
) -> None:
    fail(throttle, HERE, FREE_TRIES + 1000)
    clock.advance(1)
    assert throttle.enter(HERE) == 0


def test_no_wait_is_longer_than_the_longest_so_nobody_is_locked_out(
    throttle: LoginThrottle, clock: SetClock
) -> None:
    for _ in range(100):
        throttle.enter(HERE)
        clock.advance(LONGEST_WAIT_SECONDS)
    assert throttle.enter(HERE) == 0
    assert throttle.enter(HERE) == LONGEST_WAIT_SECONDS


def test_a_client_does_not_make_another_wait(throttle: LoginThrottle) -> None:
    fail(throttle, HERE, FREE_TRIES + 1)
    assert throttle.enter(THERE) == 0


def test_after_the_right_password_all_is_forgotten(throttle: LoginThrottle) -> None:
    fail(throttle, HERE, FREE_TRIES - 1)
    throttle.succeeded(HERE)
    assert [throttle.enter(HERE) for _ in range(FREE_TRIES)] == [0] * FREE_TRIES


def test_an_hour_later_all_is_forgotten(throttle: LoginThrottle, clock: SetClock) -> None:
    fail(throttle, HERE, FREE_TRIES + 1)
    clock.advance(3600)
    assert [throttle.enter(HERE) for _ in range(FREE_TRIES)] == [0] * FREE_TRIES


def flood(throttle: LoginThrottle) -> None:
    """Tries from as many addresses as it takes."""
    for number in range(FREE_TRIES_OF_ALL):
        assert throttle.enter(f"198.51.{number // 250}.{number % 250}") == 0


def test_guessing_from_many_addresses_makes_new_ones_wait_but_not_for_long(
    throttle: LoginThrottle, clock: SetClock
) -> None:
    flood(throttle)
    assert throttle.enter("203.0.113.1") == 10
    clock.advance(10)
    assert throttle.enter("203.0.113.1") == 0


def test_who_logged_in_from_there_before_is_not_held_up_by_a_flood(
    throttle: LoginThrottle,
) -> None:
    throttle.enter(HERE)
    throttle.succeeded(HERE)
    flood(throttle)
    assert throttle.enter(HERE) == 0
    assert throttle.enter("127.0.0.1") == 0
    assert throttle.enter(THERE) > 0


def test_an_address_that_must_wait_for_all_has_not_used_up_its_own_tries(
    throttle: LoginThrottle, clock: SetClock
) -> None:
    flood(throttle)
    fail(throttle, HERE, 50)
    clock.advance(10)
    assert throttle.enter(HERE) == 0


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        # One client has a whole network of these, and could use each for five tries.
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::99", "2001:db8:1:2::/64"),
        # As a socket for both kinds of addresses tells the old ones.
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:127.0.0.1", "local"),
        ("127.0.0.1", "local"),
        ("::1", "local"),
        ("", "local"),
    ],
)
def test_a_client_is_an_address_or_the_network_it_has(address: str, client: str) -> None:
    assert client_of(address) == client
