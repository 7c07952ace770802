"""What the outside sees and may do: counts of what happens, and limits for each client."""

from stockapp.bootstrap.backends import Backends
from stockapp.metrics.counts import Counts
from stockapp.ports import FREE, Toll
from stockapp.settings import Settings
from stockapp.tasks.periodic import Periodic
from stockapp.web.rate_limits import ClientToll
from stockapp.web.rate_storage import SharedStateStorage

# So much of what a worker counted is lost when it is killed.
_FLUSH_SECONDS = 0.5


class Outside:
    """One worker's; the limits are counted for all workers together."""

    def __init__(self, settings: Settings, backends: Backends) -> None:
        self.counts = Counts()
        self._flushing = Periodic("counts", self.counts.flush, _FLUSH_SECONDS)
        self._clock = backends.clock
        self._storage = SharedStateStorage(backends.shared, backends.clock)
        self.starts = self._toll("starts", settings.limit_starts)
        self.searches = self._toll("searches", settings.limit_searches)

    def start(self) -> None:
        """Begin to count what is noted."""
        self._flushing.start()

    def stop(self) -> None:
        """End, with the last of it counted."""
        self._flushing.stop()
        self.counts.flush()

    def _toll(self, name: str, limit: str) -> Toll:
        if not limit:
            return FREE
        return ClientToll(name, limit, self._storage, self._clock, self.counts.refused)
