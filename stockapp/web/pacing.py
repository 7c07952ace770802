"""Long loops that let others have their turn: a worker serves many at once."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

# Under gevent a sleep of 0 lets other greenlets run, but neither timers nor sockets.
_TURN_SECONDS = 0.001


def paced(things: Iterable[T], every: int) -> Iterator[T]:
    """The same things, with a turn for others after so many of them."""
    for number, thing in enumerate(things, 1):
        yield thing
        if number % every == 0:
            time.sleep(_TURN_SECONDS)
