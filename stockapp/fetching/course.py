"""What all runs of a race share, and the rules by which they are run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stockapp.fetching.lane import Gatekeepers, Lane
from stockapp.ports import Clock, Executor

# Takes a call to be made when the work should stop, and gives one that takes it back.
OnCancel = Callable[[Callable[[], None]], Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a race is run: the longest wait for a request and for a symbol, in seconds.

    `all_at_once` asks every configured source at once, in place of one after the other's delay or
    failure; it then waits `compare_seconds` for the others, to see whether they agree.
    """

    timeout_seconds: float
    deadline_seconds: float
    all_at_once: bool = False
    compare_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Course:
    """What the runs of a worker share. `lanes` are in the order of asking."""

    lanes: Sequence[Lane]
    executor: Executor
    clock: Clock
    keepers: Gatekeepers
    rules: Rules
