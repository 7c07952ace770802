"""`described`: what a view takes and gives, told beside it.

@described("getThing", "System", takes=ThingInput, gives={200: Thing}, faults=("404 no_thing",))
def thing(self, name: str) -> Response:
    \"\"\"One thing. This line becomes its summary.\"\"\"
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel

from stockapp.web.openapi.answers_tasks import StartedTask
from stockapp.web.openapi.problems import FAULTS

V = TypeVar("V", bound=Callable[..., Any])

_MARK = "openapi_call"


@dataclass(frozen=True, slots=True)
class Link:
    """What can be done with an answer: `call` with parameters, or a field of its body, from it."""

    call: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gives:
    """An answer of one status. Several models: one of them. `csv`: columns of the download, if any.
    `example`: fields of the example that are other than usual.

    `text`: the media type of an answer that is no JSON, and an example of it. `events`: it is a
    stream of Server-Sent Events, by name with the model of their data.
    """

    models: Sequence[type] = ()
    says: str = ""
    headers: Sequence[str] = ()
    links: Sequence[Link] = ()
    csv: str = ""
    example: Mapping[str, Any] = field(default_factory=dict)
    text: tuple[str, str] | None = None
    events: Mapping[str, type] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """The description of a view.

    `takes` is the model of its query and body; `file`: the body may also be a CSV file.
    `for_all`: who is not known may ask, too. `waits`: it heeds `Prefer: wait=n`. `parameters`:
    further ones that it reads, as OpenAPI writes them.
    """

    name: str
    tag: str
    takes: type[BaseModel] | None
    gives: Mapping[int, Gives]
    faults: Sequence[str]
    waits: bool
    file: bool
    for_all: bool
    parameters: Sequence[Mapping[str, Any]]
    paths: Mapping[str, tuple[str, Mapping[str, Any], str]]


def described(
    name: str,
    tag: str,
    *,
    takes: type[BaseModel] | None = None,
    gives: Mapping[int, type | Gives],
    faults: Sequence[str] = (),
    waits: bool = False,
    file: bool = False,
    for_all: bool = False,
    parameters: Sequence[Mapping[str, Any]] = (),
    paths: Mapping[str, tuple[str, Mapping[str, Any], str]] | None = None,
) -> Callable[[V], V]:
    """Describe a view, whose docstring becomes the summary and the description.

    `name` is its operationId: for each method but the last one of its rule, that is added
    (`refreshByGet`). `faults` are keys of problems.FAULTS, besides those that any call has.
    `paths` tells of parts of the address that parts.PATHS does not know: description, schema and
    example. Raises KeyError for a fault that is not known.
    """
    for fault in faults:
        FAULTS[fault]
    told = {status: _gives(answer) for status, answer in gives.items()}
    if waits:
        told = {status: _applied(status, answer) for status, answer in told.items()}
    rest = (waits, file, for_all, parameters, paths or {})
    call = Call(name, tag, takes, told, tuple(faults), *rest)

    def mark(view: V) -> V:
        setattr(view, _MARK, call)
        return view

    return mark


def call_of(view: Callable[..., Any]) -> Call | None:
    """How a view is described; None where it is not."""
    found: Call | None = getattr(view, _MARK, None)
    return found


def started(*, cached: bool = False) -> Gives:
    """The 202 of a task that was started, with what can be done with it."""
    return Gives(
        (StartedTask,),
        "The work goes on as a task; follow it, or ask again.",
        ("Location", "Retry-After", *(["Cache-Status"] if cached else [])),
        OF_TASK,
        example={
            "status": "pending",
            "progress": {
                **{"done": 0, "total": 1, "percent": 0.0},
                **{"message": "", "eta_seconds": None},
            },
            "started_at": None,
            "has_result": False,
            "items": [{"key": "LARK.SIM", "state": "queued"}],
            "result": None,
            "message": "Started. Poll poll_url, or follow events_url.",
        },
    )


OF_TASK = (
    Link("getTask", {"task_id": "$response.body#/id"}),
    Link("followTask", {"task_id": "$response.body#/id"}),
    Link("cancelTask", {"task_id": "$response.body#/id"}),
    Link("retryTask", {"task_id": "$response.body#/id"}),
)


def _gives(answer: type | Gives) -> Gives:
    return answer if isinstance(answer, Gives) else Gives((answer,))


def _applied(status: int, answer: Gives) -> Gives:
    applied = status in (200, 202) and "Preference-Applied" not in answer.headers
    return replace(answer, headers=(*answer.headers, "Preference-Applied")) if applied else answer
