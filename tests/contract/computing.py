"""What the tests have child processes compute."""

import os
import signal
import time


def add(one: int, other: int) -> int:
    return one + other


def fail(text: str) -> None:
    raise LookupError(text)


def process_id() -> int:
    return os.getpid()


def niceness() -> int:
    return os.nice(0)


def spin(seconds: float) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass
    return "done"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hold_the_interpreter() -> int:
    """One long call in C, during which no other thread of the process gets its turn."""
    return (7**60_000_000) & 1
