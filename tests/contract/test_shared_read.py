"""Answers that many share."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from stockapp.backends.sql.shared_read import SharedRead

PATIENCE = 30


def test_those_who_ask_during_a_read_share_one_that_begins_after_it() -> None:
    begun, go_on, facts, reads = threading.Event(), threading.Event(), ["old"], []

    def read() -> str:
        reads.append(fact := facts[0])
        begun.set()
        assert go_on.wait(PATIENCE)
        return fact

    shared, all_ask = SharedRead(read), threading.Barrier(9)

    def asking() -> str:
        all_ask.wait(PATIENCE)
        return shared.ask()

    with ThreadPoolExecutor(9) as threads:
        early = threads.submit(shared.ask)
        assert begun.wait(PATIENCE)
        facts[0] = "new"
        late = [threads.submit(asking) for _ in range(8)]
        all_ask.wait(PATIENCE)
        go_on.set()
        assert early.result(PATIENCE) == "old"
        assert {each.result(PATIENCE) for each in late} == {"new"}
    # One that came after the first had ended reads for itself.
    assert reads[:2] == ["old", "new"]
    assert len(reads) < 9


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
