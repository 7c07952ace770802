"""Whether somebody is there to do what web nodes take in; only of interest where others do it."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum

from stockapp.ports import SharedState, StoreTrouble

_PREFIX = "at_work:"
# How often to tell, and how long that holds.
TELL_SECONDS = 2.0
_KEEP_SECONDS = 10.0


class Job(StrEnum):
    """What somebody has to do."""

    TASKS = "tasks"
    COMPUTING = "computing"
    SCHEDULE = "schedule"


MISSED: Mapping[Job, str] = {
    Job.TASKS: "no worker runs that does tasks, so they wait: start one by `stockapp worker`",
    Job.COMPUTING: (
        "no worker runs that computes, so there are no new analyses:"
        " start one by `stockapp worker --cpu`"
    ),
    Job.SCHEDULE: (
        "nothing begins by schedule, in live mode or at the end of the day: start `stockapp beat`"
    ),
}


class Workforce:
    """What is done by others than web nodes, as those who do it tell; `wanted` must be done."""

    def __init__(self, shared: SharedState, wanted: frozenset[Job]) -> None:
        self._shared = shared
        self._wanted = wanted

    def tell(self, job: Job, who: str) -> None:
        """Somebody does that; to be said every TELL_SECONDS. Raises StoreTrouble."""
        self._shared.put_many({f"{_PREFIX}{job}:{who}": {}}, _KEEP_SECONDS)

    def leave(self, job: Job, who: str) -> None:
        """They do it no longer."""
        if not self._wanted:
            return
        with suppress(StoreTrouble):
            self._shared.delete([f"{_PREFIX}{job}:{who}"])

    def at_work(self) -> dict[Job, int]:
        """How many do each of the jobs that are wanted. Raises StoreTrouble."""
        if not self._wanted:
            return {}
        told = Counter(name.split(":")[1] for name in self._shared.scan(_PREFIX))
        return {job: told[job] for job in Job if job in self._wanted}

    def lacking(self) -> tuple[str, ...]:
        """What nobody does, in words. Raises StoreTrouble."""
        return tuple(MISSED[job] for job, count in self.at_work().items() if not count)
