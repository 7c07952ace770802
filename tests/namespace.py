"""A network namespace: another machine, so far as its network goes, whose cable can be pulled."""

import contextlib
import functools
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBERS = itertools.count()


@functools.cache
def namespaces_are_allowed() -> bool:
    """Whether this machine lets us make some; containers often do not."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        return False
    try:
        with namespace():
            return True
    except subprocess.CalledProcessError:
        return False


@dataclass(frozen=True)
class Place:
    """Where a program runs: the address there, and what its command begins with."""

    address: str = "127.0.0.1"
    within: tuple[str, ...] = ()


HERE = Place()


class Namespace:
    """Reached from here at `address`; from within, this machine is at `outside`."""

    def __init__(self, number: int) -> None:
        # No other process of the tests has it: a pair of link-local addresses.
        pair = (os.getpid() * 4 + number) % 16_384
        subnet, low = f"169.254.{64 + pair // 128}", pair % 128 * 2
        self.outside, self.address = f"{subnet}.{low}", f"{subnet}.{low + 1}"
        self.name = f"stockapp-{pair}"
        self._cable = f"stockapp{pair}"

    @property
    def place(self) -> Place:
        """Within it."""
        return Place(self.address, ("ip", "netns", "exec", self.name))

    def make(self) -> None:
        """Raises CalledProcessError where it may not be."""
        _ip("netns", "add", self.name)
        far = ("name", "far", "netns", self.name)
        _ip("link", "add", self._cable, "type", "veth", "peer", *far)
        _ip("addr", "add", f"{self.outside}/31", "dev", self._cable)
        _ip("link", "set", self._cable, "up")
        within = ("-n", self.name)
        _ip(*within, "addr", "add", f"{self.address}/31", "dev", "far")
        _ip(*within, "link", "set", "far", "up")
        _ip(*within, "link", "set", "lo", "up")

    def cut(self) -> None:
        """From here on nothing comes through, and neither side is told."""
        _ip("-n", self.name, "link", "set", "far", "down")

    def mend(self) -> None:
        """All comes through again."""
        _ip("-n", self.name, "link", "set", "far", "up")

    def remove(self) -> None:
        """With its end of the cable the other one goes, too."""
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("netns", "del", self.name)


@contextlib.contextmanager
def namespace() -> Iterator[Namespace]:
    """One for the time of a with block."""
    made = Namespace(next(_NUMBERS))
    try:
        made.make()
        yield made
    finally:
        made.remove()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
