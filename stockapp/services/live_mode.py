"""Live mode where each worker looks itself after the lists that are watched through it."""

import math
from dataclasses import dataclass

from stockapp.domain.event import Event, EventType, watchlist_topic
from stockapp.ports import Clock
from stockapp.services.live_rows import LiveRows
from stockapp.services.watchers import Watchers
from stockapp.tasks.periodic import Periodic

_LOOK_SECONDS = 1.0


@dataclass(slots=True)
class _Plan:
    """When to look again at a list that is watched. Times are monotonic."""

    look_at: float = -math.inf
    trends_at: float = -math.inf
    changed: bool = False


class LiveMode:
    """What is due on a list is refreshed for as long as somebody watches it."""

    def __init__(self, watchers: Watchers, rows: LiveRows, clock: Clock) -> None:
        self._watchers = watchers
        self._rows = rows
        self._clock = clock
        self._plans: dict[str, _Plan] = {}
        self._periodic = Periodic("live-mode", self.look, _LOOK_SECONDS)

    def start(self) -> None:
        """Begin to look after what is watched."""
        self._watchers.on_news.append(self._periodic.nudge)
        self._periodic.start()

    def stop(self) -> None:
        """Refresh nothing more."""
        self._periodic.stop()

    def on_event(self, event: Event) -> None:
        """Look at a list anew that has changed."""
        if event.type is EventType.WATCHLIST:
            for name, plan in list(self._plans.items()):
                if event.topic == watchlist_topic(name):
                    plan.changed = True

    def look(self) -> None:
        """Start what is due on the lists that are watched; to be called about once a second."""
        now = self._clock.monotonic()
        watched = self._watchers.watched()
        for name in self._plans.keys() - watched:
            self._plans.pop(name, None)
        for name in watched:
            plan = self._plans.setdefault(name, _Plan())
            if plan.changed or now >= plan.look_at:
                plan.changed = False
                plan.look_at = now + self._rows.refresh_due(name)
            if now >= plan.trends_at:
                plan.trends_at = now + self._rows.renew_trends(name)
