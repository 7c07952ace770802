"""How many tasks a worker runs at once: in total, of each kind, and large ones."""

import threading
from collections import Counter
from collections.abc import Mapping

from stockapp.domain.task import Task
from stockapp.ports import Openings

# A task with more items is large. Large ones leave room: nobody's single quote waits for them.
SMALL_ITEMS = 10
_SHARE_KEPT_FREE = 4


class Slots:
    """The places of one worker. Not to be taken by two at once: hold `claiming` meanwhile."""

    def __init__(self, total: int, of_kinds: Mapping[str, int]) -> None:
        self.claiming = threading.Lock()
        self._total = total
        self._of_kinds = dict(of_kinds)
        # Of two slots one is kept free, of eight two; of one none can be.
        self._large = max(1, total - max(1, total // _SHARE_KEPT_FREE))
        self._taken: dict[str, Task] = {}

    def openings(self) -> Openings | None:
        """What there is room for; None when there is none."""
        taken = list(self._taken.values())
        if len(taken) >= self._total:
            return None
        counts = Counter(task.kind for task in taken)
        kinds = frozenset(kind for kind, most in self._of_kinds.items() if counts[kind] < most)
        large = sum(task.progress.total > SMALL_ITEMS for task in taken)
        return Openings(kinds, SMALL_ITEMS if large >= self._large else None) if kinds else None

    def take(self, task: Task) -> None:
        """Run this task from now on."""
        self._taken[task.id] = task

    def holds(self, task_id: str) -> bool:
        """Whether the task runs here."""
        return task_id in self._taken

    def give_back(self, task: Task) -> None:
        """The task does not run here any more."""
        del self._taken[task.id]
