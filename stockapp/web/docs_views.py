"""What the page about the JSON interface receives, and docs/api.md as well."""

from dataclasses import dataclass

from stockapp.web.openapi.kinds import Piece


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A parameter, or a field of a model. `where`: path, query, header; "" for a field."""

    name: str
    where: str
    kind: tuple[Piece, ...]
    needed: bool
    says: str


@dataclass(frozen=True, slots=True)
class ContentView:
    """A body as it is sent or answered: its media type, what it is, and an example."""

    media: str
    kind: tuple[Piece, ...]
    example: str


@dataclass(frozen=True, slots=True)
class EventView:
    """An event of a stream, the model of its data, and an example of it."""

    name: str
    kind: tuple[Piece, ...]
    example: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer that is no error."""

    status: str
    says: str
    headers: tuple[str, ...]
    contents: tuple[ContentView, ...]
    events: tuple[EventView, ...]


@dataclass(frozen=True, slots=True)
class FaultView:
    """An error that can be answered."""

    status: str
    code: str
    meaning: str


@dataclass(frozen=True, slots=True)
class CallView:
    """One call. `key` is its operationId."""

    key: str
    method: str
    path: str
    summary: str
    description: str
    curl: str
    parameters: tuple[FieldRow, ...]
    body_needed: bool
    bodies: tuple[ContentView, ...]
    answers: tuple[AnswerView, ...]
    faults: tuple[FaultView, ...]


@dataclass(frozen=True, slots=True)
class GroupView:
    """Calls about one thing."""

    name: str
    says: str
    calls: tuple[CallView, ...]


@dataclass(frozen=True, slots=True)
class ModelView:
    """An object with its fields, or a list of words."""

    name: str
    says: str
    words: str
    fields: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True)
class DocsView:
    """All of it. `asked` is what was searched for, and `count` how many calls there are."""

    about: tuple[str, ...]
    asked: str
    count: int
    groups: tuple[GroupView, ...]
    models: tuple[ModelView, ...]
