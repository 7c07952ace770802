"""Live mode on several machines: web nodes tell what is watched through them, workers look.

A worker remembers nothing from one call to the next, as the next may come to another one: what is
due stands in the cache, and who began what in the claims, which all share. So a list that is newly
watched, or that changed, is seen at the next call, whoever gets it.
"""

from contextlib import suppress

from stockapp.ports import Clock, SharedState, StoreTrouble
from stockapp.services.claims import Claims
from stockapp.services.live_rows import LiveRows
from stockapp.services.watchers import Watchers
from stockapp.tasks.periodic import Periodic

_PREFIX = "watched:"
_TELL_SECONDS = 5.0
# A node that dies without a word is believed for so long.
_KEPT_SECONDS = 15.0
# One worker looks in this time, of however many that are called every two seconds.
_ROUND, _ROUND_SECONDS = "live-round", 1.5


class WatchSigns:
    """Tells which lists are watched through this node; `node` is a name that no other one has."""

    def __init__(self, watchers: Watchers, shared: SharedState, node: str) -> None:
        self._watchers = watchers
        self._shared = shared
        self._node = node
        self._told: set[str] = set()
        self._periodic = Periodic("watch-signs", self.tell, _TELL_SECONDS)

    def start(self) -> None:
        """Begin to tell, at once when there is news."""
        self._watchers.on_news.append(self._periodic.nudge)
        self._periodic.start()

    def stop(self) -> None:
        """Nothing is watched through this node any more."""
        self._periodic.stop()
        with suppress(StoreTrouble):
            # They forget it by themselves in time.
            self._shared.delete(self._told)

    def tell(self) -> None:
        """Tell what is watched now; to be called every few seconds. Raises StoreTrouble."""
        signs = {self._key(name): {"watchlist": name} for name in self._watchers.watched()}
        self._told |= signs.keys()
        self._shared.put_many(signs, _KEPT_SECONDS)
        ended = self._told - signs.keys()
        self._shared.delete(ended)
        self._told -= ended

    def _key(self, watchlist: str) -> str:
        return f"{_PREFIX}{self._node}:{watchlist}"


class LiveRounds:
    """Looks after the lists that are watched anywhere."""

    def __init__(self, shared: SharedState, rows: LiveRows, clock: Clock) -> None:
        self._shared = shared
        self._claims = Claims(shared, clock)
        self._rows = rows

    def look_at_all(self) -> None:
        """Start what is due on each; to be called every few seconds, by any worker or several."""
        if self._claims.take(_ROUND, _ROUND_SECONDS) > 0:
            return
        signs = self._shared.scan(_PREFIX).values()
        for name in sorted({sign["watchlist"] for sign in signs}):
            self._rows.refresh_due(name)
            self._rows.renew_trends(name)
