"""Single flight: what many want at the same time is fetched by one of them.

Whoever wants keys claims them among all workers. What is claimed is looked up once more, as
another may have fetched it a moment ago, and fetched if it is still missing. What is not claimed
is waited for: until it can be claimed too, which is when the other is done with it, or died.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from enum import Enum, auto

from stockapp.caching.tally import Tally
from stockapp.domain.cache_statistics import prefix_of
from stockapp.ports import Clock, Executor, Flights

_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.05

# Deals with those of the keys that have an answer by now, and returns them.
Known = Callable[[Sequence[str]], Collection[str]]
# Says that keys have their answers, so that those who wait can have them.
Landed = Callable[[Collection[str]], None]
# Fetches keys and stores the answers, failures too.
Fetch = Callable[[Sequence[str], Landed], None]


class SingleFlight:
    """Bundles the wishes of all workers' tasks.

    `patience_seconds`: after waiting for so long for others, who may be stuck or busy with much
    else, one fetches for oneself.
    """

    def __init__(
        self,
        flights: Flights,
        executor: Executor,
        clock: Clock,
        tally: Tally,
        *,
        patience_seconds: float,
    ) -> None:
        self._flights = flights
        self._executor = executor
        self._clock = clock
        self._tally = tally
        self._patience = patience_seconds

    def run(
        self, keys: Sequence[str], known: Known, fetch: Fetch, stopped: Callable[[], bool]
    ) -> None:
        """Return when each key is known or fetched, by this caller or another, or when stopped.

        Raises what `fetch` raises, once nothing else is under way.
        """
        waiting = list(dict.fromkeys(keys))
        fetches: list[Future[None]] = []
        deadline = self._clock.monotonic() + self._patience
        pause = 0.0
        while waiting and not stopped():
            late = self._clock.monotonic() >= deadline
            mine = self._claim(waiting, known, waited=pause > 0, anyway=late)
            waiting = [key for key in waiting if key not in mine]
            todo = {key: state for key, state in mine.items() if state is not _State.ANSWERED}
            if todo and not waiting and not fetches:
                self._fetch(todo, fetch)
            elif todo:
                fetches.append(self._executor.submit(self._fetch, todo, fetch))
            if waiting:
                pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, 1.5 * pause))
                time.sleep(pause)
        for future in fetches:
            future.result()

    def _claim(
        self, waiting: Sequence[str], known: Known, *, waited: bool, anyway: bool
    ) -> "dict[str, _State]":
        """The keys that nobody else fetches now, or with `anyway` all, and what to do with them."""
        claimed = self._flights.claim(waiting)
        mine = [key for key in waiting if anyway or key in claimed]
        if not mine:
            return {}
        try:
            answered = set(known(mine))
        except BaseException:
            self._flights.release(claimed)
            raise
        self._flights.release(claimed & answered)
        if waited:
            for key in answered:
                self._tally.add(prefix_of(key), "coalesced")
        return {
            key: _State.ANSWERED
            if key in answered
            else _State.CLAIMED
            if key in claimed
            else _State.UNCLAIMED
            for key in mine
        }

    def _fetch(self, todo: "Mapping[str, _State]", fetch: Fetch) -> None:
        claimed = {key for key, state in todo.items() if state is _State.CLAIMED}

        def landed(done: Collection[str]) -> None:
            there = claimed.intersection(done)
            claimed.difference_update(there)
            self._flights.release(there)

        try:
            fetch(list(todo), landed)
        finally:
            self._flights.release(claimed)


class _State(Enum):
    """What became of a key: it has its answer, or is to be fetched, with a claim or without."""

    ANSWERED = auto()
    CLAIMED = auto()
    UNCLAIMED = auto()
