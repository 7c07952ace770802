"""The bell between workers of one machine."""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stockapp.backends.embedded.doorbell import MAX_ADDRESS_BYTES, Doorbell

LONG = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def new_bell(folder: Path) -> Iterator[Callable[[], Doorbell]]:
    bells: list[Doorbell] = []

    def open_one() -> Doorbell:
        bells.append(Doorbell(folder))
        return bells[-1]

    yield open_one
    for bell in bells:
        bell.close()


class DoorbellBehaviour:
    def test_a_ring_reaches_the_other_workers(self, new_bell: Callable[[], Doorbell]) -> None:
        bells = [new_bell() for _ in range(3)]
        bells[0].ring()
        assert [bell.wait(LONG) for bell in bells] == [True, True, True]

    def test_a_silent_bell_ends_the_wait_with_the_time_out(
        self, new_bell: Callable[[], Doorbell]
    ) -> None:
        bell = new_bell()
        assert not bell.wait(0)
        assert not bell.wait(0.02)

    def test_a_ring_is_heard_once(self, new_bell: Callable[[], Doorbell]) -> None:
        bell = new_bell()
        bell.ring()
        assert bell.wait(LONG)
        assert not bell.wait(0)

    def test_a_flood_of_rings_blocks_and_raises_nothing(
        self, new_bell: Callable[[], Doorbell]
    ) -> None:
        ringing, hearing = new_bell(), new_bell()
        for _ in range(5_000):
            ringing.ring()
        assert hearing.wait(LONG)

    def test_ringing_and_closing_go_together(self, new_bell: Callable[[], Doorbell]) -> None:
        ringing, closing, third = new_bell(), new_bell(), new_bell()
        ringing.ring()
        closing.close()
        closing.close()
        assert third.wait(LONG)
        ringing.ring()
        assert third.wait(LONG), "one that is gone keeps nobody from being rung"
        closing.ring()


class TestDoorbell(DoorbellBehaviour):
    def test_the_socket_of_a_dead_worker_is_removed(
        self, folder: Path, new_bell: Callable[[], Doorbell]
    ) -> None:
        stale = folder / "run" / "1-dead.bell"
        bell = new_bell()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
            dead.bind(str(stale))
        bell.ring()
        assert not stale.exists()

    def test_a_worker_that_does_not_listen_holds_nobody_up(
        self, folder: Path, new_bell: Callable[[], Doorbell]
    ) -> None:
        bell = new_bell()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
            deaf.bind(str(folder / "run" / "1-deaf.bell"))
            for _ in range(5_000):
                bell.ring()
        assert bell.wait(LONG)

    def test_a_closed_bell_leaves_no_socket(
        self, folder: Path, new_bell: Callable[[], Doorbell]
    ) -> None:
        new_bell().close()
        assert list((folder / "run").iterdir()) == []

    def test_the_folder_is_for_this_user_alone(
        self, folder: Path, new_bell: Callable[[], Doorbell]
    ) -> None:
        new_bell()
        assert (folder / "run").stat().st_mode & 0o777 == 0o700


class TestDoorbellOfALongFolder(DoorbellBehaviour):
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as short:
            monkeypatch.setattr("tempfile.tempdir", short)
            yield tmp_path / ("x" * MAX_ADDRESS_BYTES)


class TestDoorbellWithoutAFolder:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "run").write_text("in the way")
        return tmp_path

    def test_it_still_rings_in_its_own_worker(self, new_bell: Callable[[], Doorbell]) -> None:
        bell = new_bell()
        bell.ring()
        assert bell.wait(LONG)

    def test_a_folder_of_somebody_else_is_not_used(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "getuid", lambda: 12345678)
        bell = Doorbell(tmp_path)
        assert list((tmp_path / "run").iterdir()) == []
        bell.close()
