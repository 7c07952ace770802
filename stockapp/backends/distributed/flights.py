"""Claims among all nodes, as names in Redis that lapse unless their holder renews them."""

import logging
import threading
import uuid
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from stockapp.backends.distributed.link import RedisLink
from stockapp.ports import StoreTrouble

logger = logging.getLogger(__name__)

# Who dies holding a claim is waited for so long.
_LAPSE_SECONDS = 6.0
_RENEW_SECONDS = 2.0


class RedisFlights:
    """Flights. While Redis is away each node claims for itself: fetched twice beats never."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._token = uuid.uuid4().hex
        self._lock = threading.Lock()
        self._held: set[str] = set()
        self._closed = threading.Event()
        self._renewing: threading.Thread | None = None

    def claim(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that nobody held, and this caller holds now."""
        with self._lock:
            free = [key for key in dict.fromkeys(keys) if key not in self._held]
            self._held.update(free)
        if not free:
            return set()
        try:
            claimed = self._claim(free)
        except StoreTrouble as trouble:
            logger.warning("claimed without the other nodes", extra={"why": str(trouble)})
            claimed = set(free)
        with self._lock:
            self._held.difference_update(set(free) - claimed)
            self._renew_from_now_on()
        return claimed

    def release(self, keys: Collection[str]) -> None:
        """Let others claim these."""
        if keys:
            # Else they lapse.
            with suppress(StoreTrouble):
                self._link.run("unlock", self._token, *keys)
            with self._lock:
                self._held.difference_update(keys)

    def close(self) -> None:
        """Release everything. Doing it twice does no harm."""
        self._closed.set()
        self.release(list(self._held))

    def _claim(self, keys: list[str]) -> set[str]:
        def claim(redis: Any) -> list[bool | None]:
            pipe = redis.pipeline(transaction=False)
            for key in keys:
                name = self._link.key(f"flight:{key}")
                pipe.set(name, self._token, nx=True, px=round(1000 * _LAPSE_SECONDS))
            done: list[bool | None] = pipe.execute()
            return done

        taken = self._link.ask(claim)
        return {key for key, done in zip(keys, taken, strict=True) if done}

    def _renew_from_now_on(self) -> None:
        if self._renewing is None and not self._closed.is_set():
            self._renewing = threading.Thread(target=self._renew, name="flights", daemon=True)
            self._renewing.start()

    def _renew(self) -> None:
        while not self._closed.wait(_RENEW_SECONDS):
            held = list(self._held)
            if held:
                with suppress(StoreTrouble):
                    self._link.run("relock", self._token, round(1000 * _LAPSE_SECONDS), *held)
