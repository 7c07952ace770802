"""Doing something again and again in the background."""

import logging
import threading
from collections.abc import Callable

from stockapp.ports import StoreTrouble

logger = logging.getLogger(__name__)


class Periodic:
    """Calls `duty` every so many seconds, or sooner when nudged, until stopped."""

    def __init__(self, name: str, duty: Callable[[], None], seconds: float) -> None:
        self._name = name
        self._duty = duty
        self._seconds = seconds
        self._stopped = False
        self._nudged = threading.Event()

    def start(self) -> None:
        """Begin, with a first call at once."""
        threading.Thread(target=self._repeat, name=self._name, daemon=True).start()

    def nudge(self) -> None:
        """Make the next call now."""
        self._nudged.set()

    def stop(self) -> None:
        """Make no further call."""
        self._stopped = True
        self._nudged.set()

    def _repeat(self) -> None:
        while not self._stopped:
            try:
                self._duty()
            except StoreTrouble:
                # Told once where it was found.
                pass
            except Exception:
                # A locked database or a full disk passes; the duty must be tried again then.
                # At the end of the worker the database closes under a duty: no news.
                if self._stopped:
                    return
                logger.exception("background duty failed", extra={"duty": self._name})
            self._nudged.wait(self._seconds)
            self._nudged.clear()
