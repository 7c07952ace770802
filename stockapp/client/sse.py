"""Server-Sent Events from the bytes of a stream, as the HTML standard says."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `id` is the last one told so far, None before any."""

    event: str
    data: str
    id: str | None


class Parser:
    """Takes the bytes as they come. `retry_ms` is what the server last asked for, if anything.

    What was not closed by an empty line when the bytes end is no message: it comes again.
    """

    def __init__(self) -> None:
        self.retry_ms: int | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._parts: list[str] = []
        self._held = ""
        self._id: str | None = None
        self._event = ""
        self._data: list[str] = []

    def messages(self, chunks: Iterable[bytes]) -> Iterator[Message]:
        """Each message as soon as it is whole."""
        for chunk in chunks:
            yield from self.feed(chunk)

    def feed(self, chunk: bytes) -> Iterator[Message]:
        """The messages that these bytes make whole."""
        for line in self._lines(chunk):
            if line:
                self._field(line)
            elif (message := self._close()) is not None:
                yield message

    def _lines(self, chunk: bytes) -> list[str]:
        text = self._decoder.decode(chunk)
        if "\n" not in text and "\r" not in text and not self._held:
            # A long line in many pieces is put together once.
            self._parts.append(text)
            return []
        text = "".join((*self._parts, self._held, text))
        # Whether a line feed belongs to this carriage return is known by the next byte only.
        self._held = "\r" if text.endswith("\r") else ""
        lines = text.removesuffix(self._held).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._parts = [lines.pop()]
        return lines

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry_ms = int(value)

    def _close(self) -> Message | None:
        data, event = self._data, self._event
        self._data, self._event = [], ""
        return Message(event or "message", "\n".join(data), self._id) if data else None
