"""Write docs/api.md from the OpenAPI document: `make docs`."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from stockapp import create_app
from stockapp.settings import Settings
from stockapp.web.api_docs import rules_of
from stockapp.web.docs_views import AnswerView, CallView, DocsView, FieldRow
from stockapp.web.openapi.document import build
from stockapp.web.openapi.kinds import text_of
from stockapp.web.present_docs import docs_view

_HEAD = """# The interface for programs

A running stockapp shows this at `/api/docs`, with examples of every answer, and gives it to
programs as OpenAPI 3.1 at `/api/openapi.json`. This page is written by `make docs`; a test holds it
against the code.
"""


def page(docs: DocsView) -> str:
    """The whole page."""
    return "\n".join(_lines(docs)).rstrip() + "\n"


def described() -> DocsView:
    """What a stockapp of this code describes."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings.model_validate({"data_dir": Path(folder), "log_level": "ERROR"}), start=False
        )
        try:
            return docs_view(build(rules_of(app), "0"))
        finally:
            app.extensions["stockapp"].close()


def _lines(docs: DocsView) -> Iterator[str]:
    yield _HEAD
    for part in docs.about:
        yield f"{part}\n"
    for group in docs.groups:
        yield f"## {group.name}\n\n{group.says}\n"
        for call in group.calls:
            yield from _call(call)
    yield "## Models\n"
    for model in docs.models:
        yield f"### {model.name}\n"
        yield from (
            f"{told}\n" for told in (model.says, model.words and f"`{model.words}`") if told
        )
        yield from _table(model.fields)


def _call(call: CallView) -> Iterator[str]:
    yield f"### {call.method} {call.path}\n\n{call.summary}\n"
    if call.description:
        yield f"{call.description}\n"
    yield f"```sh\n{call.curl}\n```\n"
    yield from _table(call.parameters)
    for body in call.bodies:
        need = "" if call.body_needed else ", optional"
        yield f"Body{need}, `{body.media}`: {text_of(body.kind)}\n"
    for answer in call.answers:
        yield from _answer(answer)
    yield "Errors: " + ", ".join(f"{fault.status} `{fault.code}`" for fault in call.faults) + "\n"


def _answer(answer: AnswerView) -> Iterator[str]:
    kinds = "; ".join(f"`{one.media}` {text_of(one.kind)}" for one in answer.contents)
    yield f"**{answer.status}** {answer.says}" + (f" {kinds}" if kinds else "") + "\n"
    if answer.events:
        yield "Events:\n"
        yield from (f"- `{event.name}`: {text_of(event.kind)}" for event in answer.events)
        yield ""


def _table(rows: tuple[FieldRow, ...]) -> Iterator[str]:
    if not rows:
        return
    yield "| name | kind | meaning |\n|---|---|---|"
    for row in rows:
        name = f"`{row.name}`" + (f" {row.where}" if row.where else "")
        optional = "" if row.needed else " (optional)"
        kind = text_of(row.kind).replace("|", "\\|")
        yield f"| {name}{optional} | {kind} | {row.says} |"
    yield ""


if __name__ == "__main__":
    print(page(described()), end="")
