"""Places for requests, and whose turn it is."""

from collections.abc import Callable

from stockapp.fetching.room import Room


def waiter(called: list[str], name: str) -> Callable[[], None]:
    return lambda: called.append(name)


def test_no_more_than_the_places_are_taken() -> None:
    room = Room(2)
    assert [room.take(lambda: None) for _ in range(1)] == [True]
    mine = waiter([], "mine")
    assert room.take(mine)
    assert not room.take(mine)
    room.give_back()
    assert room.take(mine)


def test_who_waits_is_called_when_a_place_is_free() -> None:
    room, called = Room(1), list[str]()
    assert room.take(waiter(called, "first"))
    second = waiter(called, "second")
    assert not room.take(second)
    room.give_back()
    assert called == ["second"]
    assert room.take(second)


def test_who_wants_many_places_takes_turns_with_who_wants_one() -> None:
    room, called = Room(1), list[str]()
    many, one = waiter(called, "many"), waiter(called, "one")
    assert room.take(many)
    assert not room.take(many)
    assert not room.take(one)
    room.give_back()
    assert room.take(many)
    assert not room.take(many)
    room.give_back()
    assert called == ["many", "one"]
    assert not room.take(many)
    assert room.take(one)


def test_who_leaves_lets_the_next_have_the_place() -> None:
    room, called = Room(1), list[str]()
    gone, next_one = waiter(called, "gone"), waiter(called, "next")
    assert room.take(lambda: None)
    assert not room.take(gone)
    assert not room.take(next_one)
    room.give_back()
    assert called == ["gone"]
    room.leave(gone)
    room.leave(gone)
    assert called == ["gone", "next"]
    assert room.take(next_one)


def test_places_beyond_those_that_others_wait_for_can_be_taken_at_once() -> None:
    room = Room(2)
    first, second = waiter([], "first"), waiter([], "second")
    assert room.take(first)
    assert room.take(first)
    assert not room.take(first)
    room.give_back()
    room.give_back()
    assert room.take(second)
    assert room.take(first)
