"""What a worker keeps in memory of the cache."""

from stockapp.caching.entry_format import Stored, times
from stockapp.caching.memory import TRUST_SECONDS, Held, Memory, hold

NOW = 100.0


def held(value: object = 1, size: int = 100) -> Held:
    return hold(Stored({"value": value}, times(1.7e9, 60, 600), size))


def looked_up(memory: Memory, found: dict[str, Held | None], now: float = NOW) -> None:
    memory.keep(found, memory.expect(found, now))


def known(memory: Memory, *keys: str, now: float = NOW) -> dict[str, Held | None]:
    return memory.find(keys, now)[0]


def test_what_was_looked_up_is_known_for_a_second_and_so_are_misses():
    memory, entry = Memory(10_000), held()
    looked_up(memory, {"a": entry, "b": None})
    assert known(memory, "a", "b", "c", now=NOW + TRUST_SECONDS - 0.01) == {"a": entry, "b": None}
    assert memory.find(["a", "b"], NOW + TRUST_SECONDS) == ({}, ["a", "b"])


def test_the_second_counts_from_before_the_look_up_began():
    memory = Memory(10_000)
    marks = memory.expect(["a"], NOW)
    memory.keep({"a": held()}, marks)
    assert known(memory, "a", now=NOW + TRUST_SECONDS) == {}


def test_what_changed_while_it_was_looked_up_is_not_kept():
    memory = Memory(10_000)
    for change in (
        lambda: memory.forget(["a"]),
        lambda: memory.replaced(["a"]),
        lambda: memory.clear(None),
    ):
        marks = memory.expect(["a"], NOW)
        change()
        memory.keep({"a": held("old")}, marks)
        assert known(memory, "a") == {}


def test_of_several_look_ups_at_once_the_first_is_kept():
    memory, first = Memory(10_000), held("first")
    marks = memory.expect(["a"], NOW)
    others = [memory.expect(["a"], NOW + 0.1) for _ in range(3)]
    memory.keep({"a": held("other")}, others[0])
    assert known(memory, "a") == {}
    memory.keep({"a": first}, marks)
    assert known(memory, "a") == {"a": first}


def test_a_look_up_that_never_came_to_an_end_is_begun_anew():
    memory, entry = Memory(10_000), held()
    memory.expect(["a"], NOW)
    looked_up(memory, {"a": entry}, NOW + TRUST_SECONDS)
    assert known(memory, "a", now=NOW + TRUST_SECONDS) == {"a": entry}


def test_it_stays_under_its_limit_by_dropping_the_least_recently_used():
    memory = Memory(10_000)
    for number in range(100):
        looked_up(memory, {f"k{number}": held(size=300)})
        assert known(memory, "k0")
        assert memory.bytes <= 10_000
    assert len(memory) == 20
    assert known(memory, "k99", "k50").keys() == {"k99"}


def test_an_entry_that_would_push_out_most_others_is_not_kept():
    memory = Memory(10_000)
    looked_up(memory, {"small": held(), "large": held(size=5_000)})
    assert known(memory, "small", "large").keys() == {"small"}


def test_a_limit_of_nought_keeps_nothing():
    memory = Memory(0)
    looked_up(memory, {"a": held(), "b": None})
    assert (len(memory), memory.bytes) == (0, 0)


def test_clearing_a_prefix_leaves_the_others():
    memory = Memory(10_000)
    looked_up(memory, {"quote:a": held(), "quotes:a": held(), "profile:a": held()})
    memory.clear("quote:")
    assert known(memory, "quote:a", "quotes:a", "profile:a").keys() == {"quotes:a", "profile:a"}


def test_what_is_not_saved_is_known_until_it_is():
    memory, entry = Memory(10_000), held()
    memory.keep_unsaved({"a": entry}, NOW)
    memory.forget(["a"])
    assert known(memory, "a", now=NOW + 1000) == {"a": entry}
    assert memory.unsaved(10) == {"a": entry}
    memory.saved({"a": entry})
    assert memory.unsaved(10) == {}
    assert known(memory, "a", now=NOW + 1000) == {}


def test_what_was_known_is_there_for_when_the_store_cannot_be_asked():
    memory, entry = Memory(10_000), held()
    looked_up(memory, {"a": entry, "b": None})
    # Another worker wrote it, and then the store failed.
    memory.forget(["a"])
    assert known(memory, "a") == {}
    marks = memory.expect(["a", "b", "c"], NOW + 2)
    assert memory.last_known(marks, ["a", "b", "c"]) == {"a": entry, "b": None, "c": None}
    # It is looked up again at the next call.
    assert memory.find(["a"], NOW + 2) == ({}, ["a"])
    newer = held(2)
    looked_up(memory, {"a": newer}, NOW + 3)
    assert known(memory, "a", now=NOW + 3) == {"a": newer}
