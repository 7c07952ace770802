"""Answers that many share."""

import sys
import threading
import traceback
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from stockapp.backends.sql.shared_read import SharedRead
from tests.tasks.workers import eventually

PATIENCE = 30


def waiting_for_another() -> int:
    """How many threads wait in `ask` for what another reads."""
    stacks = [
        {frame.f_code for frame, _ in traceback.walk_stack(top)}
        for top in sys._current_frames().values()
    ]
    return sum({SharedRead.ask.__code__, Future.result.__code__} <= codes for codes in stacks)


def test_those_who_ask_during_a_read_share_one_that_begins_after_it() -> None:
    begun, go_on, facts, reads = threading.Event(), threading.Event(), ["old"], []

    def read() -> str:
        reads.append(fact := facts[0])
        begun.set()
        assert go_on.wait(PATIENCE)
        return fact

    shared = SharedRead(read)
    with ThreadPoolExecutor(9) as threads:
        early = threads.submit(shared.ask)
        assert begun.wait(PATIENCE)
        facts[0] = "new"
        late = [threads.submit(shared.ask) for _ in range(8)]
        # All but the one that is to read next.
        assert eventually(lambda: waiting_for_another() == 7)
        go_on.set()
        assert early.result(PATIENCE) == "old"
        assert {each.result(PATIENCE) for each in late} == {"new"}
    assert reads == ["old", "new"]


def test_all_who_share_a_read_are_told_that_it_failed_and_the_next_is_tried() -> None:
    answers = [OSError("away"), None]

    def read() -> str:
        if error := answers.pop(0):
            raise error
        return "there"

    shared = SharedRead(read)
    with pytest.raises(OSError, match="away"):
        shared.ask()
    assert shared.ask() == "there"
