"""A point that work has to come to before other parts of it go on."""

import time
from collections.abc import Callable

# How often one looks.
_LOOK_SECONDS = 0.05


class Milestone:
    """Several threads may wait for it, and each looks now and then.

    No Event: where two wait for one with a time-out under gevent, and that ends for both in the
    very turn of the loop in which it is set, gevent takes back its word to the first, which waits
    for ever (gevent 26.9, `AbstractLinkable.unlink`).
    """

    def __init__(self) -> None:
        self._reached = False

    def reach(self) -> None:
        """Let all go on that wait."""
        self._reached = True

    def wait(self, stopped: Callable[[], bool]) -> None:
        """Return once it is reached, or the work was stopped."""
        while not self._reached and not stopped():
            time.sleep(_LOOK_SECONDS)
