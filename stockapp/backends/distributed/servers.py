"""How Redis and PostgreSQL fare, for pages and health."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.migrations import MIGRATIONS
from stockapp.backends.distributed.postgres import PostgresDatabase
from stockapp.backends.distributed.shared_state import forget_what_is_over
from stockapp.ports import ServerLook, StoreTrouble


class Servers:
    """Storage, of both."""

    def __init__(self, link: RedisLink, postgres: PostgresDatabase) -> None:
        self._link = link
        self._postgres = postgres

    @property
    def trouble(self) -> str | None:
        """Why one cannot be used at present; None when all is well. Asks the one that could not."""
        if self._link.trouble or self._postgres.trouble or self._postgres.unsent:
            with suppress(StoreTrouble):
                self.check()
                self._postgres.relay()
        return self._link.trouble or self._postgres.trouble

    def check(self) -> None:
        """Raises StoreTrouble where one cannot be used."""
        self._link.probe()
        self._postgres.probe()

    def reach(self) -> None:
        """Raises StoreTrouble where one cannot be used, with all that is known of why."""
        self._link.probe()
        self._postgres.knock()

    def set_aside(self) -> Sequence[str]:
        """Nothing: damaged files are the servers' own business."""
        return ()

    def versions(self) -> tuple[int, int]:
        """That of the tables as they are, and that which this stockapp makes of them."""
        query = "SELECT version FROM schema_version"
        row = self._postgres.read(lambda transaction: transaction.execute(query).fetchone())
        return int(row[0]), len(MIGRATIONS)

    def servers(self) -> Sequence[ServerLook]:
        """Both, asked now."""

        def redis() -> str:
            return str(self._link.ask(lambda redis: redis.info("server"))["redis_version"])

        def postgres() -> str:
            query = "SHOW server_version"
            row = self._postgres.read(lambda transaction: transaction.execute(query).fetchone())
            return str(row[0])

        return [_look("Redis", redis), _look("PostgreSQL", postgres)]

    def shrink(self) -> None:
        """Tell what a node that died left untold; forget names of which Redis has dropped the rest.

        The servers give room back themselves.
        """
        self._postgres.relay()
        forget_what_is_over(self._link)


def _look(name: str, version: Callable[[], str]) -> ServerLook:
    try:
        # So that what is measured is no connecting.
        version()
        began = time.monotonic()
        return ServerLook(name, version(), time.monotonic() - began)
    except StoreTrouble as trouble:
        return ServerLook(name, trouble=str(trouble))
