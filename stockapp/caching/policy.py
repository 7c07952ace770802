"""Single flight: what many want at the same time is fetched by one of them.

Whoever wants keys claims them among all workers. What is claimed is looked up once more, as
another may have fetched it a moment ago, and fetched if it is still missing. What is not claimed
is waited for: until it can be claimed too, which is when the other is done with it, or died. Who
wants little need not wait until another, who wants much, has begun with it.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from enum import Enum, auto

from stockapp.caching.tally import Tally
from stockapp.domain.cache_statistics import prefix_of
from stockapp.ports import Clock, Executor, Flights

_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.05

# How long one waits for another to begin, and how often one looks whether it has.
_HURRY_SECONDS, _LOOK_SECONDS = 1.0, 0.5

# Deals with those of the keys that have an answer by now, and returns them.
Known = Callable[[Sequence[str]], Collection[str]]
# Says that keys have their answers, so that those who wait can have them.
Landed = Callable[[Collection[str]], None]
# Fetches keys and stores the answers, failures too.
Fetch = Callable[[Sequence[str], Landed], None]
# Those of the keys whose holder has not begun to fetch them.
Unbegun = Callable[[Sequence[str]], Collection[str]]


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
        self,
        keys: Sequence[str],
        known: Known,
        fetch: Fetch,
        stopped: Callable[[], bool],
        unbegun: Unbegun | None = None,
    ) -> None:
        """Return when each key is known or fetched, by this caller or another, or when stopped.

        With `unbegun`, what others hold for a second without beginning is fetched by one of those
        who wait for it. Raises what `fetch` raises, once nothing else is under way.
        """
        waiting = list(dict.fromkeys(keys))
        fetches: list[Future[None]] = []
        start = self._clock.monotonic()
        deadline, look_at = start + self._patience, start + _HURRY_SECONDS
        pause = 0.0
        while waiting and not stopped():
            now = self._clock.monotonic()
            mine = self._claim(waiting, known, waited=pause > 0, anyway=now >= deadline)
            if unbegun and now >= look_at:
                look_at = now + _LOOK_SECONDS
                mine |= self._overtake([k for k in waiting if k not in mine], known, unbegun)
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
            # Claims left behind would keep all others waiting.
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

    def _overtake(
        self, waiting: Sequence[str], known: Known, unbegun: Unbegun
    ) -> "dict[str, _State]":
        """The keys that this caller fetches before those who hold them, alone of all who wait."""
        keys = {_overtaking(key): key for key in unbegun(waiting)} if waiting else {}
        claimed = self._flights.claim(keys)
        mine = [keys[claim] for claim in claimed]
        answered = set(known(mine)) if mine else set()
        self._flights.release([_overtaking(key) for key in answered])
        return {key: _State.ANSWERED if key in answered else _State.OVERTAKING for key in mine}

    def _fetch(self, todo: "Mapping[str, _State]", fetch: Fetch) -> None:
        claims = {
            key: key if state is _State.CLAIMED else _overtaking(key)
            for key, state in todo.items()
            if state in (_State.CLAIMED, _State.OVERTAKING)
        }

        def landed(done: Collection[str]) -> None:
            self._flights.release([claims.pop(key) for key in done if key in claims])

        try:
            fetch(list(todo), landed)
        finally:
            self._flights.release(list(claims.values()))


class _State(Enum):
    """What became of a key: it has its answer, or is to be fetched: claimed or not, or before
    the one who claimed it."""

    ANSWERED = auto()
    CLAIMED = auto()
    UNCLAIMED = auto()
    OVERTAKING = auto()


def _overtaking(key: str) -> str:
    return f"overtaking {key}"
