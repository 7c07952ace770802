"""Limits on what each client may start that costs requests to sources.

They are paid where work begins (`TaskEngine.submit`, `RemoteSearch.find`), not at an address: so
what the cache answers, and what joins work under way, is free.
"""

import logging
import math
from collections.abc import Callable

from flask import Response, after_this_request, has_request_context
from limits import parse
from limits.strategies import FixedWindowRateLimiter

from stockapp.ports import Clock, GiveBack, RateLimited, StoreTrouble
from stockapp.web.clients import client_key
from stockapp.web.rate_storage import SharedStateStorage

logger = logging.getLogger(__name__)


class ClientToll:
    """A toll by the policy `name`: the `limit` is written like `120/minute`.

    Where the counts cannot be reached it lets everybody through. Answers to requests that paid
    say what is left, as of draft-ietf-httpapi-ratelimit-headers-10. `refused` is called with the
    policy's name for each request that is refused.
    """

    def __init__(
        self,
        name: str,
        limit: str,
        storage: SharedStateStorage,
        clock: Clock,
        refused: Callable[[str], None],
    ) -> None:
        self._name = name
        self._item = parse(limit)
        self._limiter = FixedWindowRateLimiter(storage)
        self._storage = storage
        self._clock = clock
        self._refused = refused
        self._failing = False

    def pay(self, amount: int = 1) -> GiveBack:
        """Count it against the client of this request; free outside of one."""
        if not has_request_context():
            return _nothing
        client = client_key()
        try:
            # Looked at first: who is over the limit must cost no write.
            paid = self._limiter.test(self._item, client, self._name, cost=amount)
            paid = paid and self._limiter.hit(self._item, client, self._name, cost=amount)
            self._tell(client)
            if not paid:
                raise self._refusal(client, amount)
        except StoreTrouble as trouble:
            self._let_through(trouble)
            return _nothing
        self._failing = False
        return lambda: self._give_back(client, amount)

    def _give_back(self, client: str, amount: int) -> None:
        try:
            key = self._item.key_for(client, self._name)
            self._storage.incr(key, self._item.get_expiry(), -amount)
            self._tell(client)
        except StoreTrouble as trouble:
            self._let_through(trouble)

    def _let_through(self, trouble: StoreTrouble) -> None:
        if not self._failing:
            extra = {"policy": self._name, "why": str(trouble)}
            logger.warning("rate limits are not kept until the database can be used", extra=extra)
        self._failing = True

    def _refusal(self, client: str, amount: int) -> RateLimited:
        self._refused(self._name)
        logger.info("client over its limit", extra={"policy": self._name, "client": client})
        if amount > self._item.amount:
            detail = (
                f"This is more than the limit of this server, {self._item}, allows at once;"
                " ask for less."
            )
            return RateLimited(detail, self._item.get_expiry())
        seconds = self._left(client)[1]
        detail = (
            f"You have started as much as this server allows ({self._item}), and nothing was"
            f" changed; try again in {seconds} s."
        )
        return RateLimited(detail, seconds)

    def _left(self, client: str) -> tuple[int, int]:
        """What may still be started, and in how many seconds everything may be again."""
        stats = self._limiter.get_window_stats(self._item, client, self._name)
        seconds = stats.reset_time - self._clock.now().timestamp()
        return stats.remaining, max(1, math.ceil(seconds))

    def _tell(self, client: str) -> None:
        remaining, seconds = self._left(client)
        policy = f'"{self._name}";q={self._item.amount};w={self._item.get_expiry()}'
        state = f'"{self._name}";r={remaining};t={seconds}'

        def tell(response: Response) -> Response:
            # The last one told is the latest.
            response.headers["RateLimit-Policy"] = policy
            response.headers["RateLimit"] = state
            return response

        after_this_request(tell)


def _nothing() -> None:
    """Nothing was paid."""
