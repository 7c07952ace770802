"""How many connections an address may hold."""

from functools import partial

import pytest

from stockapp.web.crowd import Crowd, address_of


def test_an_address_may_hold_half_of_the_connections() -> None:
    crowd = Crowd(8)
    assert [crowd.enter("a") for _ in range(6)] == [True] * 4 + [False] * 2
    assert crowd.enter("b")
    crowd.leave("a")
    assert crowd.enter("a")
    assert not crowd.enter("a")


def test_its_oldest_idle_connection_is_let_go_for_a_new_one() -> None:
    crowd = Crowd(8)
    gone: list[str] = []
    for key in ("first", "second"):
        crowd.idles("a", key, partial(gone.append, key))
    crowd.idles("b", "of another", partial(gone.append, "of another"))
    assert gone == []
    crowd.works("a", "first")
    crowd.idles("a", "third", partial(gone.append, "third"))
    crowd.idles("a", "fourth", partial(gone.append, "fourth"))
    assert gone == ["second"]


def test_an_address_that_left_is_forgotten() -> None:
    crowd = Crowd(100)
    for number in range(50):
        crowd.enter(f"a{number}")
        crowd.idles(f"a{number}", number, lambda: None)
        crowd.works(f"a{number}", number)
        crowd.works(f"a{number}", number)
        crowd.leave(f"a{number}")
    assert not crowd._held
    assert not crowd._idle


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        (("10.0.0.7", 5000), "10.0.0.7"),
        (("::ffff:10.0.0.7", 5000, 0, 0), "10.0.0.7"),
        (("2001:db8:1:2:3:4:5:6", 5000, 0, 0), "2001:db8:1:2::"),
        (("fe80::1%eth0", 5000, 0, 2), "fe80::"),
        ("", ""),
        (b"", ""),
    ],
)
def test_who_that_is(peer: object, address: str) -> None:
    assert address_of(peer) == address
