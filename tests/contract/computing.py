"""What the tests have child processes compute."""

import os
import signal
import time
from pathlib import Path


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


def rest(seconds: float) -> str:
    time.sleep(seconds)
    return "rested"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(mark: str) -> str:
    """Dies where it leaves the mark, which is a path."""
    path = Path(mark)
    if path.exists():
        return "done"
    path.touch()
    die()
    return "never"


def stay_once(mark: str) -> str:
    """Comes to no end where it leaves the mark, which tells the worker that it is a child of."""
    path = Path(mark)
    if path.exists():
        return "done"
    path.write_text(str(os.getppid()))
    time.sleep(600)
    return "never"


def hold_the_interpreter() -> int:
    """One long call in C, during which no other thread of the process gets its turn."""
    return (7**60_000_000) & 1


def leave(word: str, mark: str) -> None:
    """Add a word to a file, so that it can be seen from outside."""
    with open(mark, "a") as file:
        file.write(word)
