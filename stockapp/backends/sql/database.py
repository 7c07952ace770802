"""What the statements here need of a database: SQLite's and psycopg's connections have it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from stockapp.domain.event import EventType

T = TypeVar("T")


class Rows(Protocol):
    """The answer to a statement."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""

    def fetchone(self) -> Any:
        """The next row, None after the last."""

    def fetchall(self) -> list[Any]:
        """All rows."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """One transaction. Values stand as `?` in statements."""

    def execute(self, query: str, values: Any = (), /) -> Rows:
        """Run a statement."""

    def executemany(self, query: str, values: Iterable[Any], /) -> object:
        """Run a statement once for each of the values."""

    def tell(
        self, at: datetime, topic: str, entries: Iterable[tuple[EventType, Mapping[str, Any]]]
    ) -> None:
        """Write events with the transaction, in that order."""


class Database(Protocol):
    """Operations may run again, so they change nothing but the database."""

    def read(self, call: Callable[[Any], T]) -> T:
        """Run the operation on one consistent snapshot. Raises StoreTrouble."""

    def write(self, call: Callable[[Any], T]) -> T:
        """Run the operation as one transaction, one at a time. Raises StoreTrouble."""
