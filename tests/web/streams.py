"""Reading event streams."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True)
class Message:
    event: str
    id: int | None
    data: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.data)


def messages(chunks: Iterable[bytes]) -> Iterator[Message]:
    """The messages of a stream; comments and bare fields are left out."""
    buffer = ""
    for chunk in chunks:
        buffer += chunk.decode()
        while "\n\n" in buffer:
            block, buffer = buffer.split("\n\n", 1)
            fields = [line.split(": ", 1) for line in block.split("\n") if ": " in line]
            data = [value for name, value in fields if name == "data"]
            if data:
                first = dict(reversed(fields))
                event_id = first.get("id")
                yield Message(
                    first.get("event", "message"),
                    int(event_id) if event_id else None,
                    "\n".join(data),
                )
